"""The demo: a fictional Coatbridge that anyone may try out. Data files and how to load them."""

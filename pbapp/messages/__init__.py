"""E-mail: written with the change it announces, sent by the worker."""

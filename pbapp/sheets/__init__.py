"""The map on paper: a sheet of each ward and a form to fill in by hand, as pages and PDF files."""

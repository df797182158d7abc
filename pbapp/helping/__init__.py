"""Somebody who helps people to fill in forms: a named person for each board, and who asked."""

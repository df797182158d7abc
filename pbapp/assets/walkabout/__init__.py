"""Walkabout: entries written down where there is no connection, and sent later, each once."""

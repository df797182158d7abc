"""Somebody says that something is wrong with what is shown here; an officer looks and replies."""

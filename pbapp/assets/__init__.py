"""The map of what the community has."""

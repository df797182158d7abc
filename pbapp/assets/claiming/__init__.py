"""A group says that an entry is its own, and an officer decides."""

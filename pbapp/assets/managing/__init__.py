"""A group's entries in one place: keep them true, copy them for a new year, hand one over."""

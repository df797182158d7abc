"""A council's boundaries come in, and all that stands in its wards follows where wards change."""

"""The golden thread: from what people said to what changed, and back, for a priority or a board."""

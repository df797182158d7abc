"""What helps a priority: the entries of the map, by ward."""

"""What people said: surveys, listening events, workshops, and what changed because of them."""

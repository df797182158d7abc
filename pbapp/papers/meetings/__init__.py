"""When a board meets, what lies before it, who was there."""

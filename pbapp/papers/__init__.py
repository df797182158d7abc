"""What the board gets on paper."""

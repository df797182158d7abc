"""Where a board is weakest."""

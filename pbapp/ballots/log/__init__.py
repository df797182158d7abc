"""The public ballot log: sealed batches, heads, certification, and what is destroyed when."""

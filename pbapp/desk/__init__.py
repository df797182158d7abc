"""The officers' desk: what waits, oldest first, and deciding without leaving the queue."""

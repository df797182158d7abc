"""The officers' queue: what waits, deciding on it, refusals, appeals, notes and saved replies."""

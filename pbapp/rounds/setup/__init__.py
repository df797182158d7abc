"""Setting a round up: step by step, checked, shown to those who work on it, then to everybody."""

"""Home, how voting works, accessibility, privacy, cookies, health."""

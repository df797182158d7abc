"""One ward's strengths, what can be used there, and what has to be looked at."""

"""Keep entries true: who said so when, who is asked next, what was put right, and whom we trust."""

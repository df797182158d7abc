"""The next version of a plan, written by officers before anybody else reads it."""

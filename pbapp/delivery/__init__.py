"""After the vote: money offered, approved and paid, what was done with it, and told back."""

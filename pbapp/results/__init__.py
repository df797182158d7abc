"""What the count came to: the frozen ballots, the stored run, and why each project won or lost."""

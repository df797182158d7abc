"""What entries have to do with each other, shown once both sides agree."""

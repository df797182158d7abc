"""One participatory budgeting exercise: its dates, its pots, who may vote and how it is counted."""

"""People's gifts without a map of people: totals, letters through us, and half a year of life."""

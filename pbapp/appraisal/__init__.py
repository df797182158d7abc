"""The appraisal of bids: what officers check, what it costs, and how people score it."""

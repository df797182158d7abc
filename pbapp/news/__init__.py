"""News: what is told to those who follow a proposal, a round, a ward or a board."""

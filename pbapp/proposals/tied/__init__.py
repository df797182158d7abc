"""Proposals and the entries of the map that they use, strengthen or would lose."""

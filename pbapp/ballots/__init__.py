"""The ballot box: who may vote, and ballots that cannot be joined to them."""

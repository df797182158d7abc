"""What groups would do with the money: the case, the costs, and whether it is on the ballot."""

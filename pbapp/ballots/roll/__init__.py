"""The voters' list: who somebody is, how they show that they may vote, once in every channel."""

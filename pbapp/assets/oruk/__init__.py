"""Entries as Open Referral UK 3.0 has them: the objects, the feed, and a check of all of it."""

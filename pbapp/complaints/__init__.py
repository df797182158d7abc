"""Complaints about the service: two stages with deadlines, and the ombudsman after them."""

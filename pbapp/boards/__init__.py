"""Councils, their Community Boards, the wards of each, and who does what there."""

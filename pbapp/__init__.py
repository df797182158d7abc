"""Participatory budgeting and community asset maps for Community Boards."""

"""Cells that a spreadsheet shows and never runs."""

from __future__ import annotations


def inert(value: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|"):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value

"""The one clock. Tests freeze it; nothing else asks the machine for the time."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day in UTC; pages that show days to people convert moments to the local zone instead."""
    return now().date()

"""What the worker sees to: the next meetings of every cycle are always set."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pbapp.papers.meetings.queries import list_cycles
from pbapp.papers.meetings.services import extend
from pbapp.web.context import settings


def set_next() -> int:
    """Add the meetings that have come in sight; returns how many."""
    zone = ZoneInfo(settings().timezone)
    return sum(extend(cycle=cycle, zone=zone) for cycle in list_cycles())

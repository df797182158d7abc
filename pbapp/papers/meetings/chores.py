"""What the worker sees to: meetings to come, and files nobody needs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pbapp import clock
from pbapp.papers.meetings.queries import list_cycles, list_digests
from pbapp.papers.meetings.services import extend
from pbapp.web.context import settings
from pbapp.web.document_rows import ABANDONED_SECONDS
from pbapp.web.documents import MEDIA_TYPES


def set_next() -> int:
    """Add the meetings that have come in sight; returns how many."""
    zone = ZoneInfo(settings().timezone)
    return sum(extend(cycle=cycle, zone=zone) for cycle in list_cycles())


def forget_files() -> int:
    """Delete the files of papers that were taken away; returns how many.

    A file younger than a day stays: the row that names it may not be committed yet.
    """
    known = list_digests()
    gone = 0
    for ending in MEDIA_TYPES:
        for file in sorted(settings().uploads.glob(f"*.{ending}")):
            age = clock.now().timestamp() - file.stat().st_mtime
            if file.stem not in known and age > ABANDONED_SECONDS:
                file.unlink(missing_ok=True)
                gone += 1
    return gone

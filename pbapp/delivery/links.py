"""The link by which a group reports from a phone without signing in.

It is signed, so it opens one award and cannot be guessed; a newer link ends those before it.
"""

from __future__ import annotations

from pbapp.delivery.models import Award
from pbapp.web.context import settings
from pbapp.web.signed import Keys

KEYS = Keys("report on an award")


def report_url(award: Award) -> str:
    """Whoever has this address may report for the award, and do nothing else."""
    key = KEYS.make([award.id, award.link_number])
    return f"{settings().public_url}/awards/report/{key}"


def read(key: str) -> tuple[int, int] | None:
    """The award's id and the number of the link, or None for a key we did not make."""
    said = KEYS.read(key)
    return (int(said[0]), int(said[1])) if said else None

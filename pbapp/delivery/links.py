"""The link by which a group reports from a phone without signing in.

It is signed, so it opens one award and cannot be guessed; a newer link ends those before it.
"""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from pbapp.delivery.models import Award
from pbapp.web.context import settings


def report_url(award: Award) -> str:
    """Whoever has this address may report for the award, and do nothing else."""
    key = _signer().dumps([award.id, award.link_number])
    return f"{settings().public_url}/awards/report/{key}"


def read(key: str) -> tuple[int, int] | None:
    """The award's id and the number of the link, or None for a key we did not make."""
    try:
        award_id, number = _signer().loads(key)
    except (BadData, TypeError, ValueError):
        return None
    return int(award_id), int(number)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="report on an award")

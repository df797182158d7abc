"""The giver's own pages: signed addresses that need no account, and go to the giver alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

from pbapp.web.context import settings

GIFT, LETTER = "my gift", "a letter about my gift"
GOOD_FOR = {GIFT: timedelta(days=250), LETTER: timedelta(days=31)}


def gift_url(asset_id: UUID) -> str:
    """Where its giver renews a gift, stops letters, and takes it off."""
    return f"{settings().public_url}/gifts/mine/{gift_key(asset_id)}"


def letter_url(letter_id: UUID) -> str:
    """Where a giver reads a letter, answers it, or reports it."""
    return f"{settings().public_url}/gifts/letters/{_dumps(LETTER, letter_id)}"


def gift_key(asset_id: UUID) -> str:
    return _dumps(GIFT, asset_id)


def read(what: str, key: str) -> UUID | None:
    """The id in a key; None for one that we did not make, or that is too old."""
    try:
        said = _signer(what).loads(key, max_age=int(GOOD_FOR[what].total_seconds()))
        return UUID(said)
    except (BadData, TypeError, ValueError):
        return None


def _dumps(what: str, row_id: UUID) -> str:
    return str(_signer(what).dumps(row_id.hex))


def _signer(what: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt=what)

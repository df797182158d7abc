"""The giver's own pages: signed addresses that need no account, and go to the giver alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from pbapp.assets.models import Asset, AssetKind
from pbapp.web.context import settings
from pbapp.web.signed import Keys

GIFT = Keys("my gift", timedelta(days=250))
LETTER = Keys("a letter about my gift", timedelta(days=31))


def gift_url(asset_id: UUID) -> str:
    """Where its giver renews a gift, stops letters, and takes it off."""
    return f"{settings().public_url}/gifts/mine/{gift_key(asset_id)}"


def own_page(asset: Asset) -> str:
    """Its giver's own page, for our first letter; empty for what is no person's gift."""
    is_gift = asset.kind is AssetKind.INDIVIDUAL and asset.organisation_id is None
    return gift_url(asset.id) if is_gift else ""


def letter_url(letter_id: UUID) -> str:
    """Where a giver reads a letter, answers it, or reports it."""
    return f"{settings().public_url}/gifts/letters/{LETTER.make(letter_id.hex)}"


def gift_key(asset_id: UUID) -> str:
    return GIFT.make(asset_id.hex)


def read(what: Keys, key: str) -> UUID | None:
    """The id in a key; None for one that we did not make, or that is too old."""
    said = what.read(key)
    return UUID(said) if said else None

"""Links in reminders: they open one entry without a sign-in for whoever looks after it now."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from pbapp.assets.models import Asset, Confirmer
from pbapp.organisations.queries import is_member
from pbapp.web.context import settings
from pbapp.web.signed import Keys

GOOD_FOR = timedelta(days=270)
KEYS = Keys("keep an asset true", GOOD_FOR)
STOPPERS = Keys("stop asking about assets", GOOD_FOR)


def confirm_url(asset: Asset, account_id: UUID | None) -> str:
    """The page with the three buttons; `account_id` is the lead of its group who is written to."""
    said = [asset.id.hex, _holder(asset), account_id.hex if account_id else ""]
    return f"{settings().public_url}/assets/{asset.id}/confirm?key={KEYS.make(said)}"


def part_of(asset: Asset, key: str | None) -> Confirmer | None:
    """The part of whoever holds this key; None once the entry or the person has moved on."""
    said = KEYS.read(key)
    if said is None or said[:2] != [asset.id.hex, _holder(asset)]:
        return None
    if asset.organisation_id is None:
        return Confirmer.SUBMITTER
    return Confirmer.GROUP if is_member(UUID(hex=said[2]), asset.organisation_id) else None


def account_in(asset: Asset, key: str | None) -> UUID | None:
    """The lead of its group to whom a key was mailed, while it opens the entry."""
    said = KEYS.read(key)
    return UUID(hex=said[2]) if said and said[2] and part_of(asset, key) else None


def stop_url(letter: UUID, account_id: UUID | None) -> str:
    """Where somebody asks not to be asked any more about the entries of one letter."""
    key = STOPPERS.make([letter.hex, account_id.hex if account_id else ""])
    return f"{settings().public_url}/assets/stop-asking?key={key}"


def read_stop(key: str | None) -> tuple[UUID, UUID | None] | None:
    """The letter, and the account if it was a lead who got it."""
    said = STOPPERS.read(key)
    if said is None:
        return None
    return UUID(hex=said[0]), UUID(hex=said[1]) if said[1] else None


def _holder(asset: Asset) -> str:
    """Who looks after it, as far as a link must know: the link dies when this changes."""
    if asset.organisation_id is not None:
        return asset.organisation_id.hex
    return hashlib.sha256((asset.submitter_email or "").encode()).hexdigest()[:16]

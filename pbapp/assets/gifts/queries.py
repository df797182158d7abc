"""The gifts of a board: the wards' totals, and what is known of one gift and its letters."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from pbapp.assets.gifts.models import Gift, GiftBlock, GiftCount, GiftLetter
from pbapp.assets.gifts.totals import ward_totals
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.db import db

REFUSED_BY = 2  # an address that so many givers blocked writes to nobody any more


@dataclass(frozen=True)
class Offered:
    """What a ward's page says of gifts. `here` None: too few somewhere to say how many here."""

    in_all: int
    here: int | None
    counted_at: datetime | None


def find_offered(board_id: int, area_id: int) -> Offered:
    """How many people of a board offer something, and in a ward if that leads to nobody."""
    in_all = db.session.scalar(
        select(func.count()).select_from(Asset).where(*on_the_list(board_id))
    )
    row = db.session.get(GiftCount, board_id)
    totals = ward_totals(row.by_ward) if row else {}
    return Offered(in_all or 0, totals.get(str(area_id)), row.counted_at if row else None)


def on_the_list(board_id: int):  # type: ignore[no-untyped-def]
    """The conditions of a gift that everybody may read."""
    return (
        Asset.board_id == board_id,
        Asset.state == AssetState.PUBLISHED,
        Asset.kind == AssetKind.INDIVIDUAL,
    )


def find_gift(asset_id: UUID) -> Gift | None:
    query = (
        select(Gift)
        .options(joinedload(Gift.asset).joinedload(Asset.board))
        .where(Gift.asset_id == asset_id)
    )
    return db.session.scalar(query)


def find_letter(letter_id: UUID) -> GiftLetter | None:
    query = (
        select(GiftLetter)
        .options(joinedload(GiftLetter.asset).joinedload(Asset.board))
        .where(GiftLetter.id == letter_id)
    )
    return db.session.scalar(query)


def takes_letters(asset: Asset) -> bool:
    """Whether somebody can write to whoever offers this."""
    if asset.state is not AssetState.PUBLISHED or asset.kind is not AssetKind.INDIVIDUAL:
        return False
    gift = db.session.get(Gift, asset.id)
    return bool(asset.submitter_email) and (gift is None or gift.takes_letters)


def is_blocked(asset_id: UUID, email: str, secret: str) -> bool:
    """Whether this giver, or several others, want no letter from an address."""
    blocks = select(GiftBlock.asset_id).where(GiftBlock.address_key == address_key(email, secret))
    givers = set(db.session.scalars(blocks))
    return asset_id in givers or len(givers) >= REFUSED_BY


def address_key(email: str, secret: str) -> str:
    """What is kept of a blocked address: nobody can read it, or try out others without our key."""
    return hmac.new(secret.encode(), f"gift\0{email.lower()}".encode(), hashlib.sha256).hexdigest()

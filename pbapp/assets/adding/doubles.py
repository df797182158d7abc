"""Is it here already? Published entries that may be the very thing somebody is about to add."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.assets.alike import LIKE, key_of, likeness
from pbapp.assets.entry import Entry, Spot
from pbapp.assets.models import Asset, AssetContact, AssetKind, AssetState
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.refusal import N_

NEAR = 0.0007, 0.0012  # degrees: some 75 metres in Scotland
LIKE_NEARBY = 0.6  # two halls in one street are two halls
WEIGHT = {"name": 4, "website": 3, "phone": 3, "near": 1}
WHY = {
    "name": N_("nearly the same name"),
    "website": N_("the same website"),
    "phone": N_("the same phone number"),
    "near": N_("the same spot and a similar name"),
}


@dataclass(frozen=True)
class Likely:
    """An entry that may be the same, and what speaks for it, as `WHY` has it in words."""

    asset: Asset
    reasons: list[str] = field(default_factory=list)


def list_likely(board: Board, entry: Entry, spot: Spot, limit: int = 3) -> list[Likely]:
    """The likeliest first. What waits for an officer is never shown: it is nobody's business.

    Nor is a person's gift: whether it is likely here would tell the ward that nobody may know.
    """
    if entry.kind is AssetKind.INDIVIDUAL:
        return []
    columns = (Asset.id, Asset.name, Asset.area_id, Asset.website, Asset.lat, Asset.lon)
    query = (
        select(*columns, AssetContact.phone)
        .outerjoin(AssetContact, AssetContact.asset_id == Asset.id)
        .where(
            Asset.board_id == board.id,
            Asset.state == AssetState.PUBLISHED,
            Asset.kind != AssetKind.INDIVIDUAL,
        )
    )
    like = _Like(entry, spot)
    reasons = {row.id: like.reasons(row) for row in db.session.execute(query)}
    found = sorted((key for key in reasons if reasons[key]), key=lambda key: -_weight(reasons[key]))
    return _load(found[:limit], reasons)


def _load(ids: list[UUID], reasons: dict[UUID, list[str]]) -> list[Likely]:
    if not ids:
        return []
    query = select(Asset).options(joinedload(Asset.area)).where(Asset.id.in_(ids))
    assets = {asset.id: asset for asset in db.session.scalars(query)}
    return [Likely(assets[key], [WHY[reason] for reason in reasons[key]]) for key in ids]


def _weight(reasons: list[str]) -> int:
    return sum(WEIGHT[reason] for reason in reasons)


class _Like:
    """What was typed, made ready to be held against many."""

    def __init__(self, entry: Entry, spot: Spot) -> None:
        self.key = key_of(entry.name)
        self.words = set(self.key.split())
        self.site = _site(entry.website)
        self.phone = _digits(entry.contact.phone if entry.contact else "")
        self.spot = spot

    def reasons(self, other: Any) -> list[str]:
        key = key_of(other.name)
        shares = bool(self.words & set(key.split()))
        found = {
            "name": shares and self._is_named(key, other.area_id),
            "website": self.site != "" and self.site == _site(other.website),
            "phone": self.phone != "" and self.phone == _digits(other.phone),
            "near": shares
            and self._is_near(other.lat, other.lon)
            and likeness(key, self.key, LIKE_NEARBY) >= LIKE_NEARBY,
        }
        return [reason for reason, is_so in found.items() if is_so]

    def _is_named(self, key: str, area_id: int | None) -> bool:
        here = self.spot.area.id if self.spot.area else None
        may_be_there = here is None or area_id is None or here == area_id
        return key == self.key or (may_be_there and likeness(key, self.key) >= LIKE)

    def _is_near(self, lat: float | None, lon: float | None) -> bool:
        if lat is None or lon is None or self.spot.lat is None or self.spot.lon is None:
            return False
        return abs(lat - self.spot.lat) < NEAR[0] and abs(lon - self.spot.lon) < NEAR[1]


def _site(address: str | None) -> str:
    """A web address without what makes no difference; empty for none."""
    try:
        parts = urlsplit((address or "").casefold())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return f"{host}{parts.path.rstrip('/')}?{parts.query}" if host else ""


def _digits(phone: str | None) -> str:
    digits = "".join(character for character in phone or "" if character.isdigit())
    return digits.removeprefix("00").removeprefix("44").lstrip("0") if len(digits) > 5 else ""

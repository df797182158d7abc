"""What is on the map, in the list, and waiting for an officer."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, String, case, cast, func, or_, select, type_coerce
from sqlalchemy.orm import joinedload, selectinload

from pbapp.assets.finding.matching import matching
from pbapp.assets.finding.search import Search, shown
from pbapp.assets.finding.wanted import Wanted as Wanted
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetPriority,
    AssetState,
)
from pbapp.db import db
from pbapp.organisations.models import Member
from pbapp.places.models import Area

PER_PAGE = 20


@dataclass(frozen=True)
class Listed:
    """One page of what was found. `unpinned` counts those among `total` without a point.

    `search` has the words that were sought, and what was probably meant.
    """

    assets: list[Asset]
    page: int
    total: int
    unpinned: int
    search: Search

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True)
class Pin:
    """One point of the map."""

    id: UUID
    name: str
    kind: AssetKind
    lat: float
    lon: float
    ward: str


class StoredPin(NamedTuple):
    """A point as the database has it: what the map's own data is packed from."""

    id: str
    name: str
    kind: str
    lat: float
    lon: float
    ward: str | None


def list_published(wanted: Wanted, page: int = 1) -> Listed:
    """One page in the order asked for; a page beyond the last gives the last.

    The order is found of ids alone, so that a long list is not read to show twenty of it.
    """
    match = matching(wanted)
    counts = (func.count(Asset.id), func.count(Asset.lat))
    query = select(Asset.id).where(*match.where).order_by(*match.order).limit(PER_PAGE)
    if match.search.words and page == 1:
        # Words are sought in all the text there is: once, not once to count and once to order.
        found = db.session.execute(query.add_columns(*[count.over() for count in counts])).all()
        ids, (total, pinned) = [row[0] for row in found], (found[0][1:] if found else (0, 0))
    else:
        total, pinned = db.session.execute(select(*counts).where(*match.where)).one()
        page = min(page, max(1, -(-total // PER_PAGE)))
        ids = list(db.session.scalars(query.offset((page - 1) * PER_PAGE)))
    return Listed(_load_in_order(ids), page, total, total - pinned, match.search)


def _load_in_order(ids: list[UUID]) -> list[Asset]:
    query = (
        select(Asset)
        .options(
            joinedload(Asset.area),
            joinedload(Asset.organisation),
            selectinload(Asset.terms),
            selectinload(Asset.sessions),
            selectinload(Asset.serves).joinedload(AssetArea.area),
        )
        .where(Asset.id.in_(ids))
    )
    place = {asset_id: number for number, asset_id in enumerate(ids)}
    return sorted(db.session.scalars(query), key=lambda asset: place[asset.id])


def list_stored_pins(wanted: Wanted) -> list[StoredPin]:
    """Every published entry that has a point, in plain values: ten thousand in a few hundredths
    of a second."""
    query = (
        _published(wanted)
        .outerjoin(Asset.area)
        .where(Asset.lat.is_not(None), Asset.kind != AssetKind.INDIVIDUAL)
        .order_by(Asset.name, Asset.id)
        .with_only_columns(
            func.replace(cast(Asset.id, String), "-", ""),
            Asset.name,
            type_coerce(Asset.kind, String),
            Asset.lat,
            Asset.lon,
            Area.name,
        )
    )
    return [StoredPin(*row) for row in db.session.execute(query)]


def find_pinned(board_id: int, start: str) -> Asset | None:
    """The published entry with a point whose id starts like this; None if it could be two."""
    if not re.fullmatch(r"[0-9a-f]{8,32}", start):
        return None
    query = (
        _published(Wanted(board_id, without_gifts=True))
        .options(joinedload(Asset.area))
        .where(Asset.lat.is_not(None))
        .where(Asset.id.between(UUID(f"{start:0<32}"), UUID(f"{start:f<32}")))
        .limit(2)
    )
    found = list(db.session.scalars(query))
    return found[0] if len(found) == 1 else None


def pin_of(asset: Asset) -> Pin:
    """The point of an entry that has one."""
    ward = asset.area.name if asset.area else ""
    return Pin(asset.id, asset.name, asset.kind, asset.lat or 0.0, asset.lon or 0.0, ward)


def list_ids_for_export(wanted: Wanted, *, with_times: bool = False) -> list[UUID]:
    """All that is published but people's gifts, which never leave the page."""
    match = matching(wanted)
    query = (
        select(Asset.id)
        .where(*match.where, Asset.kind != AssetKind.INDIVIDUAL)
        .order_by(*match.order)
    )
    if with_times:
        query = query.where(Asset.sessions.any())
    return list(db.session.scalars(query))


def find(asset_id: UUID) -> Asset | None:
    """An entry in any state, with all that its page shows."""
    query = (
        select(Asset)
        .options(
            joinedload(Asset.board),
            joinedload(Asset.area),
            joinedload(Asset.organisation),
            joinedload(Asset.photo),
            selectinload(Asset.priorities).joinedload(AssetPriority.priority),
        )
        .where(Asset.id == asset_id)
    )
    return db.session.scalar(query)


def list_waiting(board_ids: Collection[int]) -> list[Asset]:
    """What officers of these boards have to decide on, oldest first, with all that it shows."""
    query = (
        select(Asset)
        .options(
            joinedload(Asset.board),
            joinedload(Asset.area),
            joinedload(Asset.photo),
            selectinload(Asset.priorities).joinedload(AssetPriority.priority),
        )
        .where(Asset.state == AssetState.WAITING, Asset.board_id.in_(board_ids))
        .order_by(Asset.updated_at, Asset.id)
    )
    return list(db.session.scalars(query))


def list_by_submitter(account_id: UUID) -> list[Asset]:
    """What somebody sent in while signed in, newest first, as far as they may still see it."""
    groups = select(Member.organisation_id).where(Member.account_id == account_id)
    query = (
        select(Asset)
        .options(joinedload(Asset.area))
        .where(
            Asset.submitted_by_id == account_id,
            or_(
                Asset.state == AssetState.PUBLISHED,
                Asset.organisation_id.is_(None),
                Asset.organisation_id.in_(groups),
            ),
        )
        .order_by(Asset.submitted_at.desc(), Asset.id)
    )
    return list(db.session.scalars(query))


def list_of_group(organisation_id: UUID) -> list[Asset]:
    """What a group looks after, in any state, by name."""
    query = (
        select(Asset)
        .options(joinedload(Asset.area))
        .where(Asset.organisation_id == organisation_id)
        .order_by(func.lower(Asset.name), Asset.id)
    )
    return list(db.session.scalars(query))


def count_by_ward(board_id: int) -> dict[int | None, int]:
    """Area id to how many published entries it has; None: those without one place.

    People's gifts are among the latter: nobody is to find out the ward of one by counting.
    """
    ward = case((Asset.kind == AssetKind.INDIVIDUAL, None), else_=Asset.area_id)
    query = select(ward, func.count()).where(*shown(board_id)).group_by(ward)
    return {key: number for key, number in db.session.execute(query)}  # noqa: C416 — rows, not pairs


def count_by_priority(board_id: int) -> dict[int, int]:
    """Priority id to how many published entries help it, as their main one or otherwise."""
    query = (
        select(AssetPriority.priority_id, func.count())
        .join(AssetPriority.asset)
        .where(*shown(board_id))
        .group_by(AssetPriority.priority_id)
    )
    return {key: number for key, number in db.session.execute(query)}  # noqa: C416 — rows, not pairs


def _published(wanted: Wanted) -> Select[Asset]:
    """What fits, in no order."""
    return select(Asset).where(*matching(wanted).where)

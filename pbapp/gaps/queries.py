"""The facts behind a board's gap table, each in one query, and a ward's entries to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pbapp.assets.models import Asset, AssetKind, AssetPriority, AssetState
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.gaps.measures import FRESH_FOR, Entry, WardRow, Zone, is_fresh, measure
from pbapp.places import queries as places
from pbapp.places.models import Area, Boundary, BoundarySet, DeprivationSet
from pbapp.plans import queries as plans
from pbapp.plans.models import PriorityVersion


@dataclass(frozen=True)
class Source:
    """Where the people and the index come from, as their licence asks for."""

    name: str
    publisher: str
    attribution: str
    dated_on: date | None


@dataclass(frozen=True)
class Gaps:
    """A board's wards by name, its priorities in the plan's order, and a row of figures a ward.

    `placeless` counts entries in no one ward of the board, `unpinned` those without a point, which
    no distance can be measured to.
    """

    wards: list[Area]
    parts: frozenset[int]
    priorities: list[PriorityVersion]
    rows: list[WardRow]
    total: int
    placeless: int
    unpinned: int
    source: Source | None
    as_of: datetime

    def row_of(self, ward: Area) -> WardRow:
        return next(row for row in self.rows if row.area_id == ward.id)


def find_gaps(board: Board, now: datetime) -> Gaps:
    """All figures of a board (with its areas loaded), in three queries."""
    wards = sorted((link.area for link in board.board_areas), key=lambda ward: ward.name)
    ward_ids = [ward.id for ward in wards]
    priorities = plans.list_priorities(board.id, now.date())
    entries = _entries(board.id)
    zones = places.list_zones(ward_ids)
    found = next((zone.deprivation_set for zone in zones), None)
    return Gaps(
        wards=wards,
        parts=frozenset(link.area_id for link in board.board_areas if link.is_part),
        priorities=priorities,
        rows=measure(
            area_ids=ward_ids,
            priority_ids=[version.priority_id for version in priorities],
            entries=entries,
            zones=[Zone(z.area_id, z.population, z.quintile, z.lat, z.lon) for z in zones],
            now=now,
        ),
        total=len(entries),
        placeless=sum(entry.area_id not in ward_ids for entry in entries),
        unpinned=sum(entry.lat is None for entry in entries),
        source=_source(found),
        as_of=now,
    )


def _source(found: DeprivationSet | None) -> Source | None:
    if found is None:
        return None
    return Source(found.name, found.source, found.attribution, found.dated_on)


@dataclass(frozen=True)
class Strengths:
    """What a ward's entries help most: how many by priority id, and how many are fresh."""

    entries: int
    fresh: int
    helping: dict[int, int]


def find_strengths(board_id: int, area_id: int, now: datetime) -> Strengths:
    """Of one ward, in one query."""
    entries = _entries(board_id, area_id)
    helping = Counter(priority_id for entry in entries for priority_id in entry.priority_ids)
    fresh = sum(is_fresh(entry.confirmed_at, now) for entry in entries)
    return Strengths(len(entries), fresh, dict(helping))


def _entries(board_id: int, area_id: int | None = None) -> list[Entry]:
    """What is published, people's gifts left out: no table may lead to a person."""
    query = (
        select(
            Asset.id,
            Asset.area_id,
            Asset.lat,
            Asset.lon,
            Asset.confirmed_at,
            AssetPriority.priority_id,
        )
        .outerjoin(AssetPriority, AssetPriority.asset_id == Asset.id)
        .where(
            Asset.board_id == board_id,
            Asset.state == AssetState.PUBLISHED,
            Asset.kind != AssetKind.INDIVIDUAL,
        )
    )
    if area_id is not None:
        query = query.where(Asset.area_id == area_id)
    facts: dict[object, tuple[int | None, float | None, float | None, datetime | None]] = {}
    helps: dict[object, list[int]] = {}
    for asset_id, area_id, lat, lon, confirmed_at, priority_id in db.session.execute(query):
        facts[asset_id] = (area_id, lat, lon, confirmed_at)
        if priority_id is not None:
            helps.setdefault(asset_id, []).append(priority_id)
    return [Entry(*fact, frozenset(helps.get(key, ()))) for key, fact in facts.items()]


def list_shapes(area_ids: Collection[int]) -> list[Boundary]:
    """The current shapes of these wards, each with its set and its area, in one query."""
    query = (
        select(Boundary)
        .join(Boundary.boundary_set)
        .options(contains_eager(Boundary.boundary_set), joinedload(Boundary.area))
        .where(BoundarySet.is_current, Boundary.area_id.in_(area_ids))
        .order_by(Boundary.area_id)
    )
    return list(db.session.scalars(query))


def list_to_check(board_id: int, area_id: int, now: datetime, limit: int) -> Sequence[Asset]:
    """A ward's published entries that nobody confirmed for a year, those never confirmed first."""
    query = (
        select(Asset)
        .where(
            Asset.board_id == board_id,
            Asset.area_id == area_id,
            Asset.state == AssetState.PUBLISHED,
            Asset.kind != AssetKind.INDIVIDUAL,
            or_(Asset.confirmed_at.is_(None), Asset.confirmed_at < now - FRESH_FOR),
        )
        .order_by(Asset.confirmed_at.asc().nulls_first(), func.lower(Asset.name), Asset.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()

"""The facts behind a board's gap table, each in one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import contains_eager, joinedload

from pbapp.assets import times
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetState,
    SessionUse,
    Status,
    Where,
)
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.gaps.measures import FRESH_FOR, Entry, Times, WardRow, Zone, measure
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
    imported_at: datetime


@dataclass(frozen=True)
class Gaps:
    """A board's wards by name, its priorities in the plan's order, and a row of figures a ward.

    `everywhere` counts entries that have no one place, `placeless` others in no ward of the board,
    `unpinned` those without a point, which no distance can be measured to, `timeless` those whose
    times are in words only. `paused` are closed for a time: they are in no other figure.
    """

    wards: list[Area]
    parts: frozenset[int]
    priorities: list[PriorityVersion]
    rows: list[WardRow]
    total: int
    everywhere: int
    placeless: int
    unpinned: int
    timeless: int
    paused: int
    source: Source | None
    as_of: datetime

    def row_of(self, ward: Area) -> WardRow:
        return next(row for row in self.rows if row.area_id == ward.id)


def find_gaps(board: Board, now: datetime) -> Gaps:
    """All figures of a board (with its areas loaded), in six queries."""
    wards = sorted((link.area for link in board.board_areas), key=lambda ward: ward.name)
    ward_ids = [ward.id for ward in wards]
    priorities = plans.list_priorities(board.id, now.date())
    listed = list_entries(on_map(board.id), now.date())
    entries = [entry for entry in listed if not entry.is_paused]
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
        everywhere=sum(entry.everywhere for entry in entries),
        placeless=sum(e.area_id not in ward_ids and not e.everywhere for e in entries),
        unpinned=sum(entry.lat is None for entry in entries),
        timeless=sum(entry.times is None for entry in entries),
        paused=len(listed) - len(entries),
        source=_source(found),
        as_of=now,
    )


def _source(found: DeprivationSet | None) -> Source | None:
    if found is None:
        return None
    return Source(found.name, found.source, found.attribution, found.dated_on, found.imported_at)


def on_map(board_id: int) -> list[ColumnElement[bool]]:
    """What lists and maps show, people's gifts left out: no table may lead to a person."""
    return [
        Asset.board_id == board_id,
        Asset.state == AssetState.PUBLISHED,
        Asset.kind != AssetKind.INDIVIDUAL,
        Asset.status != Status.CLOSED,
    ]


def runs(board_id: int) -> list[ColumnElement[bool]]:
    """What the figures count: of those, the ones that are not closed for a time."""
    return [*on_map(board_id), Asset.status == Status.ACTIVE]


@dataclass(frozen=True)
class Summary:
    """A board's map in a line: its entries, and how many somebody confirmed within a year."""

    entries: int
    fresh: int

    @property
    def share_fresh(self) -> float | None:
        return self.fresh / self.entries if self.entries else None


def find_summary(board_id: int, now: datetime) -> Summary:
    fresh = func.count().filter(Asset.confirmed_at >= now - FRESH_FOR)
    row = db.session.execute(select(func.count(), fresh).where(*on_map(board_id))).one()
    return Summary(row[0], row[1])


def list_entries(conditions: Iterable[ColumnElement[bool]], today: date) -> list[Entry]:
    """Entries in plain values, with all that they are measured by, in four queries."""
    where = list(conditions)
    facts = db.session.execute(
        select(
            *(_raw(Asset.id), Asset.area_id, Asset.lat, Asset.lon, Asset.confirmed_at),
            *(Asset.where_kind, Asset.status),
        ).where(*where)
    ).all()
    helps = _linked(AssetPriority.asset_id, AssetPriority.priority_id, where)
    serves = _linked(AssetArea.asset_id, AssetArea.area_id, where)
    on = _times(where, today)
    none: frozenset[int] = frozenset()
    return [
        Entry(
            *(area_id, lat, lon, confirmed_at),
            priority_ids=helps.get(key, none),
            serves=serves.get(key, none),
            everywhere=area_id is None and where_kind is Where.NOWHERE,
            times=on.get(key),
            is_paused=status is Status.PAUSED,
        )
        for key, area_id, lat, lon, confirmed_at, where_kind, status in facts
    ]


def _raw(key: Any) -> ColumnElement[Any]:
    """An entry's id as the database gives it: of ten thousand, making UUIDs takes half the time."""
    return type_coerce(key, String)


def _linked(key: Any, value: Any, where: list[ColumnElement[bool]]) -> dict[Any, frozenset[int]]:
    found: dict[Any, set[int]] = {}
    query = select(_raw(key), value).join(Asset, Asset.id == key).where(*where)
    for asset_id, linked in db.session.execute(query):
        found.setdefault(asset_id, set()).add(linked)
    return {asset_id: frozenset(linked) for asset_id, linked in found.items()}


def _times(where: list[ColumnElement[bool]], today: date) -> dict[Any, Times]:
    """By entry, when it is on; those whose last day has passed are as good as unknown."""
    query = (
        select(
            _raw(AssetSession.asset_id),
            AssetSession.days,
            AssetSession.opens,
            AssetSession.closes,
            AssetSession.until_on,
        )
        .join(Asset, Asset.id == AssetSession.asset_id)
        .where(*where, AssetSession.use == SessionUse.OPEN)
    )
    found: dict[Any, Times] = {}
    for asset_id, days, opens, closes, until_on in db.session.execute(query):
        session = times.Session(days, opens, closes, until_on=until_on)
        if not times.is_over(session, today):
            before = found.get(asset_id, Times())
            found[asset_id] = Times(
                evening=before.evening or times.is_evening(session),
                weekend=before.weekend or times.is_weekend(session),
            )
    return found


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

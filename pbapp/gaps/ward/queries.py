"""What one ward has: its strengths, rooms that are free, entries to check, and who comes there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.assets import times
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetTerm,
    SessionUse,
    Vocabulary,
    Where,
)
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.gaps.measures import FRESH_FOR, Cover, cover, is_fresh
from pbapp.gaps.queries import list_entries, on_map, runs


@dataclass(frozen=True)
class Strengths:
    """What a ward's entries are and help most: how many of each, the most first.

    `cover` leaves out what is closed for a time. `leads` are the priorities that more entries help
    here than in any other ward of the board.
    """

    entries: int
    cover: Cover
    fresh: int
    kinds: list[tuple[AssetKind, int]]
    helping: list[tuple[int, int]]
    themes: list[tuple[str, int]]
    leads: frozenset[int]


@dataclass(frozen=True)
class Shared:
    """A place with rooms that others may use, and when they are free."""

    asset: Asset
    free: list[AssetSession]


def find_strengths(board: Board, area_id: int, now: datetime) -> Strengths:
    """Of one ward of a board with its areas loaded, in seven queries."""
    here = [*on_map(board.id), Asset.area_id == area_id]
    entries = list_entries(here, now.date())
    kinds = db.session.execute(select(Asset.kind, func.count()).where(*here).group_by(Asset.kind))
    themes = db.session.execute(
        select(AssetTerm.slug, func.count())
        .join(Asset, Asset.id == AssetTerm.asset_id)
        .where(*here, AssetTerm.vocabulary == Vocabulary.THEME)
        .group_by(AssetTerm.slug)
    )
    return Strengths(
        entries=len(entries),
        cover=cover([entry for entry in entries if not entry.is_paused]),
        fresh=sum(is_fresh(entry.confirmed_at, now) for entry in entries),
        kinds=_most(kinds),
        helping=Counter(p for entry in entries for p in entry.priority_ids).most_common(),
        themes=_most(themes),
        leads=_leads(board, area_id),
    )


def _most(rows: Iterable[Row[Any, int]]) -> list[tuple[Any, int]]:
    return sorted(((row[0], row[1]) for row in rows), key=lambda pair: (-pair[1], str(pair[0])))


def _leads(board: Board, area_id: int) -> frozenset[int]:
    query = (
        select(AssetPriority.priority_id, Asset.area_id, func.count())
        .join(Asset, Asset.id == AssetPriority.asset_id)
        .where(*runs(board.id), Asset.area_id.in_([link.area_id for link in board.board_areas]))
        .group_by(AssetPriority.priority_id, Asset.area_id)
    )
    best: dict[int, list[tuple[int, int]]] = {}
    for priority_id, ward_id, number in db.session.execute(query):
        best.setdefault(priority_id, []).append((number, ward_id or 0))
    return frozenset(
        priority_id
        for priority_id, counted in best.items()
        if [ward for number, ward in counted if number == max(counted)[0]] == [area_id]
    )


# --- lists ------------------------------------------------------------------------------------


def list_shared(board_id: int, area_id: int, today: date) -> list[Shared]:
    """The ward's places with hours that others may use, by name."""
    free = select(AssetSession.asset_id).where(
        AssetSession.use == SessionUse.FREE,
        or_(AssetSession.until_on.is_(None), AssetSession.until_on >= today),
    )
    query = (
        select(Asset)
        .options(selectinload(Asset.sessions))
        .where(*runs(board_id), Asset.area_id == area_id, Asset.id.in_(free))
        .order_by(func.lower(Asset.name), Asset.id)
    )
    return [
        Shared(
            asset,
            [
                one
                for one in asset.sessions
                if one.use is SessionUse.FREE and not times.is_over(one, today)
            ],
        )
        for asset in db.session.scalars(query)
    ]


def list_coming(board_id: int, area_id: int, limit: int) -> tuple[Sequence[Asset], int]:
    """What serves a ward though it is based elsewhere, by name, and how many there are."""
    served = select(AssetArea.asset_id).where(AssetArea.area_id == area_id)
    everywhere = and_(Asset.area_id.is_(None), Asset.where_kind == Where.NOWHERE)
    query = (
        select(Asset, func.count().over())
        .options(joinedload(Asset.area))
        .where(
            *runs(board_id),
            or_(Asset.id.in_(served), everywhere),
            or_(Asset.area_id.is_(None), Asset.area_id != area_id),
        )
        .order_by(func.lower(Asset.name), Asset.id)
        .limit(limit)
    )
    return _counted(query)


def list_to_check(
    board_id: int, area_id: int, now: datetime, limit: int
) -> tuple[Sequence[Asset], int]:
    """What is due to be confirmed, those never confirmed first, and how many there are.

    Nobody did for a year, or for as long as things of its kind stay right. What is closed for a
    time is among them: it may be open again.
    """
    query = (
        select(Asset, func.count().over())
        .where(
            *on_map(board_id),
            Asset.area_id == area_id,
            or_(
                Asset.confirmed_at.is_(None),
                Asset.confirmed_at < now - FRESH_FOR,
                Asset.review_due_on < now.date(),
            ),
        )
        .order_by(Asset.confirmed_at.asc().nulls_first(), func.lower(Asset.name), Asset.id)
        .limit(limit)
    )
    return _counted(query)


def _counted(query: Select[Asset, int]) -> tuple[Sequence[Asset], int]:
    rows = db.session.execute(query).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0

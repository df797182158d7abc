"""Bring boundaries in; where wards change, let everything follow its ward, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from pbapp import clock
from pbapp.assets.settling.queries import Found, find_council, look
from pbapp.boards import services as boards
from pbapp.boards.models import Board, BoardArea
from pbapp.db import db
from pbapp.messages import following
from pbapp.news import services as news
from pbapp.places import services as places
from pbapp.places.importing import ReadBoundaries
from pbapp.places.models import Area, BoundarySet
from pbapp.places.redrawing import Redrawn, redraw_wards
from pbapp.places.succession import Succession
from pbapp.refusal import Refused
from pbapp.rounds import wards as rounds
from pbapp.rounds.models import Round

Ended = Sequence[tuple[Area, Sequence[Area]]]


@dataclass(frozen=True)
class Outcome:
    """What an import did; `redrawn` and what follows it only where wards changed."""

    boundary_set: BoundarySet
    redrawn: Redrawn | None = None
    drafts: list[Round] = field(default_factory=list)
    followers: int = 0


@dataclass(frozen=True)
class Coming:
    """What the worker is about to find: entries whose ward changes, and how many were looked at."""

    found: list[Found]
    number: int


def bring_in(
    *,
    council: Area,
    read: ReadBoundaries,
    name: str,
    source: str,
    attribution: str,
    dated_on: date | None = None,
    change: Succession | None = None,
    on: date | None = None,
) -> Outcome:
    """Make checked shapes the council's current boundaries.

    With `change` its wards are others from this day `on`: boards, rounds in preparation, followers
    and newsletters that wait follow. Refused under a round that runs.
    """
    if on is not None and on > clock.today():
        raise Refused("The new wards begin on %(day)s. Bring them in then.", day=on.isoformat())
    boundary_set = places.import_boundaries(
        council=council,
        read=read,
        name=name,
        source=source,
        attribution=attribution,
        dated_on=dated_on,
        change=change,
    )
    if change is None or on is None or not (change.ended or change.revived or change.new):
        return Outcome(boundary_set)
    redrawn = redraw_wards(council=council, change=change, on=on)
    drafts = rounds.follow_wards(ended=redrawn.ended, boundary_set=boundary_set)
    before = _boards_of([ward.id for ward, _following in redrawn.ended])
    boards.follow_wards(ended=redrawn.ended)
    return Outcome(boundary_set, redrawn, drafts, _tell_others(redrawn.ended, before))


def _boards_of(ward_ids: Sequence[int]) -> dict[int, list[int]]:
    """Ward id to the ids of the boards that have it."""
    query = (
        select(BoardArea.area_id, BoardArea.board_id)
        .where(BoardArea.area_id.in_(ward_ids))
        .order_by(BoardArea.board_id)
    )
    found: dict[int, list[int]] = {}
    for area_id, board_id in db.session.execute(query):
        found.setdefault(area_id, []).append(board_id)
    return found


def _tell_others(ended: Ended, boards_of: dict[int, list[int]]) -> int:
    """Who follows a ward follows what it has become; how many there were."""
    moved = {
        f"ward {board_id}/{ward.id}": [f"ward {board_id}/{one.id}" for one in wards]
        for ward, wards in ended
        for board_id in boards_of.get(ward.id, ())
    }
    news.follow_wards(moved)
    return sum(following.follow_on(subject, to) for subject, to in moved.items())


def look_ahead(council: Area) -> Coming:
    """Which entries the worker would move now, for whoever only tries an import."""
    db.session.expire_all()
    served = find_council(council.id)
    return Coming(*look(served)) if served is not None else Coming([], 0)


def boards_with(wards: Sequence[Area]) -> list[tuple[Board, list[str]]]:
    """The boards that have one of these wards, each with the names of those."""
    query = (
        select(Board, Area.name, BoardArea.is_part)
        .join(BoardArea, BoardArea.board_id == Board.id)
        .join(Area, Area.id == BoardArea.area_id)
        .where(Area.id.in_([ward.id for ward in wards]))
        .order_by(Board.name, Area.name)
    )
    found: dict[int, tuple[Board, list[str]]] = {}
    for board, name, is_part in db.session.execute(query):
        names = found.setdefault(board.id, (board, []))[1]
        names.append(f"part of {name}" if is_part else name)
    return list(found.values())

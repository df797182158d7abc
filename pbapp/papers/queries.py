"""What a report to a board draws on besides the result itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.plans.models import PriorityVersion
from pbapp.results.models import Count
from pbapp.results.queries import is_public
from pbapp.rounds.models import Round


def list_counts(board: Board, *, inside: bool = False) -> list[Count]:
    """A board's official counts, newest first, one a round, each with its round and dates.

    Only those the public may see, unless `inside` (a member or an officer of the board looks).
    """
    query = (
        select(Count)
        .join(Count.round)
        .options(contains_eager(Count.round).selectinload(Round.phases), joinedload(Count.profile))
        .where(Round.board_id == board.id, Round.is_public.is_(True), Count.is_official.is_(True))
        .order_by(Count.counted_at.desc(), Count.id.desc())
    )
    now = clock.now()
    seen = [count for count in db.session.scalars(query) if inside or is_public(count.round, now)]
    return list({count.round_id: count for count in reversed(seen)}.values())[::-1]


def list_versions_of(round: Round) -> list[PriorityVersion]:
    """What the round's own plan says of each priority, in its order, with its actions."""
    query = (
        select(PriorityVersion)
        .options(joinedload(PriorityVersion.priority), selectinload(PriorityVersion.actions))
        .where(PriorityVersion.plan_id == round.plan_id)
        .order_by(PriorityVersion.position)
    )
    return list(db.session.scalars(query))


def find_entry(round: Round) -> Event | None:
    """The entry of the officers' log that the official count made; its hash covers all before."""
    query = (
        select(Event)
        .where(
            Event.subject_type == "round",
            Event.subject_id == str(round.id),
            Event.verb == "round.counted",
        )
        .order_by(Event.number)
    )
    return next((event for event in db.session.scalars(query) if event.facts.get("official")), None)

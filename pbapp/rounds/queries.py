"""Find rounds, and say what one is doing at a given moment: computed from its dates, never kept."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.rounds.models import (
    Phase,
    PhaseKind,
    Pot,
    Round,
    RoundArea,
    RoundMember,
    RoundRole,
)


@dataclass(frozen=True)
class RoundState:
    """What a round is doing at `now`.

    A phase runs from its start up to, not including, its end. Between two phases `current` is
    None; `next` is the phase to come and `last` the one most recently over.
    """

    now: datetime
    current: Phase | None
    next: Phase | None
    last: Phase | None

    @property
    def kind(self) -> PhaseKind | None:
        return self.current.kind if self.current else None

    @property
    def is_over(self) -> bool:
        """Whether every phase is behind us."""
        return self.current is None and self.next is None and self.last is not None

    @property
    def is_decided(self) -> bool:
        """Whether its result is out, or everything is behind us: no proposal waits any more."""
        return self.is_over or self.kind is PhaseKind.PUBLISHED


class WhyNot(enum.StrEnum):
    """Why nobody can vote just now."""

    NOT_YET = "not_yet"
    CLOSED = "closed"
    NOT_SEALED = "not_sealed"
    NO_VOTE = "no_vote"


@dataclass(frozen=True)
class VotingGate:
    """Whether people can vote; if not, why, and the moment that goes with it."""

    is_open: bool
    why_not: WhyNot | None = None
    at: datetime | None = None

    def __bool__(self) -> bool:
        return self.is_open


def state_of(round: Round, now: datetime) -> RoundState:
    """What a round is doing at this moment."""
    current = following = last = None
    for phase in sorted(round.phases, key=lambda phase: phase.starts_at):
        if phase.starts_at > now:
            following = following or phase
        elif phase.ends_at is None or phase.ends_at > now:
            current = phase
        else:
            last = phase
    return RoundState(now, current, following, last)


def find_phase(round: Round, kind: PhaseKind) -> Phase | None:
    return next((phase for phase in round.phases if phase.kind is kind), None)


def is_open_for(round: Round, kind: PhaseKind, now: datetime) -> bool:
    """Whether a round is in this phase at this moment."""
    return state_of(round, now).kind is kind


def can_vote(round: Round, now: datetime) -> VotingGate:
    """Whether people can vote: the dates say so, and two people have sealed the ballot."""
    voting = find_phase(round, PhaseKind.VOTING)
    if voting is None or round.is_imported:
        return VotingGate(False, WhyNot.NO_VOTE)
    if voting.ends_at is not None and now >= voting.ends_at:
        return VotingGate(False, WhyNot.CLOSED, voting.ends_at)
    if now < voting.starts_at:
        return VotingGate(False, WhyNot.NOT_YET, voting.starts_at)
    if round.sealed_at is None:
        return VotingGate(False, WhyNot.NOT_SEALED)
    return VotingGate(True, at=voting.ends_at)


def result_is_out(round: Round, now: datetime) -> bool:
    """Whether the result of a counted round is out: its published phase has begun, and two people
    have certified it."""
    phase = find_phase(round, PhaseKind.PUBLISHED)
    is_time = phase is not None and phase.starts_at <= now
    return round.is_imported or (is_time and not round.waits_for_certificate)


def list_rounds_in(ward_ids: Collection[int]) -> list[Round]:
    """The rounds that are for one of these wards, without rehearsals and those thrown away."""
    here = select(RoundArea.round_id).where(RoundArea.area_id.in_(ward_ids))
    money = select(Pot.round_id).where(Pot.area_id.in_(ward_ids))
    query = _whole().where(
        Round.id.in_(here) | Round.id.in_(money),
        Round.rehearses_id.is_(None),
        Round.thrown_away_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(Round.id)).unique())


def needs_its_wards(round: Round, now: datetime) -> bool:
    """Whether a round has begun and has no result yet: what it is for is promised till then."""
    has_begun = round.is_public or round.sealed_at is not None
    return has_begun and not (result_is_out(round, now) or state_of(round, now).is_over)


def find_round(slug: str) -> Round | None:
    """A public round with its board, plan, dates, pots with their funders, wards, in one query.

    Rounds that are still being set up and rehearsals are not found: `rounds.access.get_round`
    asks for them with `find_any_round`, for those who may see them.
    """
    query = _whole().options(joinedload(Round.plan))
    query = query.where(Round.slug == slug, Round.is_public.is_(True))
    return db.session.scalars(query).unique().one_or_none()


def find_any_round(slug: str) -> Round | None:
    """A round whether it is public or not."""
    query = _whole().where(Round.slug == slug, Round.thrown_away_at.is_(None))
    return db.session.scalars(query).unique().one_or_none()


def find_round_by_id(round_id: int) -> Round | None:
    """A round by its number in the database, public or not."""
    return db.session.scalars(_whole().where(Round.id == round_id)).unique().one_or_none()


def find_round_id(slug: str) -> int | None:
    """A round's number in the database, where nothing else of it is needed yet."""
    return db.session.scalar(select(Round.id).where(Round.slug == slug))


def list_rounds(board: Board) -> list[Round]:
    """A board's public rounds with dates and pots: what is going on first, then the newest."""
    return _by_interest(_whole().where(Round.board_id == board.id, Round.is_public.is_(True)))


def list_rounds_of(board_ids: Iterable[int]) -> list[Round]:
    """The rounds of several boards in the same order, those still being set up among them."""
    query = _whole().where(Round.board_id.in_(list(board_ids)), Round.rehearses_id.is_(None))
    return _by_interest(query)


def list_rehearsals(board_ids: Iterable[int]) -> list[Round]:
    """The rehearsals of these boards' rounds, newest first."""
    query = _whole().where(
        Round.board_id.in_(list(board_ids)),
        Round.rehearses_id.is_not(None),
        Round.thrown_away_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(Round.id.desc())).unique())


def is_member(round: Round, email: str, *roles: RoundRole) -> bool:
    """Whether somebody with this address was invited to the round (in one of these roles)."""
    query = select(RoundMember.id).where(
        RoundMember.round_id == round.id,
        RoundMember.email == email,
        RoundMember.role.in_(roles or list(RoundRole)),
    )
    return db.session.scalar(query.limit(1)) is not None


def list_members(round: Round) -> list[RoundMember]:
    """Everybody invited to a round: the steering group, then community reviewers."""
    query = (
        select(RoundMember)
        .where(RoundMember.round_id == round.id)
        .order_by(RoundMember.role.desc(), RoundMember.name, RoundMember.id)
    )
    return list(db.session.scalars(query))


def list_extensions(round: Round) -> list[Event]:
    """Each time a phase was given more time, oldest first; `facts` has the reason."""
    query = (
        select(Event)
        .where(
            Event.subject_type == "round",
            Event.subject_id == str(round.id),
            Event.verb == "round.phase_extended",
        )
        .order_by(Event.number)
    )
    return list(db.session.scalars(query))


def current_round(board: Board) -> Round | None:
    """The round to tell people about first; None before a board has any."""
    return next(iter(list_rounds(board)), None)


def _by_interest(query: Select[Round]) -> list[Round]:
    now = clock.now()
    return sorted(db.session.scalars(query).unique(), key=lambda round: _interest(round, now))


def _interest(round: Round, now: datetime) -> tuple[int, float]:
    state = state_of(round, now)
    if can_vote(round, now):
        return 0, 0.0
    order = (
        PhaseKind.VOTING,
        PhaseKind.SUBMISSION,
        PhaseKind.INTEREST,
        PhaseKind.COUNTING,
        PhaseKind.REVIEW,
        None,
        PhaseKind.PUBLISHED,
    )
    rank = 1 + order.index(state.kind)
    if state.is_over:
        rank = 1 + len(order)
    newest = max((phase.starts_at for phase in round.phases), default=round.created_at)
    return rank, -newest.timestamp()


def _whole() -> Select[Round]:
    # One joined query: a round has a handful of dates, pots and wards, and pages count queries.
    return select(Round).options(
        joinedload(Round.board).joinedload(Board.council),
        joinedload(Round.phases),
        joinedload(Round.pots).options(
            joinedload(Pot.funder), joinedload(Pot.area), joinedload(Pot.priority)
        ),
        joinedload(Round.round_areas).joinedload(RoundArea.area),
    )


def pot_total(round: Round) -> int:
    """All of a round's money, in pence."""
    return sum(pot.budget_pence for pot in round.pots)


def sealed_numbers(round: Round) -> frozenset[int]:
    """The numbers of the projects on the sealed ballot; empty before it is sealed."""
    if round.sealed_at is None or round.config is None:
        return frozenset()
    return frozenset(project["number"] for project in round.config["projects"])


def sealed_rule(round: Round) -> tuple[str, dict[str, Any]]:
    """The counting rule's name and parameters as sealed, the drawn lot included."""
    config = round.config or {}
    parameters = {**config["rule"], "lot": config["lot"]}
    return str(parameters.pop("name")), parameters

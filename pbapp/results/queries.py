"""Find the result of a round, its winners, and what a priority's or a ward's projects were given.

What is asked for a board, a priority or a ward is public: only rounds whose result is out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.jobs.models import Job
from pbapp.jobs.services import find_newest
from pbapp.places.models import Area
from pbapp.places.queries import former_ids
from pbapp.plans.models import Priority
from pbapp.proposals.models import Proposal, ProposalArea
from pbapp.results.models import Allocation, Count, FrozenProfile, Turnout
from pbapp.rounds.models import Phase, PhaseKind, Round
from pbapp.rounds.queries import result_is_out

COUNT_JOB = "results.count"


@dataclass(frozen=True)
class Share:
    """What one priority got: money, and how many of its projects on the ballot were funded.

    `priority` is None for projects that name none.
    """

    priority: Priority | None
    money: int
    funded: int
    listed: int


@dataclass(frozen=True)
class LastResult:
    """A board's newest public result: "what your votes did last year". `total` is its winners'
    cost in minor units."""

    round: Round
    total: int
    ballots: int
    winners: list[Allocation]


def find_profile(round_id: int, pot: str = "") -> FrozenProfile | None:
    """The frozen ballots of a round, or of one of its pots (the file is loaded only when read)."""
    query = select(FrozenProfile).where(
        FrozenProfile.round_id == round_id, FrozenProfile.pot == pot
    )
    return db.session.scalar(query)


def get_profile(round_id: int) -> FrozenProfile:
    """The same, of a round that has one; raises LookupError."""
    profile = find_profile(round_id)
    if profile is None:
        raise LookupError(f"round {round_id} has no frozen ballots")
    return profile


def list_counted_profiles(round: Round) -> list[FrozenProfile]:
    """The files that are counted: one for each pot, or the one of the whole; in carry order."""
    query = select(FrozenProfile).where(FrozenProfile.round_id == round.id)
    profiles = list(db.session.scalars(query.order_by(FrozenProfile.id)))
    return [profile for profile in profiles if profile.pot] or profiles


def list_official_counts(round: Round) -> list[Count]:
    """The official count of each pot in the order counted, with what it was counted from."""
    query = (
        select(Count)
        .options(joinedload(Count.profile))
        .where(Count.round_id == round.id, Count.is_official.is_(True))
        .order_by(Count.id)
    )
    return list(db.session.scalars(query))


def find_official_count(round: Round, pot: str | None = None) -> Count | None:
    """The official count of one pot, or the first there is: all are kept together or none."""
    counts = list_official_counts(round)
    return next((count for count in counts if pot in (None, count.pot)), None)


def find_comparison(count: Count) -> Count | None:
    """The same ballots counted by another rule, which decides nothing."""
    query = (
        select(Count)
        .options(joinedload(Count.profile))
        .where(
            Count.profile_id == count.profile_id,
            Count.edition == count.edition,
            Count.is_official.is_(False),
            Count.replaced_in.is_(None),
        )
        .order_by(Count.id)
        .limit(1)
    )
    return db.session.scalar(query)


def list_allocations(count: Count) -> list[Allocation]:
    """Every project in the order of the count, with its priority, ward and proposal."""
    query = _allocations().where(Allocation.count_id == count.id).order_by(Allocation.position)
    return list(db.session.scalars(query))


def _allocations() -> Select[Allocation]:
    return select(Allocation).options(
        joinedload(Allocation.priority),
        joinedload(Allocation.area),
        joinedload(Allocation.proposal).joinedload(Proposal.organisation),
    )


def list_turnout(round: Round) -> list[tuple[Turnout, str]]:
    """People who voted by ward and by way of voting, each row with the ward's name."""
    query = (
        select(Turnout, Area.name)
        .outerjoin(Area, Area.gss_code == Turnout.key)
        .where(Turnout.round_id == round.id)
        .order_by(Area.name, Turnout.key)
    )
    return [(row[0], row[1] or row[0].key) for row in db.session.execute(query)]


def is_public(round: Round, now: datetime) -> bool:
    """Whether the result of a counted round is out."""
    return result_is_out(round, now)


def shares(allocations: Iterable[Allocation]) -> list[Share]:
    """Money and projects by priority, from rows already loaded; most money first."""
    found: dict[int | None, Share] = {}
    for row in allocations:
        before = found.get(row.priority_id) or Share(row.priority, 0, 0, 0)
        found[row.priority_id] = Share(
            priority=row.priority,
            money=before.money + row.awarded,
            funded=before.funded + row.is_funded,
            listed=before.listed + 1,
        )
    return sorted(found.values(), key=lambda share: (share.priority is None, -share.money))


def money_by_ward(allocations: Iterable[Allocation]) -> dict[str | None, int]:
    """Money by the name of the ward, from rows already loaded; None for more than one ward."""
    found: dict[str | None, int] = {}
    for row in sorted(allocations, key=lambda row: (row.area is None, row.area and row.area.name)):
        name = row.area.name if row.area else None
        found[name] = found.get(name, 0) + row.awarded
    return found


# --- for other rooms -----------------------------------------------------------------------------


def winners(round: Round) -> list[Allocation]:
    """What a round funds, pot by pot in the order funded; empty before it is counted."""
    query = (
        _allocations()
        .join(Allocation.count)
        .where(
            Count.round_id == round.id, Count.is_official.is_(True), Allocation.is_funded.is_(True)
        )
        .order_by(Count.id, Allocation.position)
    )
    return list(db.session.scalars(query))


def money_by_priority(board: Board) -> Mapping[int, Share]:
    """What each priority of a board got in all its public results, by the priority's id."""
    query = (
        select(
            Priority,
            func.sum(Allocation.awarded),
            func.count().filter(Allocation.is_funded.is_(True)),
            func.count(),
        )
        .select_from(Allocation)
        .join(Allocation.priority)
        .join(Allocation.count)
        .join(Count.round)
        .join(Phase, Phase.round_id == Round.id)
        .where(Priority.board_id == board.id, *_is_out())
        .group_by(Priority.id)
    )
    rows = db.session.execute(query)
    return {row[0].id: Share(row[0], int(row[1] or 0), row[2], row[3]) for row in rows}


def awards_of_priority(priority: Priority) -> list[Allocation]:
    """Projects funded under a priority in public results, newest round first; with their round."""
    return _awards(Allocation.priority_id == priority.id)


def awards_in_ward(area: Area) -> list[Allocation]:
    """Projects funded in a ward in public results, newest round first; with their round.

    Those for several wards are among them, and those of wards that are no more and became it.
    """
    former = former_ids(area)
    several = select(ProposalArea.proposal_id).where(
        (ProposalArea.area_id == area.id) | ProposalArea.area_id.in_(former)
    )
    there = (Allocation.area_id == area.id) | Allocation.area_id.in_(former)
    return _awards(or_(there, Allocation.proposal_id.in_(several)))


def list_public_of(board: Board) -> list[Allocation]:
    """Every project of a board's public results, funded or not, newest round first."""
    query = _public_allocations().where(Round.board_id == board.id)
    return list(db.session.scalars(query.order_by(Count.counted_at.desc(), Allocation.position)))


def awards_of_group(organisation_id: UUID) -> list[Allocation]:
    """A group's projects funded in public results, newest round first; with their round."""
    return _awards(Proposal.organisation_id == organisation_id)


def funded_ids(round: Round) -> set[int] | None:
    """The proposals a round funds; None before its result is public."""
    if not is_public(round, clock.now()):
        return None
    query = (
        select(Allocation.proposal_id)
        .join(Allocation.count)
        .where(
            Count.round_id == round.id,
            Count.is_official.is_(True),
            Allocation.is_funded.is_(True),
            Allocation.proposal_id.is_not(None),
        )
    )
    return {id for id in db.session.scalars(query) if id is not None}


def outcome_of(proposal: Proposal) -> Allocation | None:
    """What the public official count says of a proposal; None before the result is out."""
    query = _public_allocations().where(Allocation.proposal_id == proposal.id)
    return db.session.scalar(query)


def list_outcomes(proposal_ids: Collection[int]) -> list[Allocation]:
    """What the public official counts say of these proposals."""
    if not proposal_ids:
        return []
    query = _public_allocations().where(Allocation.proposal_id.in_(proposal_ids))
    return list(db.session.scalars(query.order_by(Count.counted_at.desc(), Allocation.position)))


def _awards(condition) -> list[Allocation]:  # type: ignore[no-untyped-def]
    query = (
        _public_allocations()
        .where(condition, Allocation.is_funded.is_(True))
        .order_by(Count.counted_at.desc(), Allocation.position)
    )
    return list(db.session.scalars(query))


def _public_allocations() -> Select[Allocation]:
    return (
        select(Allocation)
        .join(Allocation.count)
        .join(Count.round)
        .join(Phase, Phase.round_id == Round.id)
        .outerjoin(Allocation.proposal)
        .options(
            contains_eager(Allocation.count).contains_eager(Count.round),
            contains_eager(Allocation.proposal).joinedload(Proposal.organisation),
            joinedload(Allocation.priority),
            joinedload(Allocation.area),
        )
        .where(*_is_out())
    )


def _is_out():  # type: ignore[no-untyped-def]
    return (
        Count.is_official.is_(True),
        Round.is_public.is_(True),
        Phase.kind == PhaseKind.PUBLISHED,
        Phase.starts_at <= clock.now(),
        or_(Round.certified_at.is_not(None), Round.is_imported, Round.is_example),
    )


def last_result(board: Board) -> LastResult | None:
    """The newest public result of a board, all its pots together; None before the first."""
    query = (
        select(Count)
        .join(Count.round)
        .join(Phase, Phase.round_id == Round.id)
        .options(contains_eager(Count.round), joinedload(Count.profile))
        .where(Round.board_id == board.id, *_is_out())
        .order_by(Phase.starts_at.desc())
        .limit(1)
    )
    count = db.session.scalar(query)
    if count is None:
        return None
    rows = winners(count.round)
    profile = find_profile(count.round_id) if count.pot else count.profile
    ballots = profile.ballots if profile else 0
    return LastResult(count.round, sum(row.cost for row in rows), ballots, rows)


# --- the job -------------------------------------------------------------------------------------


def find_count_job(round: Round) -> Job | None:
    """The newest job that counts this round."""
    return find_newest(COUNT_JOB, "round_id", round.id)

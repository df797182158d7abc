"""Find proposals: for everybody, for their group, and for officers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from pbapp.accounts.models import Account
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Answer, Refusal
from pbapp.organisations.models import Member
from pbapp.organisations.queries import is_member, list_leads, list_members
from pbapp.places.models import Area
from pbapp.plans.models import Priority, PriorityVersion
from pbapp.proposals.filling import ROWS
from pbapp.proposals.models import (
    AssetTie,
    CoAuthor,
    Proposal,
    ProposalArea,
    ProposalState,
    SupportedPriority,
)
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, is_open_for, list_rounds, sealed_numbers, state_of
from pbapp.rounds.sealing import BallotProject

# Nobody has decided on it for good.
OPEN = (ProposalState.SUBMITTED, ProposalState.RETURNED)
# What has come to its end, other than by a vote.
GONE = (ProposalState.WITHDRAWN, ProposalState.REFUSED, ProposalState.MERGED)


@dataclass(frozen=True)
class Listed:
    """One public proposal, with no more than ordering, filtering and adding up need."""

    id: int
    number: int
    cost_pence: int
    state: ProposalState
    priority_slug: str | None
    priority_name: str | None
    ward_code: str | None
    ward_name: str | None
    more_wards: str | None  # the codes of several, between commas

    @property
    def is_withdrawn(self) -> bool:
        return self.state is ProposalState.WITHDRAWN

    @property
    def is_standing(self) -> bool:
        """Whether it is, or was, there to be voted for."""
        return self.state is ProposalState.ON_BALLOT

    @property
    def ward_codes(self) -> list[str]:
        """The wards it is for; none for the whole area."""
        if self.more_wards:
            return self.more_wards.split(",")
        return [self.ward_code] if self.ward_code else []


def _is_public(round: Round) -> ColumnElement[bool]:
    """On the ballot; one withdrawn after sealing stays listed, marked."""
    sealed = sealed_numbers(round)
    on_ballot = Proposal.state == ProposalState.ON_BALLOT
    if not sealed:
        return on_ballot
    withdrawn = and_(Proposal.state == ProposalState.WITHDRAWN, Proposal.number.in_(sealed))
    return or_(on_ballot, withdrawn)


def is_public(proposal: Proposal) -> bool:
    """Whether anybody may read it."""
    if proposal.state is ProposalState.ON_BALLOT:
        return True
    if proposal.state is ProposalState.REFUSED:
        return not decisions.is_hidden("proposal", str(proposal.id))
    if proposal.merged_into is not None:  # it leads on to the whole, once anybody may read that
        return is_public(proposal.merged_into)
    withdrawn = proposal.state is ProposalState.WITHDRAWN
    return withdrawn and proposal.number in sealed_numbers(proposal.round)


def _is_refused_in_public() -> ColumnElement[bool]:
    """Refused, and its words are not kept from the public."""
    hidden = exists().where(
        Refusal.subject_type == "proposal",
        Refusal.subject_id == cast(Proposal.id, String),
        Refusal.answer == Answer.AGREED,
        Refusal.is_hidden.is_(True),
    )
    return and_(Proposal.state == ProposalState.REFUSED, ~hidden)


def list_public(round: Round, *, with_refused: bool = False) -> list[Listed]:
    """Every public proposal of a round in one query, by number."""
    several = (
        select(func.aggregate_strings(Area.gss_code, ","))
        .join(ProposalArea, ProposalArea.area_id == Area.id)
        .where(ProposalArea.proposal_id == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    shown = _is_public(round)
    if with_refused:
        shown = or_(shown, _is_refused_in_public())
    query = (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.cost_pence,
            Proposal.state,
            Priority.slug,
            Priority.name,
            Area.gss_code,
            Area.name,
            several,
        )
        .outerjoin(Priority, Priority.id == Proposal.priority_id)
        .outerjoin(Area, Area.id == Proposal.area_id)
        .where(Proposal.round_id == round.id, shown)
        .order_by(Proposal.number)
    )
    return [Listed(*row) for row in db.session.execute(query)]


def in_order_of(seed: str, found: Iterable[Listed]) -> list[Listed]:
    """A random order that stays the same for one seed, also when a proposal joins or leaves."""
    return sorted(found, key=lambda one: hashlib.sha256(f"{seed} {one.id}".encode()).digest())


def load_cards(ids: list[int]) -> list[Proposal]:
    """What a list shows of these proposals, in the order of the ids, in one query."""
    query = (
        select(Proposal)
        .options(
            joinedload(Proposal.priority),
            joinedload(Proposal.area),
            joinedload(Proposal.organisation),
            joinedload(Proposal.photo),
        )
        .where(Proposal.id.in_(ids))
    )
    place = {id: at for at, id in enumerate(ids)}
    return sorted(db.session.scalars(query), key=lambda proposal: place[proposal.id])


def list_titles(round: Round) -> dict[int, str]:
    """The public proposals of a round, number to title, by title."""
    query = (
        select(Proposal.number, Proposal.title)
        .where(Proposal.round_id == round.id, _is_public(round))
        .order_by(Proposal.title, Proposal.number)
    )
    return {row.number: row.title for row in db.session.execute(query)}


def list_by_number(round: Round, numbers: Sequence[int]) -> list[Proposal]:
    """These proposals of a round with all that a page shows, in the order of the numbers."""
    query = (
        _whole()
        .options(
            selectinload(Proposal.supports).joinedload(SupportedPriority.priority),
            selectinload(Proposal.more_areas).joinedload(ProposalArea.area),
            selectinload(Proposal.funding),
        )
        .where(Proposal.round_id == round.id, Proposal.number.in_(numbers))
    )
    return sorted(db.session.scalars(query), key=lambda one: numbers.index(one.number))


def find_by_number(round: Round, number: int) -> Proposal | None:
    """One proposal of a round with all that its page shows."""
    query = _whole().where(Proposal.round_id == round.id, Proposal.number == number)
    return db.session.scalars(query).one_or_none()


def find(proposal_id: int) -> Proposal | None:
    """The same by its number in the database, its round included."""
    return db.session.scalars(_whole().where(Proposal.id == proposal_id)).one_or_none()


def _whole() -> Select[Proposal]:
    return select(Proposal).options(
        joinedload(Proposal.round).joinedload(Round.board),
        joinedload(Proposal.priority),
        joinedload(Proposal.area),
        joinedload(Proposal.organisation),
        joinedload(Proposal.photo),
        selectinload(Proposal.cost_lines),
        selectinload(Proposal.ties).joinedload(AssetTie.asset),
    )


def load_whole(ids: list[int]) -> list[Proposal]:
    """These proposals with everything they say, by number, in a handful of queries."""
    query = (
        select(Proposal)
        .options(*(selectinload(getattr(Proposal, name)) for name in ROWS))
        .where(Proposal.id.in_(ids))
        .order_by(Proposal.number)
    )
    return list(db.session.scalars(query))


def list_on_ballot(round: Round) -> list[Proposal]:
    """The proposals people can vote for, by number, as cards are loaded."""
    ids = [one.id for one in list_public(round) if not one.is_withdrawn]
    return load_cards(ids)


def ballot_projects(round: Round) -> list[BallotProject]:
    """What sealing freezes: every proposal on the ballot now, by number."""
    query = (
        select(
            Proposal.number,
            Proposal.title,
            Proposal.cost_pence,
            Proposal.minimum_pence,
            Proposal.area_id,
            Proposal.priority_id,
        )
        .where(Proposal.round_id == round.id, Proposal.state == ProposalState.ON_BALLOT)
        .order_by(Proposal.number)
    )
    return [BallotProject(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Tally:
    """How many proposals a round has in each state, and what those on the ballot ask for."""

    waiting: int = 0
    returned: int = 0
    on_ballot: int = 0
    withdrawn: int = 0
    refused: int = 0
    asked_pence: int = 0


def count_by_state(round: Round) -> Tally:
    query = (
        select(Proposal.state, func.count(), func.sum(Proposal.cost_pence))
        .where(Proposal.round_id == round.id)
        .group_by(Proposal.state)
    )
    found = {state: (number, pence) for state, number, pence in db.session.execute(query)}
    none = (0, 0)
    return Tally(
        waiting=found.get(ProposalState.SUBMITTED, none)[0],
        returned=found.get(ProposalState.RETURNED, none)[0],
        on_ballot=found.get(ProposalState.ON_BALLOT, none)[0],
        withdrawn=found.get(ProposalState.WITHDRAWN, none)[0],
        refused=found.get(ProposalState.REFUSED, none)[0],
        asked_pence=int(found.get(ProposalState.ON_BALLOT, none)[1]),
    )


def of_author(account: Account, *, typed_in: bool = True) -> ColumnElement[bool]:
    """Written by somebody: for a group they belong to, for themself, as a co-author, or in part.

    Who typed one in as an officer counts, too: they must not decide on it. Not so with `typed_in`
    False, where people speak for those behind it.
    """
    groups = select(Member.organisation_id).where(Member.account_id == account.id)
    shared = select(CoAuthor.proposal_id).where(CoAuthor.email == account.email)
    part = aliased(Proposal)
    themselves = () if typed_in else (Proposal.entered_for == "",)
    in_part = () if typed_in else (part.entered_for == "",)
    joined = select(part.merged_into_id).where(
        part.merged_into_id.is_not(None),
        or_(
            part.organisation_id.in_(groups),
            and_(part.submitted_by_id == account.id, *in_part),
            part.id.in_(shared),
        ),
    )
    own = and_(
        Proposal.submitted_by_id == account.id,
        or_(Proposal.organisation_id.is_(None), Proposal.entered_for != ""),
        *themselves,
    )
    return or_(
        Proposal.organisation_id.in_(groups),
        own,
        Proposal.id.in_(shared),
        Proposal.id.in_(joined),
    )


def is_author(account: Account, proposal: Proposal) -> bool:
    """Whether somebody may change a proposal, and so may not decide on it."""
    query = select(Proposal.id).where(Proposal.id == proposal.id, of_author(account))
    return db.session.scalar(query) is not None


def speaks_for(account: Account, proposal: Proposal) -> bool:
    """Whether somebody can answer for those behind it: not the officer who typed it in for them."""
    theirs = of_author(account, typed_in=False)
    query = select(Proposal.id).where(Proposal.id == proposal.id, theirs)
    return db.session.scalar(query) is not None


def may_withdraw(account: Account, proposal: Proposal) -> bool:
    """Whether it is theirs to take back: co-authors may change it, and no more."""
    if is_member(account.id, proposal.organisation_id):
        return True
    if proposal.submitted_by_id == account.id and is_author(account, proposal):
        return True
    return any(one.is_author and one.email == account.email for one in proposal.co_authors)


@dataclass(frozen=True)
class Contact:
    """Whom to write to about a proposal."""

    email: str
    language: str


def contact_of(proposal: Proposal) -> Contact | None:
    """Who is told what becomes of a proposal: who sent it in, or whom an officer entered it for.

    Where the sender does not belong to the group any more, it is the first of its leads by name.
    """
    if proposal.entered_for:
        author = next((one for one in proposal.co_authors if one.is_author), None)
        return Contact(author.email, proposal.language) if author else None
    if proposal.submitted_by_id is None:
        return None
    account = db.session.get(Account, proposal.submitted_by_id)
    return contact_for(account, proposal.organisation_id)


def contact_for(account: Account | None, group: UUID | None) -> Contact | None:
    """Whoever wrote for a group, or the first of its leads when they do not belong to it now."""
    if group is not None and account not in list_members(group):
        account = next(iter(list_leads(group)), None)
    if account is None or account.closed_at is not None:
        return None
    return Contact(account.email, account.language)


def list_by_account(account: Account, round: Round | None = None) -> list[Proposal]:
    """The proposals somebody may change, newest first, with their round."""
    query = (
        select(Proposal)
        .options(
            joinedload(Proposal.round),
            joinedload(Proposal.organisation),
            joinedload(Proposal.priority),
            joinedload(Proposal.area),
        )
        .join(Round, Round.id == Proposal.round_id)
        .where(of_author(account))
        .order_by(Proposal.submitted_at.desc(), Proposal.id.desc())
    )
    if round is not None:
        query = query.where(Proposal.round_id == round.id)
    else:
        query = query.where(Round.rehearses_id.is_(None))
    return list(db.session.scalars(query))


def list_by_priority(priority_id: int) -> list[Proposal]:
    """The public proposals for one priority, the newest round first, as cards are loaded."""
    return _on_ballots(Proposal.priority_id == priority_id)


def list_undecided(board: Board, now: datetime) -> list[Proposal]:
    """A board's public proposals that wait for a vote or its result, as cards are loaded.

    With their wards: one may be for several.
    """
    waiting = [one.id for one in list_rounds(board) if not state_of(one, now).is_decided]
    more = selectinload(Proposal.more_areas).joinedload(ProposalArea.area)
    return _on_ballots(Proposal.round_id.in_(waiting), more)


def _on_ballots(condition: ColumnElement[bool], *more: ExecutableOption) -> list[Proposal]:
    query = (
        select(Proposal)
        .options(
            joinedload(Proposal.round),
            joinedload(Proposal.organisation),
            joinedload(Proposal.area),
            joinedload(Proposal.photo),
            *more,
        )
        .join(Round, Round.id == Proposal.round_id)
        .where(condition, Round.is_public.is_(True), Proposal.state == ProposalState.ON_BALLOT)
        .order_by(Proposal.round_id.desc(), Proposal.number)
    )
    return list(db.session.scalars(query))


def list_authors(round: Round) -> list[Account]:
    """Who can act for the proposals in this round that are not withdrawn."""
    return _accounts_behind(
        select(Proposal).where(
            Proposal.round_id == round.id, Proposal.state != ProposalState.WITHDRAWN
        )
    )


def list_authors_of(proposal: Proposal) -> list[Account]:
    """Who can act for one proposal: its group, its co-authors, or whoever wrote it alone."""
    return _accounts_behind(select(Proposal).where(Proposal.id == proposal.id))


def _accounts_behind(standing: Select[Proposal]) -> list[Account]:
    groups = standing.with_only_columns(Proposal.organisation_id)
    members = select(Member.account_id).where(Member.organisation_id.in_(groups))
    alone = standing.where(
        Proposal.organisation_id.is_(None), Proposal.entered_for == ""
    ).with_only_columns(Proposal.submitted_by_id)
    ids = standing.with_only_columns(Proposal.id)
    shared = select(CoAuthor.email).where(CoAuthor.proposal_id.in_(ids))
    query = select(Account).where(
        or_(Account.id.in_(members), Account.id.in_(alone), Account.email.in_(shared)),
        Account.closed_at.is_(None),
    )
    return list(db.session.scalars(query))


def list_priorities(round: Round) -> list[PriorityVersion]:
    """What the round's plan says of each priority, in the plan's order."""
    query = (
        select(PriorityVersion)
        .options(joinedload(PriorityVersion.priority))
        .where(PriorityVersion.plan_id == round.plan_id)
        .order_by(PriorityVersion.position)
    )
    return list(db.session.scalars(query))


def list_places(round: Round, ids: Iterable[int]) -> list[Proposal]:
    """Those of these proposals that have a point on the map."""
    query = (
        select(Proposal)
        .options(joinedload(Proposal.priority), joinedload(Proposal.area))
        .where(
            Proposal.round_id == round.id,
            Proposal.id.in_(list(ids)),
            Proposal.lat.is_not(None),
        )
        .order_by(Proposal.number)
    )
    return list(db.session.scalars(query))


def can_send_in(round: Round, now: datetime) -> bool:
    """Whether groups may send in new proposals."""
    open_to_all = round.is_public and round.sealed_at is None
    return open_to_all and is_open_for(round, PhaseKind.SUBMISSION, now)


def can_edit(proposal: Proposal, now: datetime) -> bool:
    """Whether its group may change it: while proposals come in, and a returned one until voting."""
    round = proposal.round
    if round.sealed_at is not None:
        return False
    if proposal.state is ProposalState.SUBMITTED:
        return can_send_in(round, now)
    voting = find_phase(round, PhaseKind.VOTING)
    in_time = voting is None or now < voting.starts_at
    return proposal.state is ProposalState.RETURNED and in_time


def can_withdraw(proposal: Proposal, now: datetime) -> bool:
    """Whether its group may still take it back: until voting closes."""
    voting = find_phase(proposal.round, PhaseKind.VOTING)
    voted = voting is not None and voting.ends_at is not None and voting.ends_at <= now
    return proposal.state not in GONE and not voted


def list_parts(proposal_id: int) -> list[Proposal]:
    """The proposals that were joined into this one, each with its group."""
    query = (
        select(Proposal)
        .options(joinedload(Proposal.organisation))
        .where(Proposal.merged_into_id == proposal_id)
        .order_by(Proposal.number)
    )
    return list(db.session.scalars(query))

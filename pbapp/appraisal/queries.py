"""Read dossiers and scores: of one bid, and of all bids of a round in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal.models import Answer, Capacity, CostCheck, Criterion, Dossier, Sheet, Terms
from pbapp.appraisal.scoring import Summary, summarise
from pbapp.appraisal.standards import standard_of
from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import db
from pbapp.decisions import conflicts
from pbapp.decisions.models import Conflict
from pbapp.proposals.deciding import SUBJECT
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import is_author, of_author
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import PhaseKind, Round, RoundMember, RoundRole
from pbapp.rounds.queries import find_phase

# What somebody from outside the council scores as; the first that fits.
CAPACITIES = {RoundRole.STEERING: Capacity.STEERING, RoundRole.REVIEWER: Capacity.REVIEWER}
GONE = (ProposalState.WITHDRAWN, ProposalState.MERGED)
OVER = N_("This has been decided on, so its appraisal can no longer be changed.")


def checks_of(round: Round) -> tuple[str, ...]:
    """The keys of what is checked in every bid of a round."""
    return standard_of(round.template).checks


def find_terms(round: Round) -> Terms | None:
    return db.session.get(Terms, round.id)


def criteria_of(round: Round) -> list[Criterion]:
    """What bids of this round are scored for; until somebody settles it, what its template says.

    Those of a template are in no table yet: they have no id.
    """
    query = select(Criterion).where(Criterion.round_id == round.id).order_by(Criterion.position)
    return list(db.session.scalars(query)) or [
        Criterion(position=place, name=one.name, low=one.low, high=one.high, weight=one.weight)
        for place, one in enumerate(standard_of(round.template).criteria, 1)
    ]


def why_criteria_stand(round: Round) -> Refused | None:
    """Why the criteria can no longer be changed; None while they can."""
    taking = find_phase(round, PhaseKind.SUBMISSION)
    if taking is not None and taking.ends_at is not None and taking.ends_at <= clock.now():
        return Refused(
            N_("Groups have sent in their bids by these criteria, so nobody can change them now.")
        )
    if round.sealed_at is not None or has_scores(round):
        return Refused(N_("Somebody has scored a bid by these criteria, so they stand."))
    return None


def newest_change(round: Round) -> int:
    """The number of the newest change to a round's criteria; 0 before there is one."""
    return _newest("criteria", round.id)


def has_scores(round: Round) -> bool:
    query = select(Sheet.id).join(Proposal, Proposal.id == Sheet.proposal_id)
    return db.session.scalar(query.where(Proposal.round_id == round.id).limit(1)) is not None


def capacity_in(round: Round, account: Account) -> Capacity | None:
    """As what somebody scores bids of this round: an appraiser of its board, or one invited."""
    if has_role(account.id, round.board_id, [Role.APPRAISER]):
        return Capacity.APPRAISER
    query = select(RoundMember.role).where(
        RoundMember.round_id == round.id, RoundMember.email == account.email
    )
    held = set(db.session.scalars(query))
    return next((as_what for role, as_what in CAPACITIES.items() if role in held), None)


def is_open(proposal: Proposal) -> bool:
    """Whether it can be appraised: it waits for a decision, and the ballot is not sealed."""
    return proposal.state is ProposalState.SUBMITTED and proposal.round.sealed_at is None


def why_closed(proposal: Proposal) -> Refused | None:
    """Why nobody can appraise a bid just now; None if it is open."""
    if is_open(proposal):
        return None
    if proposal.state is ProposalState.RETURNED and proposal.round.sealed_at is None:
        return Refused(N_("It is with its group now. Go on when they have sent it in again."))
    return Refused(OVER)


def list_connections(proposal_id: int) -> list[tuple[str, str]]:
    """Who has said that they have a connection to a bid, and which: (name, words)."""
    query = (
        select(Account.name, Conflict.what)
        .join(Conflict, Conflict.account_id == Account.id)
        .where(
            Conflict.subject_type == SUBJECT,
            Conflict.subject_id == str(proposal_id),
            Conflict.what != "",
        )
        .order_by(Conflict.declared_at, Account.name, Account.email)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def why_not_score(proposal: Proposal, by: Account) -> Refused | None:
    """Why somebody may not score a bid; None if they may."""
    if capacity_in(proposal.round, by) is None:
        return Refused(N_("Only appraisers and people invited to this round score its bids."))
    if refused := why_not_impartial(proposal, by):
        return refused
    return why_closed(proposal)


def _own_of(ids: list[int], account: Account) -> set[int]:
    """Those of these bids that somebody is behind, as `why_not_impartial` has it."""
    behind = or_(of_author(account), Proposal.submitted_by_id == account.id)
    return set(db.session.scalars(select(Proposal.id).where(Proposal.id.in_(ids), behind)))


def why_not_impartial(proposal: Proposal, by: Account) -> Refused | None:
    """Somebody of the group, its author, or whoever has said that they have a stake in it."""
    if proposal.submitted_by_id == by.id or is_author(by, proposal):
        return Refused(N_("You are one of those behind this bid, so others appraise it."))
    if conflicts.has_one(SUBJECT, proposal.id, by):
        return Refused(conflicts.DECLARED)
    return None


def names_behind(bids: Iterable[Proposal]) -> dict[int, str]:
    """Who is behind each bid by its id, residents by name: for those who say if they know them."""
    found = list(bids)
    ids = {one.submitted_by_id for one in found if one.organisation is None}
    query = select(Account.id, Account.name).where(Account.id.in_([id for id in ids if id]))
    names: dict[UUID | None, str] = {row[0]: row[1] for row in db.session.execute(query)}
    return {
        one.id: one.organisation.name
        if one.organisation
        else one.entered_for or names.get(one.submitted_by_id, "")
        for one in found
    }


def find_dossier(proposal_id: int) -> Dossier | None:
    """The dossier of a bid with its checks and costs; None before anybody began it."""
    query = (
        select(Dossier)
        .options(selectinload(Dossier.checks), selectinload(Dossier.costs))
        .where(Dossier.proposal_id == proposal_id)
    )
    return db.session.scalar(query)


def newest_revision(proposal_id: int) -> int:
    """The number of the newest edit of a bid; 0 while it is as it was sent in."""
    return _newest(SUBJECT, proposal_id)


def _newest(subject_type: str, subject_id: int) -> int:
    query = select(func.max(Revision.number)).where(
        Revision.subject_type == subject_type, Revision.subject_id == str(subject_id)
    )
    return db.session.scalar(query) or 0


def edits_since(proposal_id: int, number: int) -> list[Revision]:
    """What its group has changed since that edit, newest first."""
    return [one for one in list_revisions(SUBJECT, proposal_id) if one.number > number]


def costs_stand(dossier: Dossier, proposal: Proposal) -> bool:
    """Whether the officer's figures are what the bid is for now.

    The group's next edit makes its own figures count again, until they are checked anew.
    """
    checked = [(one.description, one.asked_pence) for one in dossier.costs if one.asked_pence]
    lines = [(line.description, line.amount_pence) for line in proposal.cost_lines]
    total = sum(one.officer_pence for one in dossier.costs)
    return bool(dossier.costs) and checked == lines and total == proposal.cost_pence


def changed_costs(dossier: Dossier | None) -> list[CostCheck]:
    """The lines where the officer's figure is another than the group's."""
    return [one for one in dossier.costs if one.is_changed] if dossier else []


def list_sheets(proposal_ids: Iterable[int]) -> dict[int, list[Sheet]]:
    """The sheets that count, by bid, in the order they came; in three queries.

    One of somebody who has said since that they have a stake does not count.
    """
    ids = list(proposal_ids)
    if not ids:
        return {}
    partial = {
        (one.subject_id, one.account_id) for one in conflicts.list_for(SUBJECT, ids) if one.stands
    }
    query = (
        select(Sheet)
        .options(selectinload(Sheet.scores), joinedload(Sheet.account))
        .where(Sheet.proposal_id.in_(ids))
        .order_by(Sheet.sent_at, Sheet.id)
    )
    found: dict[int, list[Sheet]] = {}
    for sheet in db.session.scalars(query):
        if (str(sheet.proposal_id), sheet.account_id) not in partial:
            found.setdefault(sheet.proposal_id, []).append(sheet)
    return found


def find_sheet(proposal_id: int, account_id: UUID) -> Sheet | None:
    query = (
        select(Sheet)
        .options(selectinload(Sheet.scores))
        .where(Sheet.proposal_id == proposal_id, Sheet.account_id == account_id)
    )
    return db.session.scalar(query)


def summary_of(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> Summary | None:
    """What the sheets of one bid come to."""
    weights = {criterion.id: criterion.weight for criterion in criteria}
    return summarise(
        weights, [{score.criterion_id: score.points for score in sheet.scores} for sheet in sheets]
    )


def find_following(proposal: Proposal) -> Proposal | None:
    """The next bid of the round that waits, by number, going round at the end; None if no other."""
    query = (
        select(Proposal)
        .where(
            Proposal.round_id == proposal.round_id,
            Proposal.id != proposal.id,
            Proposal.state == ProposalState.SUBMITTED,
        )
        .order_by(Proposal.number <= proposal.number, Proposal.number)
    )
    return db.session.scalars(query.limit(1)).first()


@dataclass(frozen=True)
class Bid:
    """One bid of a round in the list of appraisals. `summary` None: nobody has scored it yet.

    `waits_for_me`: this viewer still has to send scores of their own. Until then, and always for
    those who have a stake in it, the others' scores are hidden.
    `is_own`: the viewer is one of those behind it.
    `said` is what the viewer said of a stake of theirs: None nothing yet, False none, True one.
    """

    proposal: Proposal
    dossier: Dossier | None
    checks: int
    summary: Summary | None
    is_hidden: bool
    waits_for_me: bool
    is_scored_by_me: bool
    is_own: bool
    said: bool | None
    costs_fit: bool
    is_changed_since: bool

    @property
    def answered(self) -> int:
        return len(self.dossier.checks) if self.dossier else 0

    @property
    def to_mend(self) -> int:
        """How many checks found something missing."""
        checks = self.dossier.checks if self.dossier else []
        return sum(check.answer is not Answer.YES for check in checks)

    @property
    def spread(self) -> int | None:
        return None if self.is_hidden or self.summary is None else self.summary.spread


def list_bids(round: Round, account: Account, *, only: int | None = None) -> list[Bid]:
    """Every bid of a round that stands, with what is done; at most ten queries, however many.

    `only` is the id of the one bid that is asked about.
    """
    query = (
        select(Proposal)
        .options(
            joinedload(Proposal.organisation),
            joinedload(Proposal.priority),
            joinedload(Proposal.area),
            joinedload(Proposal.round),
            selectinload(Proposal.cost_lines),
        )
        .where(Proposal.round_id == round.id, Proposal.state.not_in(GONE))
        .order_by(Proposal.number)
    )
    if only is not None:
        query = query.where(Proposal.id == only)
    proposals = list(db.session.scalars(query))
    ids = [proposal.id for proposal in proposals]
    dossiers = _dossiers(ids)
    sheets = list_sheets(ids)
    said = {
        one.subject_id: one.stands
        for one in conflicts.list_for(SUBJECT, ids)
        if one.account_id == account.id
    }
    criteria = criteria_of(round)
    scores = capacity_in(round, account) is not None
    edits = _newest_of(ids)
    own, checks = _own_of(ids, account), len(checks_of(round))
    return [
        _bid(
            proposal,
            dossiers.get(proposal.id),
            sheets.get(proposal.id, []),
            said.get(str(proposal.id)),
            edits.get(str(proposal.id), 0),
            (account, own, scores, criteria, checks),
        )
        for proposal in proposals
    ]


def _bid(
    proposal: Proposal,
    dossier: Dossier | None,
    sheets: list[Sheet],
    said: bool | None,
    newest: int,
    around: tuple[Account, set[int], bool, list[Criterion], int],
) -> Bid:
    account, behind, scores, criteria, checks = around
    mine = any(sheet.account_id == account.id for sheet in sheets)
    own = proposal.id in behind
    waits = scores and not (mine or own or said) and is_open(proposal)
    return Bid(
        proposal=proposal,
        dossier=dossier,
        checks=checks,
        summary=summary_of(criteria, sheets),
        is_hidden=waits or own or bool(said),
        waits_for_me=waits,
        is_scored_by_me=mine,
        is_own=own,
        said=said,
        costs_fit=dossier is not None and costs_stand(dossier, proposal),
        is_changed_since=bool(dossier and dossier.checks and newest > dossier.revision_seen),
    )


def _dossiers(ids: list[int]) -> dict[int, Dossier]:
    query = (
        select(Dossier)
        .options(selectinload(Dossier.checks), selectinload(Dossier.costs))
        .where(Dossier.proposal_id.in_(ids))
    )
    return {one.proposal_id: one for one in db.session.scalars(query)} if ids else {}


def _newest_of(ids: list[int]) -> dict[str, int]:
    query = (
        select(Revision.subject_id, func.max(Revision.number))
        .where(Revision.subject_type == SUBJECT, Revision.subject_id.in_([str(id) for id in ids]))
        .group_by(Revision.subject_id)
    )
    found = db.session.execute(query) if ids else ()
    return {row[0]: row[1] for row in found}

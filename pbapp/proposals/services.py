"""What a group does with its proposal: send it in, change it, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.db import db, flush
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member
from pbapp.plans.models import PriorityVersion
from pbapp.proposals import queries
from pbapp.proposals.models import CostLine, Proposal, ProposalState
from pbapp.proposals.snapshot import snapshot
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold, refuse_if_sealed

SAME_CLICK = timedelta(minutes=5)
NOT_YOURS = N_("Only members of the group can do this.")
CHANGED = N_("This has changed since you opened it. Look at it again before you go on.")

# What a rehearsal takes over of a proposal as it is; not who sent it in.
COPIED = (
    "number",
    "organisation_id",
    "priority_id",
    "area_id",
    "title",
    "summary",
    "what",
    "who_benefits",
    "how_it_helps",
    "where_words",
    "language",
    "lat",
    "lon",
    "cost_pence",
    "minimum_pence",
    "photo_id",
    "state",
    "submitted_at",
    "updated_at",
    "is_example",
)


@dataclass(frozen=True)
class Cost:
    """One thing the money buys."""

    what: str
    pence: int


@dataclass(frozen=True)
class Content:
    """What a group says of its idea. `area_id` None is the whole area of the board."""

    title: str
    summary: str
    what: str
    who_benefits: str
    priority_id: int | None
    how_it_helps: str
    costs: Sequence[Cost]
    area_id: int | None = None
    where_words: str = ""
    lat: float | None = None
    lon: float | None = None
    minimum_pence: int | None = None
    photo_id: UUID | None = None
    language: str = "en"


def submit(
    *,
    round: Round,
    organisation: Organisation,
    content: Content,
    by: Account,
    is_example: bool = False,
) -> Proposal:
    """Send in a proposal for a group; it waits for an officer and gets its number.

    A second click gives the proposal of the first. Raises `Refused` beside the field to mend.
    """
    _must_belong(by, organisation.id)
    hold(round)
    refuse_if_sealed(round)
    if not queries.can_send_in(round, clock.now()):
        raise Refused(N_("Proposals cannot be sent in now: this round is not taking any."))
    twin = _same_title(round, organisation, content.title)
    if twin is not None:
        if twin.submitted_by_id == by.id and twin.submitted_at > clock.now() - SAME_CLICK:
            return twin
        raise Refused(N_("Your group has already sent in a proposal with this title."), "title")
    proposal = Proposal(
        round=round,
        number=_next_number(round),
        organisation=organisation,
        submitted_by_id=by.id,
        state=ProposalState.SUBMITTED,
        submitted_at=clock.now(),
        is_example=is_example,
    )
    _fill(proposal, content)
    db.session.add(proposal)
    flush()
    log(proposal, by, "proposal.submitted", {"number": proposal.number})
    return proposal


def _must_belong(by: Account, organisation_id: UUID | None) -> None:
    if not is_member(by.id, organisation_id):
        raise Refused(NOT_YOURS)


def _same_title(round: Round, organisation: Organisation, title: str) -> Proposal | None:
    query = select(Proposal).where(
        Proposal.round_id == round.id,
        Proposal.organisation_id == organisation.id,
        func.lower(Proposal.title) == title.strip().lower(),
        Proposal.state != ProposalState.WITHDRAWN,
    )
    return db.session.scalars(query).first()


def _next_number(round: Round) -> int:
    """Numbers are never given twice: one that was withdrawn keeps its own."""
    query = select(func.max(Proposal.number)).where(Proposal.round_id == round.id)
    return (db.session.scalar(query) or 0) + 1


def _fill(proposal: Proposal, content: Content) -> None:
    round = proposal.round
    costs = _checked_costs(round, content)
    _check_priority(round, content.priority_id)
    if content.area_id is not None and content.area_id not in _ward_ids(round):
        raise Refused(N_("Choose one of the wards of this round, or the whole area."), "ward")
    proposal.title = content.title.strip()
    proposal.summary = content.summary.strip()
    proposal.what = content.what
    proposal.who_benefits = content.who_benefits
    proposal.how_it_helps = content.how_it_helps
    proposal.priority_id = content.priority_id
    proposal.area_id = content.area_id
    proposal.where_words = content.where_words
    proposal.lat, proposal.lon = content.lat, content.lon
    proposal.minimum_pence = content.minimum_pence
    proposal.photo_id = content.photo_id
    proposal.language = content.language
    proposal.updated_at = clock.now()
    proposal.cost_pence = sum(cost.pence for cost in costs)
    told = [(line.description, line.amount_pence) for line in proposal.cost_lines]
    if told != [(cost.what, cost.pence) for cost in costs]:
        proposal.cost_lines = [
            CostLine(position=place, description=cost.what, amount_pence=cost.pence)
            for place, cost in enumerate(costs, 1)
        ]


def _checked_costs(round: Round, content: Content) -> Sequence[Cost]:
    if not content.costs:
        raise Refused(N_("Add at least one cost above £0."), "costs")
    if any(cost.pence <= 0 for cost in content.costs):
        raise Refused(N_("Each cost must be more than £0."), "costs")
    total = sum(cost.pence for cost in content.costs)
    if round.min_cost_pence is not None and total < round.min_cost_pence:
        raise Refused(
            N_(
                "Your costs add up to %(total)s. A project in this round has to ask for %(least)s "
                "at least."
            ),
            "costs",
            total=in_pounds(total),
            least=in_pounds(round.min_cost_pence),
        )
    most = round.max_cost_pence or sum(pot.budget_pence for pot in round.pots)
    if total > most:
        raise Refused(
            N_(
                "Your costs add up to %(total)s. A project in this round can ask for %(most)s "
                "at most."
            ),
            "costs",
            total=in_pounds(total),
            most=in_pounds(most),
        )
    if content.minimum_pence is not None and not 0 < content.minimum_pence <= total:
        raise Refused(
            N_("The smallest amount you could work with is more than £0 and not above %(total)s."),
            "minimum",
            total=in_pounds(total),
        )
    return content.costs


def _check_priority(round: Round, priority_id: int | None) -> None:
    query = select(PriorityVersion.id).where(
        PriorityVersion.plan_id == round.plan_id, PriorityVersion.priority_id == priority_id
    )
    if priority_id is None or db.session.scalar(query) is None:
        raise Refused(N_("Choose the priority your idea helps most."), "priority")


def _ward_ids(round: Round) -> set[int]:
    return {item.area_id for item in round.round_areas}


def edit(*, proposal: Proposal, content: Content, by: Account, version: int) -> Proposal:
    """Change a proposal, or mend and send back a returned one: it then waits for an officer.

    `version` is the one the form was made from. Raises `Refused` if somebody changed it since.
    """
    _must_belong(by, proposal.organisation_id)
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    refuse_if_sealed(proposal.round)
    if proposal.version != version:
        raise Refused(CHANGED)
    if proposal.state is ProposalState.ON_BALLOT:
        raise Refused(N_("This is on the ballot, so it can no longer be changed."))
    if not queries.can_edit(proposal, clock.now()):
        raise Refused(N_("The time to change this proposal is over."))
    before = snapshot(proposal)
    came_back = proposal.state is ProposalState.RETURNED
    _fill(proposal, content)
    proposal.state = ProposalState.SUBMITTED
    flush()
    db.session.refresh(proposal, ["priority", "area", "photo"])
    audit.revise(
        subject_type="proposal",
        subject_id=proposal.id,
        by=by.actor,
        before=before,
        after=snapshot(proposal),
        note="sent in again" if came_back else None,
    )
    log(proposal, by, "proposal.sent_again" if came_back else "proposal.edited")
    return proposal


def withdraw(*, proposal: Proposal, by: Account) -> Proposal:
    """Take a proposal back. After sealing it stays listed, marked, and cannot win."""
    _must_belong(by, proposal.organisation_id)
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal  # a second click
    if not queries.can_withdraw(proposal, clock.now()):
        raise Refused(N_("Voting is over, so the proposal can no longer be withdrawn."))
    proposal.state = ProposalState.WITHDRAWN
    proposal.updated_at = clock.now()
    flush()
    sealed = proposal.round.sealed_at is not None
    log(proposal, by, "proposal.withdrawn", {"after_sealing": sealed})
    return proposal


def copy_ballot(*, of: Round, to: Round) -> int:
    """Copy what is on the ballot of a round to its rehearsal, under the same numbers; how many."""
    if to.rehearses_id != of.id:
        raise Refused(N_("Proposals are copied to a rehearsal only."))
    on_ballot = queries.list_on_ballot(of)
    for one in on_ballot:
        values = {name: getattr(one, name) for name in COPIED}
        lines = [
            CostLine(position=c.position, description=c.description, amount_pence=c.amount_pence)
            for c in one.cost_lines
        ]
        db.session.add(Proposal(round_id=to.id, cost_lines=lines, **values))
    flush()
    return len(on_ballot)


def add_examples(*, to: Round, projects: Sequence[tuple[str, str, int]]) -> None:
    """Put made-up projects (title, summary, pence) on the ballot of a rehearsal."""
    if to.rehearses_id is None:
        raise Refused(N_("Proposals are copied to a rehearsal only."))
    pots = sorted(to.pots, key=lambda pot: pot.id)
    for number, (title, summary, pence) in enumerate(projects, 1):
        pot = pots[(number - 1) % len(pots)]
        example = Proposal(
            round_id=to.id,
            number=number,
            title=title,
            summary=summary,
            cost_pence=pence,
            area_id=pot.area_id,
            priority_id=pot.priority_id,
            state=ProposalState.ON_BALLOT,
            submitted_at=clock.now(),
            updated_at=clock.now(),
            is_example=True,
            cost_lines=[CostLine(position=1, description=title, amount_pence=pence)],
        )
        db.session.add(example)
    flush()


def log(proposal: Proposal, by: Account, verb: str, facts: dict[str, Any] | None = None) -> None:
    """Note in the officers' log what happened to a proposal."""
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type="proposal",
        subject_id=proposal.id,
        board_id=proposal.round.board_id,
        facts=facts,
    )

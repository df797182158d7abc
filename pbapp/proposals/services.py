"""What people do with their proposal: send it in, change it, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import tidy_email
from pbapp.audit import services as audit
from pbapp.boards.models import OFFICER_ROLES
from pbapp.boards.queries import has_role
from pbapp.db import db, flush
from pbapp.decisions import appealing
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member
from pbapp.proposals import checks, queries
from pbapp.proposals.content import Content as Content  # for whoever sends one in
from pbapp.proposals.content import Cost as Cost
from pbapp.proposals.content import content_of
from pbapp.proposals.filling import ROWS, fill
from pbapp.proposals.models import CoAuthor, CostLine, Proposal, ProposalState
from pbapp.proposals.snapshot import snapshot
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold, refuse_if_sealed

SAME_CLICK = timedelta(minutes=5)
NOT_YOURS = N_("Only members of the group can do this.")
CHANGED = N_("This has changed since you opened it. Look at it again before you go on.")

# What a rehearsal takes over beside what a proposal says; not who sent it in.
COPIED = (
    "number",
    "organisation_id",
    "entered_for",
    "cost_pence",
    "state",
    "submitted_at",
    "updated_at",
    "is_example",
)


@dataclass(frozen=True)
class EnteredFor:
    """Whom an officer types a proposal in for. With an `email` they are told, and may change it."""

    name: str
    email: str = ""


def submit(
    *,
    round: Round,
    organisation: Organisation | None,
    content: Content,
    by: Account,
    is_example: bool = False,
    entered_for: EnteredFor | None = None,
) -> Proposal:
    """Send in a proposal for a group, or for oneself (`organisation` None); it gets its number.

    `entered_for`: an officer of the board types it in for somebody, and everybody may read that.
    A second click gives the proposal of the first. Raises `Refused` beside the field to mend.
    """
    check_sender(round=round, organisation=organisation, by=by, entered_for=entered_for)
    hold(round)
    refuse_if_sealed(round)
    if not queries.can_send_in(round, clock.now()):
        raise Refused(N_("Proposals cannot be sent in now: this round is not taking any."))
    twin = _same_title(round, organisation, content.title, by)
    if twin is not None:
        if twin.submitted_by_id == by.id and twin.submitted_at > clock.now() - SAME_CLICK:
            return twin
        raise Refused(
            N_("Your group has already sent in a proposal with this title.")
            if organisation
            else N_("You have already sent in a proposal with this title."),
            "title",
        )
    checks.check(round, content)
    proposal = Proposal(
        round=round,
        number=_next_number(round),
        organisation=organisation,
        submitted_by_id=by.id,
        entered_for=entered_for.name.strip() if entered_for else "",
        state=ProposalState.SUBMITTED,
        submitted_at=clock.now(),
        is_example=is_example,
    )
    fill(proposal, content)
    db.session.add(proposal)
    flush()
    if entered_for and entered_for.email:
        _add_author(proposal, entered_for, by)
    facts = {"number": proposal.number, **({"entered_for_somebody": True} if entered_for else {})}
    log(proposal, by, "proposal.submitted", facts)
    return proposal


def check_sender(
    *,
    round: Round,
    organisation: Organisation | None,
    by: Account,
    entered_for: EnteredFor | None = None,
) -> None:
    """Refuse who may not send a proposal in for whom, or from whom the round takes none."""
    if entered_for is not None:
        if not has_role(by.id, round.board_id, OFFICER_ROLES):
            raise Refused(N_("Only an officer of this board enters a proposal for somebody."))
        if not entered_for.name.strip():
            raise Refused(N_("Say for whom you enter it."), "entered_for")
    elif organisation is not None and not is_member(by.id, organisation.id):
        raise Refused(NOT_YOURS)
    refused = checks.why_not_propose(round, organisation, by_officer=entered_for is not None)
    if refused is not None:
        raise refused


def _add_author(proposal: Proposal, entered_for: EnteredFor, by: Account) -> None:
    author = CoAuthor(
        proposal=proposal,
        name=entered_for.name.strip(),
        email=tidy_email(entered_for.email),
        is_author=True,
        invited_by_id=by.id,
        invited_at=clock.now(),
    )
    db.session.add(author)
    flush()


def _must_be_author(by: Account, proposal: Proposal) -> None:
    if not queries.is_author(by, proposal):
        raise Refused(NOT_YOURS)


def _same_title(
    round: Round, organisation: Organisation | None, title: str, by: Account
) -> Proposal | None:
    query = select(Proposal).where(
        Proposal.round_id == round.id,
        func.lower(Proposal.title) == title.strip().lower(),
        Proposal.state != ProposalState.WITHDRAWN,
    )
    if organisation is not None:
        query = query.where(Proposal.organisation_id == organisation.id)
    else:
        query = query.where(Proposal.organisation_id.is_(None), Proposal.submitted_by_id == by.id)
    return db.session.scalars(query).first()


def _next_number(round: Round) -> int:
    """Numbers are never given twice: one that was withdrawn keeps its own."""
    query = select(func.max(Proposal.number)).where(Proposal.round_id == round.id)
    return (db.session.scalar(query) or 0) + 1


def edit(*, proposal: Proposal, content: Content, by: Account, version: int) -> Proposal:
    """Change a proposal, or mend and send back a returned one: it then waits for an officer.

    `version` is the one the form was made from. Raises `Refused` if somebody changed it since.
    """
    _must_be_author(by, proposal)
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    refuse_if_sealed(proposal.round)
    if proposal.version != version:
        raise Refused(CHANGED)
    if proposal.state is ProposalState.ON_BALLOT:
        raise Refused(N_("This is on the ballot, so it can no longer be changed."))
    if not queries.can_edit(proposal, clock.now()):
        raise Refused(N_("The time to change this proposal is over."))
    came_back = proposal.state is ProposalState.RETURNED
    rewrite(proposal, content, by, note="sent in again" if came_back else None)
    if came_back:
        appealing.lapse("proposal", str(proposal.id))
    log(proposal, by, "proposal.sent_again" if came_back else "proposal.edited")
    return proposal


def rewrite(proposal: Proposal, content: Content, by: Account, *, note: str | None) -> None:
    """Let a proposal say this and wait for an officer; its history keeps what it said before.

    Raises `Refused` beside the field to mend for what cannot stand in a proposal of its round.
    """
    checks.check(proposal.round, content)
    before = snapshot(proposal)
    fill(proposal, content)
    proposal.state = ProposalState.SUBMITTED
    flush()
    db.session.refresh(proposal, ["priority", "area", "photo", *ROWS])
    audit.revise(
        subject_type="proposal",
        subject_id=proposal.id,
        by=by.actor,
        before=before,
        after=snapshot(proposal),
        note=note,
    )


def withdraw(*, proposal: Proposal, by: Account) -> Proposal:
    """Take a proposal back. After sealing it stays listed, marked, and cannot win."""
    if not queries.may_withdraw(by, proposal):
        raise Refused(NOT_YOURS)
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal  # a second click
    if proposal.state is ProposalState.MERGED:
        raise Refused(N_("This was joined with another proposal, which stands for it now."))
    if not queries.can_withdraw(proposal, clock.now()):
        raise Refused(N_("Voting is over, so the proposal can no longer be withdrawn."))
    proposal.state = ProposalState.WITHDRAWN
    proposal.updated_at = clock.now()
    flush()
    appealing.lapse("proposal", str(proposal.id))
    sealed = proposal.round.sealed_at is not None
    log(proposal, by, "proposal.withdrawn", {"after_sealing": sealed})
    return proposal


def copy_ballot(*, of: Round, to: Round) -> int:
    """Copy what is on the ballot of a round to its rehearsal, under the same numbers; how many."""
    if to.rehearses_id != of.id:
        raise Refused(N_("Proposals are copied to a rehearsal only."))
    on_ballot = queries.load_whole([one.id for one in queries.list_on_ballot(of)])
    for one in on_ballot:
        copy = Proposal(round_id=to.id)
        # The answers belong to questions of the other round.
        fill(copy, replace(content_of(one), answers={}))
        for name in COPIED:
            setattr(copy, name, getattr(one, name))
        db.session.add(copy)
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

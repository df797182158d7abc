"""What an officer does with a proposal: put it on the ballot, return it, refuse it with another.

Each takes a decision back within a minute. An appeal is answered by somebody who took no part.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import String, cast, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.concerns.guards import whose
from pbapp.db import db, flush
from pbapp.decisions import appealing, conflicts, refusing
from pbapp.decisions import queries as decisions
from pbapp.decisions import services as deciding
from pbapp.decisions.matters import Matter
from pbapp.decisions.models import Appeal, Decision, Outcome, Refusal, Verdict
from pbapp.organisations.queries import is_member
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import contact_of, is_author, list_authors_of
from pbapp.proposals.services import CHANGED, NOT_YOURS
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.second import second_roles
from pbapp.rounds.services import hold, refuse_if_sealed

SUBJECT = "proposal"
# Roles are separate on purpose: who runs the vote does not choose what is voted on.
DECIDERS = (Role.MODERATOR, Role.APPRAISER)
STATE_AFTER = {
    Outcome.APPROVED: ProposalState.ON_BALLOT,
    Outcome.RETURNED: ProposalState.RETURNED,
    Outcome.REFUSED: ProposalState.REFUSED,
}
MAIL = {
    Outcome.APPROVED: "proposal_on_ballot",
    Outcome.RETURNED: "proposal_returned",
    Outcome.REFUSED: "proposal_refused",
}
OWN_GROUP = N_("You belong to this group, so another officer has to decide on its proposal.")
DECIDED = N_("Somebody has already decided on this. Look at what they decided first.")


def put_on_ballot(
    *, proposal: Proposal, by: Account, version: int, link: str, batch_id: UUID | None = None
) -> Decision:
    """Approve a waiting proposal. `link` is its page, for the e-mail to the group."""
    return _decide(proposal, by, version, Outcome.APPROVED, "", link, batch_id)


def return_for_changes(
    *,
    proposal: Proposal,
    by: Account,
    version: int,
    reason: str,
    link: str,
    batch_id: UUID | None = None,
) -> Decision:
    """Send a waiting proposal back to its group with a reason in plain words."""
    return _decide(proposal, by, version, Outcome.RETURNED, reason, link, batch_id)


def matter_of(proposal: Proposal) -> Matter:
    """A proposal as refusals and appeals need to know it."""
    authors = {account.id for account in list_authors_of(proposal)}
    if proposal.submitted_by_id is not None:
        authors.add(proposal.submitted_by_id)
    return Matter(
        subject_type=SUBJECT,
        subject_id=str(proposal.id),
        version=proposal.version,
        board_id=proposal.round.board_id,
        authors=frozenset(authors),
        seconds=second_roles(proposal.round),
    )


def why_not(proposal: Proposal, by: Account) -> Refused | None:
    """Why this person may not decide on this proposal; None if they may."""
    if not has_role(by.id, proposal.round.board_id, DECIDERS):
        return Refused(N_("A moderator or an appraiser of this board has to decide on this."))
    if is_member(by.id, proposal.organisation_id):
        return Refused(OWN_GROUP)
    if is_author(by, proposal) or proposal.submitted_by_id == by.id:
        return Refused(N_("You sent this in yourself, so another officer has to decide on it."))
    if conflicts.has_one(SUBJECT, proposal.id, by):
        return Refused(conflicts.DECLARED)
    return None


@whose(SUBJECT)
def is_own(proposal_id: str, by: Account) -> bool:
    """Whether somebody may not answer what people say is wrong with a proposal."""
    proposal = db.session.get(Proposal, int(proposal_id))
    if proposal is None:
        return False
    return is_author(by, proposal) or conflicts.has_one(SUBJECT, proposal.id, by)


def _decide(
    proposal: Proposal,
    by: Account,
    version: int,
    outcome: Outcome,
    reason: str,
    link: str,
    batch_id: UUID | None,
) -> Decision:
    if refused := why_not(proposal, by):
        raise refused
    _hold(proposal)
    if proposal.state is not ProposalState.SUBMITTED:
        return _same_click(proposal, by, outcome)
    if proposal.version != version:
        raise Refused(CHANGED)
    refusing.make_way(matter_of(proposal))
    decision = deciding.decide(
        subject_type=SUBJECT,
        subject_id=str(proposal.id),
        outcome=outcome,
        by=by,
        reason=reason,
        board_id=proposal.round.board_id,
        state_before=proposal.state.value,
        authors=[proposal.submitted_by_id],
        batch_id=batch_id,
    )
    _settle(proposal, decision, link)
    return decision


def _hold(proposal: Proposal) -> None:
    """Nobody else changes it, nor seals its round, until this transaction ends."""
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    refuse_if_sealed(proposal.round)


def _settle(proposal: Proposal, decision: Decision, link: str) -> None:
    proposal.state = STATE_AFTER[decision.outcome]
    flush()
    _tell(proposal, decision, link)


def _same_click(proposal: Proposal, by: Account, outcome: Outcome) -> Decision:
    """The decision that stands, if it is this very one; somebody else's is never overwritten."""
    decision = decisions.find_latest(SUBJECT, str(proposal.id))
    if decision is None or decision.by_id != by.id or decision.outcome is not outcome:
        raise Refused(DECIDED)
    return decision


def _tell(proposal: Proposal, decision: Decision, link: str) -> None:
    author = contact_of(proposal)
    refusal = decisions.find_agreed(decision.id)
    until = appealing.until(decision, proposal.round.board_id)
    deciding.tell(
        decision=decision,
        to=author.email if author else None,
        template=MAIL[decision.outcome],
        context={
            "title": proposal.title,
            "round": proposal.round.title,
            "reason": decision.reason,
            "elsewhere": refusal.elsewhere if refusal else "",
            "appeal_until": until.isoformat(),
            "url": link,
        },
        language=author.language if author else "en",
    )


def undo(*, decision: Decision, proposal: Proposal, by: Account) -> Proposal:
    """Take one's own decision back within a minute; the proposal waits again."""
    if decision.undone_at is not None:
        return proposal  # a second click
    hold(proposal.round)
    refuse_if_sealed(proposal.round)
    if proposal.state is not STATE_AFTER[decision.outcome]:
        raise Refused(N_("The group has changed its proposal since then, so this stands."))
    deciding.undo(decision=decision, by=by, board_id=proposal.round.board_id)
    proposal.state = ProposalState(decision.state_before)
    flush()
    refusing.reopen(decision, proposal.version)
    appealing.lapse(SUBJECT, str(proposal.id))
    return proposal


# --- refusals: one asks, another agrees -----------------------------------------------------


def ask_to_refuse(
    *,
    proposal: Proposal,
    by: Account,
    version: int,
    reason: str,
    elsewhere: str = "",
    is_hidden: bool = False,
) -> Refusal:
    """The first of two people asks for a waiting proposal to be refused, with a public reason."""
    if refused := why_not(proposal, by):
        raise refused
    _hold(proposal)
    if proposal.state is not ProposalState.SUBMITTED:
        raise Refused(DECIDED)
    if proposal.version != version:
        raise Refused(CHANGED)
    return refusing.ask(
        matter=matter_of(proposal),
        by=by,
        reason=reason,
        elsewhere=elsewhere,
        is_hidden=is_hidden,
    )


def agree_to_refuse(
    *,
    proposal: Proposal,
    refusal: Refusal,
    by: Account,
    link: str,
) -> Decision:
    """The second person agrees: it is refused, and its group told when the minute is over."""
    _hold(proposal)
    db.session.refresh(refusal)
    again = refusal.answer is not None
    decision = refusing.agree(
        matter=matter_of(proposal),
        refusal=refusal,
        by=by,
        state_before=proposal.state.value,
    )
    if not again:
        _settle(proposal, decision, link)
    return decision


def decline_to_refuse(
    *, proposal: Proposal, refusal: Refusal, by: Account, note: str, link: str
) -> Refusal:
    """The second person does not agree, and says why to the first; the proposal waits on."""
    hold(proposal.round)
    db.session.refresh(refusal)
    return refusing.decline(
        matter=matter_of(proposal),
        refusal=refusal,
        by=by,
        note=note,
        title=proposal.title,
        url=link,
    )


def withdraw_refusal(*, proposal: Proposal, refusal: Refusal, by: Account) -> Refusal:
    """Whoever asked for a refusal takes it back."""
    hold(proposal.round)
    db.session.refresh(refusal)
    return refusing.withdraw(refusal=refusal, by=by)


# --- appeals --------------------------------------------------------------------------------


def why_not_appeal(proposal: Proposal) -> Refused | None:
    """Why the group cannot appeal what was decided on its proposal; None if it can."""
    return appealing.why_not_appeal(_standing(proposal), proposal.round.board_id)


def _standing(proposal: Proposal) -> Decision | None:
    """What was decided last, as long as the proposal is still what that made of it."""
    decision = decisions.find_latest(SUBJECT, str(proposal.id))
    if decision is None or proposal.state is not STATE_AFTER[decision.outcome]:
        return None
    return decision


def some_appeal_waits(round: Round) -> bool:
    """Whether an appeal about a proposal of this round has no answer yet."""
    ids = select(cast(Proposal.id, String)).where(Proposal.round_id == round.id)
    query = select(Appeal.id).where(
        Appeal.subject_type == SUBJECT, Appeal.subject_id.in_(ids), Appeal.verdict.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def appeal(*, proposal: Proposal, by: Account, reason: str, link: str) -> Appeal:
    """A member of the group asks for another look; somebody who took no part answers."""
    if not is_author(by, proposal):
        raise Refused(NOT_YOURS)
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    decision = _standing(proposal)
    if decision is None:
        raise Refused(N_("There is nothing here to appeal against."))
    made = appealing.appeal(
        decision=decision,
        matter=matter_of(proposal),
        by=by,
        reason=reason,
        language=by.language,
    )
    appealing.tell(appeal=made, to=by.email, title=proposal.title, url=link, is_answer=False)
    return made


def answer_appeal(
    *, appeal: Appeal, proposal: Proposal, by: Account, verdict: Verdict, answer: str, link: str
) -> Appeal:
    """Uphold an appeal, and the proposal waits for a decision again; or dismiss it."""
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    decided = appeal.verdict is not None
    appealing.answer(
        appeal=appeal,
        matter=matter_of(proposal),
        by=by,
        verdict=verdict,
        answer=answer,
        can_go_back=proposal.round.sealed_at is None
        and proposal.state in (ProposalState.RETURNED, ProposalState.REFUSED),
    )
    if appeal.went_back and not decided:
        proposal.state = ProposalState.SUBMITTED
        proposal.updated_at = clock.now()
        flush()
    asked = db.session.get(Account, appeal.by_id) if appeal.by_id else None
    still = asked is not None and asked.closed_at is None and is_author(asked, proposal)
    to = asked if still else contact_of(proposal)  # who has left the group reads no more of it
    appealing.tell(
        appeal=appeal,
        to=to.email if to else None,
        title=proposal.title,
        url=link,
        is_answer=True,
    )
    return appeal

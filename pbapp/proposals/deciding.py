"""What an officer does with a proposal: put it on the ballot, return it, undo within a minute."""

from __future__ import annotations

from pbapp.accounts.models import Account
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import db, flush
from pbapp.decisions import conflicts
from pbapp.decisions import queries as decisions
from pbapp.decisions import services as deciding
from pbapp.decisions.models import Decision, Outcome
from pbapp.organisations.queries import is_member
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import contact_of, is_author
from pbapp.proposals.services import CHANGED
from pbapp.refusal import N_, Refused
from pbapp.rounds.services import hold, refuse_if_sealed

SUBJECT = "proposal"
# Roles are separate on purpose: who runs the vote does not choose what is voted on.
DECIDERS = (Role.MODERATOR, Role.APPRAISER)
STATE_AFTER = {
    Outcome.APPROVED: ProposalState.ON_BALLOT,
    Outcome.RETURNED: ProposalState.RETURNED,
}
MAIL = {Outcome.APPROVED: "proposal_on_ballot", Outcome.RETURNED: "proposal_returned"}
OWN_GROUP = N_("You belong to this group, so another officer has to decide on its proposal.")


def put_on_ballot(*, proposal: Proposal, by: Account, version: int, link: str) -> Decision:
    """Approve a waiting proposal. `link` is its page, for the e-mail to the group."""
    return _decide(proposal, by, version, Outcome.APPROVED, "", link)


def return_for_changes(
    *, proposal: Proposal, by: Account, version: int, reason: str, link: str
) -> Decision:
    """Send a waiting proposal back to its group with a reason in plain words."""
    return _decide(proposal, by, version, Outcome.RETURNED, reason, link)


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


def _decide(
    proposal: Proposal, by: Account, version: int, outcome: Outcome, reason: str, link: str
) -> Decision:
    if refused := why_not(proposal, by):
        raise refused
    hold(proposal.round)
    db.session.refresh(proposal, ["state", "version"])
    refuse_if_sealed(proposal.round)
    if proposal.state is not ProposalState.SUBMITTED:
        return _same_click(proposal, by, outcome)
    if proposal.version != version:
        raise Refused(CHANGED)
    decision = deciding.decide(
        subject_type=SUBJECT,
        subject_id=str(proposal.id),
        outcome=outcome,
        by=by,
        reason=reason,
        board_id=proposal.round.board_id,
        state_before=proposal.state.value,
        authors=[proposal.submitted_by_id],
    )
    proposal.state = STATE_AFTER[outcome]
    flush()
    _tell(proposal, decision, link)
    return decision


def _same_click(proposal: Proposal, by: Account, outcome: Outcome) -> Decision:
    """The decision that stands, if it is this very one; somebody else's is never overwritten."""
    decision = decisions.find_latest(SUBJECT, str(proposal.id))
    if decision is None or decision.by_id != by.id or decision.outcome is not outcome:
        raise Refused(N_("Somebody has already decided on this. Look at what they decided first."))
    return decision


def _tell(proposal: Proposal, decision: Decision, link: str) -> None:
    author = contact_of(proposal)
    deciding.tell(
        decision=decision,
        to=author.email if author else None,
        template=MAIL[decision.outcome],
        context={
            "title": proposal.title,
            "round": proposal.round.title,
            "reason": decision.reason,
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
    return proposal

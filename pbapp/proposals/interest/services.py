"""Say an idea in short, and answer one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member
from pbapp.plans.models import PriorityVersion
from pbapp.proposals import services as sending
from pbapp.proposals.interest import queries
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.proposals.queries import contact_for
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold

ANSWERERS = (Role.MODERATOR, Role.APPRAISER)
UNDO_FOR = timedelta(minutes=1)


def say(
    *,
    round: Round,
    organisation: Organisation | None,
    by: Account,
    title: str,
    summary: str,
    about_pence: int,
    priority_id: int | None,
) -> ShortIdea:
    """Tell officers an idea in short. A second click, or the same title, changes what waits."""
    sending.check_sender(round=round, organisation=organisation, by=by)
    hold(round)
    if not queries.is_open(round, clock.now()):
        raise Refused(N_("Ideas in short cannot be sent in now."))
    if about_pence <= 0:
        raise Refused(N_("Enter an amount above nothing."), "about")
    known = select(PriorityVersion.id).where(
        PriorityVersion.plan_id == round.plan_id, PriorityVersion.priority_id == priority_id
    )
    if priority_id is None or db.session.scalar(known) is None:
        raise Refused(N_("Choose the priority your idea helps most."), "priority")
    interest = _same(round, organisation, by, title)
    if interest is not None and interest.state is not InterestState.WAITING:
        raise Refused(N_("You have had an answer to an idea of this name already."), "title")
    if interest is None:
        interest = ShortIdea(
            round=round,
            organisation=organisation,
            account_id=by.id,
            state=InterestState.WAITING,
            sent_at=clock.now(),
        )
        db.session.add(interest)
    interest.title, interest.summary = title.strip(), summary.strip()
    interest.about_pence, interest.priority_id = about_pence, priority_id
    flush()
    _log(interest, by, "interest.sent")
    return interest


def _same(
    round: Round, organisation: Organisation | None, by: Account, title: str
) -> ShortIdea | None:
    query = select(ShortIdea).where(
        ShortIdea.round_id == round.id, func.lower(ShortIdea.title) == title.strip().lower()
    )
    if organisation is not None:
        query = query.where(ShortIdea.organisation_id == organisation.id)
    else:
        query = query.where(ShortIdea.organisation_id.is_(None), ShortIdea.account_id == by.id)
    return db.session.scalars(query).first()


def why_not(interest: ShortIdea, by: Account) -> Refused | None:
    """Why this person may not answer it; None if they may."""
    if not has_role(by.id, interest.round.board_id, ANSWERERS):
        return Refused(N_("A moderator or an appraiser of this board has to answer this."))
    if interest.account_id == by.id or is_member(by.id, interest.organisation_id):
        return Refused(N_("This is your own or your group's, so another officer has to answer it."))
    return None


def answer(
    *,
    interest: ShortIdea,
    by: Account,
    version: int,
    state: InterestState,
    reason: str = "",
    elsewhere: str = "",
    url: str,
) -> ShortIdea:
    """Say “go on”, or “not for this round” with a reason and where else to turn.

    The mail leaves a minute later. A second click of the same answer changes nothing; somebody
    else's answer is never overwritten.
    """
    if refused := why_not(interest, by):
        raise refused
    hold(interest.round)
    db.session.refresh(interest)
    if interest.state is not InterestState.WAITING:
        if interest.answered_by_id == by.id and interest.state is state:
            return interest
        raise Refused(N_("Somebody has already answered this. Look at what they said first."))
    if interest.version != version:
        raise Refused(N_("They have changed their idea since. Read it again before you answer."))
    if state is InterestState.NOT_NOW and not reason.strip():
        raise Refused(N_("Say why, so that they know what to do instead."), "reason")
    interest.state, interest.reason = state, reason.strip()
    interest.elsewhere = elsewhere.strip()
    interest.answered_at, interest.answered_by_id = clock.now(), by.id
    flush()
    _tell(interest, url)
    _log(interest, by, f"interest.{state.value}")
    return interest


def _tell(interest: ShortIdea, url: str) -> None:
    reader = contact_for(interest.account, interest.organisation_id)
    if reader is None:
        return
    messages.write(
        key=f"interest {interest.id} {interest.version}",
        to=reader.email,
        template="interest_answered",
        context={
            "title": interest.title,
            "round": interest.round.title,
            "goes_on": interest.state is InterestState.GO_ON,
            "reason": interest.reason,
            "elsewhere": interest.elsewhere,
            "url": url,
        },
        language=reader.language,
        not_before=clock.now() + UNDO_FOR,
    )


def can_undo(interest: ShortIdea, by: Account) -> bool:
    """Whether somebody can still take back their own answer."""
    at = interest.answered_at
    return interest.answered_by_id == by.id and at is not None and clock.now() < at + UNDO_FOR


def undo(*, interest: ShortIdea, by: Account) -> ShortIdea:
    """Take one's own answer back within a minute, before anybody was told."""
    hold(interest.round)
    db.session.refresh(interest)
    if interest.state is InterestState.WAITING:
        return interest  # a second click
    if not can_undo(interest, by):
        raise Refused(N_("You can take back your own answer for one minute."))
    messages.cancel(key=f"interest {interest.id} {interest.version}")
    interest.state, interest.reason, interest.elsewhere = InterestState.WAITING, "", ""
    interest.answered_at = interest.answered_by_id = None
    flush()
    _log(interest, by, "interest.undone")
    return interest


def _log(interest: ShortIdea, by: Account, verb: str) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type="interest",
        subject_id=interest.id,
        board_id=interest.round.board_id,
    )

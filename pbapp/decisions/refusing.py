"""A refusal takes two: one asks, another agrees or declines. Nobody refuses alone.

A room's own verbs check who may ask, hold their thing while they work, and set its state.
"""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.db import db, flush
from pbapp.decisions import services
from pbapp.decisions.matters import Matter, why_not_second
from pbapp.decisions.models import SECOND_PERSON, Answer, Decision, Outcome, Refusal
from pbapp.decisions.queries import find_agreed, find_open_refusal
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

ASKED_ALREADY = N_("Somebody has asked for this to be refused already.")
ANSWERED = N_("This refusal has been answered already. Look at what became of it first.")
CHANGED_SINCE = N_(
    "This has changed since the refusal was asked for. Look at it again; whoever still wants to "
    "refuse it asks anew."
)


def ask(
    *, matter: Matter, by: Account, reason: str, elsewhere: str = "", is_hidden: bool = False
) -> Refusal:
    """The first of two: it waits until another person agrees. A second click gives the first."""
    standing = find_open_refusal(matter.subject_type, matter.subject_id)
    if standing is not None and standing.version == matter.version:
        if standing.asked_by_id == by.id:
            return standing
        raise Refused(ASKED_ALREADY)
    if standing is not None:
        _close(standing, Answer.LAPSED)
    if not reason.strip():
        raise Refused(N_("Say why. Everybody can read the reason."), "reason")
    if by.id in matter.authors:
        raise Refused(N_("You sent this in yourself, so another officer has to decide on it."))
    refusal = Refusal(
        subject_type=matter.subject_type,
        subject_id=matter.subject_id,
        board_id=matter.board_id,
        version=matter.version,
        reason=reason.strip(),
        elsewhere=elsewhere.strip(),
        is_hidden=is_hidden,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    db.session.add(refusal)
    flush()
    _log(refusal, by, "refusal_asked")
    return refusal


def why_not(matter: Matter, refusal: Refusal, by: Account) -> Refused | None:
    """Why somebody may not answer this refusal; None if they may."""
    if refusal.asked_by_id == by.id:
        return Refused(SECOND_PERSON)
    return why_not_second(matter, by)


def agree(*, matter: Matter, refusal: Refusal, by: Account, state_before: str) -> Decision:
    """The second person agrees, and the refusal stands. A second click gives the first decision."""
    if refusal.answer is Answer.AGREED and refusal.answered_by_id == by.id:
        return db.session.get_one(Decision, refusal.decision_id)
    _must_wait(matter, refusal, by)
    if refusal.version != matter.version:
        raise Refused(CHANGED_SINCE)
    decision = services.decide(
        subject_type=matter.subject_type,
        subject_id=matter.subject_id,
        outcome=Outcome.REFUSED,
        by=by,
        reason=refusal.reason,
        board_id=matter.board_id,
        state_before=state_before,
        authors=matter.authors,
    )
    refusal.decision_id = decision.id
    _close(refusal, Answer.AGREED, by)
    return decision


def decline(
    *, matter: Matter, refusal: Refusal, by: Account, note: str, title: str, url: str
) -> Refusal:
    """The second person does not agree; whoever asked is told why, and the thing waits on."""
    if refusal.answer is Answer.DECLINED and refusal.answered_by_id == by.id:
        return refusal
    _must_wait(matter, refusal, by)
    if not note.strip():
        raise Refused(N_("Say why you do not agree, so that they understand it."), "note")
    refusal.note = note.strip()
    _close(refusal, Answer.DECLINED, by)
    _log(refusal, by, "refusal_declined")
    asker = db.session.get_one(Account, refusal.asked_by_id)
    messages.write(
        key=f"refusal declined {refusal.id}",
        to=asker.email,
        template="refusal_declined",
        context={"title": title, "note": refusal.note, "url": url},
        language=asker.language,
    )
    return refusal


def withdraw(*, refusal: Refusal, by: Account) -> Refusal:
    """Whoever asked takes it back before anybody answered."""
    if refusal.answer is Answer.WITHDRAWN:
        return refusal
    if refusal.asked_by_id != by.id:
        raise Refused(N_("Only who asked for a refusal can take the request back."))
    if refusal.answer is not None:
        raise Refused(ANSWERED)
    _close(refusal, Answer.WITHDRAWN, by)
    _log(refusal, by, "refusal_withdrawn")
    return refusal


def make_way(matter: Matter) -> None:
    """Before another decision: a request for what stands now goes first, one out of date lapses."""
    standing = find_open_refusal(matter.subject_type, matter.subject_id)
    if standing is None:
        return
    if standing.version == matter.version:
        raise Refused(
            N_("Somebody asks for this to be refused. Agree or say no to that before you go on.")
        )
    _close(standing, Answer.LAPSED)


def reopen(decision: Decision, version: int) -> None:
    """The refusal a decision agreed to waits again, since that was undone.

    `version` is the thing's after its state went back: the group has changed nothing meanwhile.
    """
    refusal = find_agreed(decision.id)
    if refusal is not None:
        refusal.answer = refusal.answered_by_id = refusal.answered_at = refusal.decision_id = None
        refusal.version = version
        flush()


def _must_wait(matter: Matter, refusal: Refusal, by: Account) -> None:
    if refused := why_not(matter, refusal, by):
        raise refused
    if refusal.answer is not None:
        raise Refused(ANSWERED)


def _close(refusal: Refusal, answer: Answer, by: Account | None = None) -> None:
    refusal.answer = answer
    refusal.answered_by_id = by.id if by else None
    refusal.answered_at = clock.now()
    flush()


def _log(refusal: Refusal, by: Account, what: str) -> None:
    audit.record(
        actor=by.actor,
        verb=f"{refusal.subject_type}.{what}",
        subject_type=refusal.subject_type,
        subject_id=refusal.subject_id,
        board_id=refusal.board_id,
        facts={"refusal": refusal.id},
    )

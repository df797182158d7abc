"""Another look at what was returned or refused, by somebody who took no part in it."""

from __future__ import annotations

from datetime import date

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.service_clock import appeal_until
from pbapp.db import advisory_lock, db, flush
from pbapp.decisions.matters import Matter, why_not_second
from pbapp.decisions.models import Appeal, Decision, Outcome, Verdict
from pbapp.decisions.queries import find_appeal_of, find_latest, list_appeals, list_took_part
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

TOO_LATE = N_("The time to appeal was over on %(day)s.")
TOOK_PART = N_("You took part in deciding on this, so somebody else has to look at the appeal.")
HEARD = N_("Somebody has answered this appeal already. Look at their answer first.")


def until(decision: Decision, board_id: int | None) -> date:
    """The last day on which a decision can be appealed."""
    return appeal_until(board_id, decision.at)


def why_not_appeal(decision: Decision | None, board_id: int | None) -> Refused | None:
    """Why a decision cannot be appealed now; None if it can."""
    if decision is None or decision.undone_at or decision.outcome is Outcome.APPROVED:
        return Refused(N_("There is nothing here to appeal against."))
    if find_appeal_of(decision.id) is not None:
        return Refused(N_("There is an appeal against this already."))
    last = until(decision, board_id)
    if clock.today() > last:
        return Refused(TOO_LATE, day=last.isoformat())
    return None


def appeal(
    *, decision: Decision, matter: Matter, by: Account | None, reason: str, language: str = "en"
) -> Appeal:
    """Its author asks for another look. A second click gives the first appeal.

    Raises `Refused` beside `reason` without one, and when the time is over.
    """
    advisory_lock(matter.key)
    made = find_appeal_of(decision.id)
    if made is not None and made.reason == reason.strip():
        return made
    if refused := why_not_appeal(decision, matter.board_id):
        raise refused
    if not reason.strip():
        raise Refused(N_("Say why you ask for another look."), "reason")
    made = Appeal(
        decision_id=decision.id,
        subject_type=matter.subject_type,
        subject_id=matter.subject_id,
        board_id=matter.board_id,
        by_id=by.id if by else None,
        reason=reason.strip(),
        language=language,
        at=clock.now(),
    )
    db.session.add(made)
    flush()
    _log(made, by, "appealed")
    return made


def why_not(matter: Matter, by: Account) -> Refused | None:
    """Why somebody may not answer an appeal about this; None if they may."""
    if by.id in list_took_part(matter.subject_type, matter.subject_id):
        return Refused(TOOK_PART)
    return why_not_second(matter, by)


def answer(
    *,
    appeal: Appeal,
    matter: Matter,
    by: Account,
    verdict: Verdict,
    answer: str,
    can_go_back: bool,
) -> Appeal:
    """Uphold an appeal or dismiss it, with words for its author.

    `can_go_back`: the thing can still wait for a decision again. The room puts it there when
    `went_back` says so. A second click gives the first answer.
    """
    advisory_lock(matter.key)
    db.session.refresh(appeal, ["verdict", "decided_by_id"])
    if appeal.verdict is verdict and appeal.decided_by_id == by.id:
        return appeal
    if appeal.verdict is not None:
        raise Refused(HEARD)
    if refused := why_not(matter, by):
        raise refused
    if not answer.strip():
        raise Refused(N_("Say why, so that they understand it."), "answer")
    standing = find_latest(matter.subject_type, matter.subject_id)
    stands = standing is not None and standing.id == appeal.decision_id
    appeal.verdict, appeal.answer = verdict, answer.strip()
    appeal.went_back = verdict is Verdict.UPHELD and can_go_back and stands
    appeal.decided_by_id, appeal.decided_at = by.id, clock.now()
    flush()
    _log(appeal, by, f"appeal_{verdict.value}")
    return appeal


def lapse(subject_type: str, subject_id: str) -> None:
    """Mended and sent in again, taken back, joined or undone: there is nothing left to answer."""
    for appeal in list_appeals(subject_type, subject_id):
        if appeal.verdict is None:
            appeal.verdict, appeal.decided_at = Verdict.LAPSED, clock.now()
    flush()


def tell(
    *,
    appeal: Appeal,
    to: str | None,
    title: str,
    url: str,
    is_answer: bool,
    reader: str = "",
) -> None:
    """Write to its author: that we have the appeal, or what became of it.

    `reader` tells several apart who hear of the same appeal.
    """
    if not to:
        return
    due = appeal.at.isoformat()
    about = appeal.verdict.value if appeal.verdict and is_answer else ""
    messages.write(
        key=f"appeal {appeal.id} {about}" + (f" {reader}" if reader else ""),
        to=to,
        template="appeal_answered" if is_answer else "appeal_received",
        context={
            "title": title,
            "verdict": appeal.verdict.value if appeal.verdict else "",
            "went_back": appeal.went_back,
            "answer": appeal.answer,
            "at": due,
            "url": url,
        },
        language=appeal.language,
    )


def _log(appeal: Appeal, by: Account | None, what: str) -> None:
    audit.record(
        actor=by.actor if by else "visitor",
        verb=f"{appeal.subject_type}.{what}",
        subject_type=appeal.subject_type,
        subject_id=appeal.subject_id,
        board_id=appeal.board_id,
        facts={"appeal": appeal.id},
    )

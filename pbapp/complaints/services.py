"""Take a complaint, answer it, let it go on to the second stage, and forget who complained."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import OFFICER_ROLES, Board
from pbapp.boards.queries import has_role
from pbapp.boards.services import must_be_officer
from pbapp.complaints import queries
from pbapp.complaints.models import (
    OMBUDSMAN_PHONE,
    OMBUDSMAN_URL,
    About,
    Channel,
    Complaint,
    ComplaintAnswer,
    Finding,
)
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

KEPT_FOR = timedelta(days=3 * 365)
SAME_CLICK = timedelta(minutes=5)
TO_GO_ON = timedelta(days=180)  # how long after an answer somebody may ask for the second stage
LAST_STAGE = 2
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is easily taken for another


def receive(
    *,
    board: Board,
    about: About,
    text: str,
    wanted: str = "",
    name: str = "",
    email: str | None = None,
    phone: str = "",
    language: str = "en",
    channel: Channel = Channel.PAGE,
    by: Account | None = None,
    is_example: bool = False,
) -> Complaint:
    """Take a complaint from anybody; `by` is the officer who wrote down what they heard.

    A second click gives the first one. The caller then calls `acknowledge`.
    """
    if by is not None:
        must_be_officer(board.id, by)
    if not text.strip():
        raise Refused(N_("Say what went wrong."), "text")
    advisory_lock(f"complaints {board.id}")
    same = _same_click(board, text.strip(), email)
    if same is not None:
        return same
    now = clock.now()
    made = Complaint(
        reference="C-" + "".join(secrets.choice(LETTERS) for _ in range(6)),
        board=board,
        about=about,
        channel=channel,
        text=text.strip(),
        wanted=wanted.strip(),
        name=name.strip(),
        email=email or None,
        phone=phone.strip(),
        language=language,
        received_at=now,
        stage=1,
        stage_began_at=now,
        logged_by_id=by.id if by else None,
        is_example=is_example,
    )
    db.session.add(made)
    flush()
    _log(made, "complaint.received", by, {"channel": channel.value, "about": about.value})
    return made


def acknowledge(*, complaint: Complaint, url: str) -> None:
    """Tell them that we have it, and by when they hear; `url` is its page, for them alone."""
    _tell(complaint, "complaint_received", url)


def _same_click(board: Board, text: str, email: str | None) -> Complaint | None:
    query = select(Complaint).where(
        Complaint.board_id == board.id,
        Complaint.received_at > clock.now() - SAME_CLICK,
        Complaint.text == text,
        Complaint.email == email if email else Complaint.email.is_(None),
    )
    return db.session.scalars(query).first()


def why_not(complaint: Complaint, by: Account) -> Refused | None:
    """Why somebody may not answer this stage: the second is for a person who did not answer."""
    if not has_role(by.id, complaint.board_id, OFFICER_ROLES):
        return Refused(N_("Only an officer of this board can do this."))
    if complaint.stage > 1 and any(answer.by_id == by.id for answer in complaint.answers):
        return Refused(N_("You answered the first stage, so somebody else answers the second."))
    return None


def answer(
    *, complaint: Complaint, finding: Finding, text: str, by: Account, stage: int, url: str
) -> ComplaintAnswer:
    """Answer the stage it is at, which closes it unless it goes on. They are told.

    `stage` is the one the officer saw. `url` is where they can ask for the next stage.
    """
    advisory_lock(f"complaint {complaint.id}")
    db.session.refresh(complaint)
    given = next((a for a in complaint.answers if a.stage == stage), None)
    if given is not None and (given.by_id, given.text) == (by.id, text.strip()):
        return given
    if refused := why_not(complaint, by):
        raise refused
    if complaint.closed_at is not None or complaint.stage != stage:
        raise Refused(N_("Somebody has answered this already. Look at their answer first."))
    if not text.strip():
        raise Refused(N_("Write the answer."), "text")
    made = ComplaintAnswer(
        stage=stage,
        finding=finding,
        text=text.strip(),
        due_on=queries.due_on(complaint),
        by_id=by.id,
        at=clock.now(),
    )
    complaint.answers.append(made)
    complaint.closed_at = clock.now()
    flush()
    _log(complaint, "complaint.answered", by, {"stage": stage, "finding": finding.value})
    _tell(complaint, "complaint_answered", url, answer=made)
    return made


def can_go_on(complaint: Complaint) -> bool:
    """Whether whoever complained may still ask for the second stage."""
    closed = complaint.closed_at
    in_time = closed is not None and clock.now() < closed + TO_GO_ON
    return complaint.stage < LAST_STAGE and in_time and complaint.forgotten_at is None


def go_on(*, complaint: Complaint, why: str, by: Account | None, url: str) -> Complaint:
    """The second stage begins: they are not content, or it is too grave for the first.

    `by` None: whoever complained asked for it. A second click does nothing.
    """
    advisory_lock(f"complaint {complaint.id}")
    db.session.refresh(complaint)
    if complaint.stage >= LAST_STAGE:
        return complaint
    if by is not None:
        must_be_officer(complaint.board_id, by)
    if complaint.closed_at is not None and not can_go_on(complaint):
        raise Refused(N_("It is too long ago to go on with this complaint."))
    if by is None and complaint.closed_at is None:
        raise Refused(N_("The first answer is still to come."))
    if not why.strip():
        raise Refused(N_("Say why, so that somebody else can look at it."), "why")
    complaint.stage, complaint.stage_began_at = LAST_STAGE, clock.now()
    complaint.again, complaint.closed_at = why.strip(), None
    flush()
    _log(complaint, "complaint.second_stage", by)
    _tell(complaint, "complaint_second_stage", url)
    return complaint


def forget_old() -> int:
    """Forget who complained, and in which words, some years after it was closed; how many."""
    query = select(Complaint).where(
        Complaint.closed_at < clock.now() - KEPT_FOR, Complaint.forgotten_at.is_(None)
    )
    found = list(db.session.scalars(query))
    for complaint in found:
        complaint.name = complaint.phone = complaint.text = complaint.wanted = ""
        complaint.again, complaint.email = "", None
        complaint.forgotten_at = clock.now()
        for given in complaint.answers:
            given.text = "–"
    flush()
    return len(found)


def _tell(
    complaint: Complaint, template: str, url: str, answer: ComplaintAnswer | None = None
) -> None:
    if not complaint.email:
        return
    messages.write(
        key=f"{template} {complaint.id} {complaint.stage}",
        to=complaint.email,
        template=template,
        context={
            "reference": complaint.reference,
            "board": complaint.board.name,
            "due": queries.due_on(complaint).isoformat(),
            "stage": complaint.stage,
            "answer": answer.text if answer else "",
            "finding": answer.finding.value if answer else "",
            "is_last": complaint.stage >= LAST_STAGE,
            "url": url,
            "ombudsman": OMBUDSMAN_URL,
            "phone": OMBUDSMAN_PHONE,
        },
        language=complaint.language,
    )


def _log(
    complaint: Complaint, verb: str, by: Account | None, facts: dict[str, Any] | None = None
) -> None:
    audit.record(
        actor=by.actor if by else "visitor",
        verb=verb,
        subject_type="complaint",
        subject_id=complaint.id,
        board_id=complaint.board_id,
        facts=facts,
    )

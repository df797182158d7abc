"""Name a helper, send them a request, and mark it answered."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import tidy_email
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.db import advisory_lock, db, flush
from pbapp.helping import queries
from pbapp.helping.models import Helper, HelpRequest
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_, Refused

SUBJECT = "help request"
ONE_CLICK = timedelta(minutes=5)
KEPT_FOR = timedelta(days=180)  # after it was answered, or asked if nobody marks it answered
STRANGER = "visitor"


def name_helper(*, board: Board, name: str, organisation: str, email: str, by: Account) -> Helper:
    """From now on requests of this board go to this person."""
    helper = queries.find_helper(board.id)
    if helper is None:
        helper = Helper(board_id=board.id)
        db.session.add(helper)
    helper.name, helper.organisation = name.strip(), organisation.strip()
    helper.email = tidy_email(email)
    flush()
    audit.record(
        actor=by.actor,
        verb="helper.named",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
    )
    return helper


def ask(
    *,
    board: Board,
    name: str,
    email: str,
    text: str,
    about: str = "",
    organisation: Organisation | None = None,
    by: Account | None = None,
    is_example: bool = False,
) -> HelpRequest:
    """Send a request to the board's helper, or without one to the council's help address.

    Whoever asked is told, and an answer goes straight to them. Officers see that it waits, also
    where nobody has an address. The same words from the same address within minutes are one
    request. Raises `Refused` beside `text` without a word.
    """
    if not text.strip():
        raise Refused(N_("Say what you need help with."), "text")
    advisory_lock(f"help {board.id}")
    if again := _same(board, tidy_email(email), text.strip()):
        return again
    helper = queries.find_helper(board.id)
    to = helper.email if helper else board.council.help_email
    asked = HelpRequest(
        board_id=board.id,
        organisation_id=organisation.id if organisation else None,
        account_id=by.id if by else None,
        name=name.strip(),
        email=tidy_email(email),
        about=about,
        text=text.strip(),
        sent_to=_called(helper) if helper else board.council.name,
        asked_at=clock.now(),
        is_example=is_example,
    )
    db.session.add(asked)
    flush()
    _log(asked, "asked", by.actor if by else STRANGER)
    _write(asked, board, to, by)
    return asked


def _same(board: Board, email: str, text: str) -> HelpRequest | None:
    """What a second press of the button would send again."""
    query = select(HelpRequest).where(
        HelpRequest.board_id == board.id,
        HelpRequest.email == email,
        HelpRequest.text == text,
        HelpRequest.asked_at > clock.now() - ONE_CLICK,
    )
    return db.session.scalars(query).first()


def _write(asked: HelpRequest, board: Board, to: str | None, by: Account | None) -> None:
    about = {
        "name": asked.name,
        "email": asked.email,
        "group": asked.organisation.name if asked.organisation else "",
        "about": asked.about,
        "text": asked.text,
        "sent_to": asked.sent_to,
        "board": board.name,
    }
    # Anybody can type any address: only somebody's own gets the words, or we would carry adverts.
    is_own = by is not None and by.email == asked.email
    key = f"help {asked.id} {asked.asked_at.isoformat()}"
    if to:
        told = {**about, "reply_to": asked.email}
        messages.write(key=key, to=to, template="help_request", context=told)
    copy = about if is_own else {**about, "text": ""}
    messages.write(key=f"{key} copy", to=asked.email, template="help_copy", context=copy)


def _called(helper: Helper) -> str:
    return ", ".join(part for part in (helper.name, helper.organisation) if part)


def mark_answered(*, asked: HelpRequest, by: Account) -> None:
    """Somebody has helped; a second click changes nothing."""
    if asked.answered_at is None:
        asked.answered_at, asked.answered_by_id = clock.now(), by.id
        flush()
        _log(asked, "answered", by.actor)


def forget_old() -> int:
    """Delete requests, answered or not, half a year after the last of it; returns how many."""
    last = func.coalesce(HelpRequest.answered_at, HelpRequest.asked_at)
    old = last < clock.now() - KEPT_FOR
    result = db.session.execute(delete(HelpRequest).where(old))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _log(asked: HelpRequest, what: str, actor: str) -> None:
    audit.record(
        actor=actor,
        verb=f"help.{what}",
        subject_type=SUBJECT,
        subject_id=asked.id,
        board_id=asked.board_id,
    )

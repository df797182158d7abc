"""Write a newsletter, look at it, send it later or now, take it back while it waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.news.models import LetterState, Newsletter
from pbapp.refusal import N_, Refused
from pbapp.rounds.setup.calendar import Entry, EntryKind, first_in_the_way

UNDO = timedelta(minutes=1)  # "now" leaves as long to think again
LONGEST_WAIT = timedelta(days=366)
CHANGED = N_("Somebody else changed this meanwhile. Look at their words first, then write yours.")


def write(*, board: Board, audience: str, title: str, text: str, by: Account) -> Newsletter:
    """Begin a newsletter; nobody but the board's officers sees it."""
    must_be_officer(board.id, by)
    letter = Newsletter(
        board=board,
        audience=audience,
        title=title,
        text=text,
        language=board.language,
        written_by_id=by.id,
        changed_at=clock.now(),
    )
    db.session.add(letter)
    flush()
    return letter


def edit(
    *, letter: Newsletter, version: int, audience: str, title: str, text: str, by: Account
) -> None:
    """Change a draft; `version` is the one that was on the screen."""
    _hold_draft(letter, by)
    if letter.version != version:
        raise Refused(CHANGED)
    letter.audience, letter.title, letter.text = audience, title, text
    letter.changed_at = clock.now()
    _flush_once()


def throw_away(*, letter: Newsletter, by: Account) -> None:
    """Forget a draft."""
    _hold_draft(letter, by)
    db.session.delete(letter)
    flush()


def schedule(
    *,
    letter: Newsletter,
    version: int,
    send_at: datetime | None,
    day: date,
    entries: Iterable[Entry],
    is_sure: bool,
    by: Account,
) -> None:
    """Let it go out at a moment; None is now, which leaves a minute to take it back.

    `version` is the one that was on the screen: nobody sends words they have not read.
    `day` is the moment's day where people live. In a pre-election period it goes only when the
    officer says that it may; the log keeps that they did.
    """
    must_be_officer(letter.board_id, by)
    hold(letter)
    now = clock.now()
    if letter.state is LetterState.WAITING:
        if _waits_for(letter, send_at, now):  # a second click
            return
        raise Refused(N_("It waits already, for another moment. Take it back first to change it."))
    _must_be_draft(letter)
    if letter.version != version:
        raise Refused(CHANGED)
    if send_at is not None and send_at < now:
        raise Refused(N_("This moment has passed. Pick one to come, or send it now."), "day")
    if send_at is not None and send_at > now + LONGEST_WAIT:
        raise Refused(N_("Pick a day within a year."), "day")
    blocked = first_in_the_way(entries, EntryKind.PRE_ELECTION, [(day, day)])
    if blocked is not None and not is_sure:
        raise Refused(
            N_(
                "That day is in “%(name)s”. A council must not publish anything then that could "
                "be seen as taking sides. Pick another day, or tick that it may go out."
            ),
            "is_sure",
            name=blocked.name,
        )
    letter.state, letter.send_at = LetterState.WAITING, send_at or now + UNDO
    _flush_once()
    facts = {"pre_election": blocked.name} if blocked is not None else {}
    log(letter, by, "newsletter.scheduled", facts)


def take_back(*, letter: Newsletter, by: Account) -> None:
    """While it waits: a draft again, and nobody gets it."""
    must_be_officer(letter.board_id, by)
    hold(letter)
    if letter.state is LetterState.SENT:
        raise Refused(N_("It has gone out already."))
    if letter.state is LetterState.WAITING:
        letter.state, letter.send_at = LetterState.DRAFT, None
        _flush_once()
        log(letter, by, "newsletter.taken_back", {})


def follow_wards(moved: Mapping[str, Sequence[str]]) -> None:
    """What is not sent yet goes to those who follow what a ward has become.

    Where that is several wards it is a draft again, for its author to choose.
    """
    query = select(Newsletter).where(
        Newsletter.audience.in_(moved), Newsletter.state != LetterState.SENT
    )
    for letter in db.session.scalars(query).all():
        hold(letter)
        following = moved[letter.audience]
        if len(following) == 1:
            letter.audience = following[0]
        else:
            letter.state, letter.send_at = LetterState.DRAFT, None
        flush()
        log(letter, None, "newsletter.ward_redrawn", {"audience": letter.audience})


def _waits_for(letter: Newsletter, send_at: datetime | None, now: datetime) -> bool:
    """Whether it goes out at this moment anyway; None is now."""
    if letter.send_at is None or send_at is not None:
        return letter.send_at == send_at
    return letter.send_at <= now + UNDO


def hold(letter: Newsletter) -> None:
    """Two officers at once, or an officer and the worker: the second sees what the first did."""
    advisory_lock(f"newsletters {letter.board_id}")
    db.session.refresh(letter)


def _hold_draft(letter: Newsletter, by: Account) -> None:
    must_be_officer(letter.board_id, by)
    hold(letter)
    _must_be_draft(letter)


def _must_be_draft(letter: Newsletter) -> None:
    if letter.state is not LetterState.DRAFT:
        raise Refused(N_("It waits to be sent, or has gone out. Take it back first to change it."))


def _flush_once() -> None:
    try:
        flush()
    except StaleDataError as error:
        raise Refused(CHANGED) from error


def log(letter: Newsletter, by: Account | None, verb: str, facts: dict[str, Any]) -> None:
    audit.record(
        actor=by.actor if by else "installation",
        verb=verb,
        subject_type="newsletter",
        subject_id=letter.id,
        board_id=letter.board_id,
        facts=facts,
    )

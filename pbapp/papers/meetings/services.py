"""Set when a board meets; move, cancel and add meetings; keep their papers, people and notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush, is_still_there
from pbapp.messages import services as messages
from pbapp.papers.meetings.days import days_from, first_day
from pbapp.papers.meetings.models import (
    Attendance,
    Cycle,
    Interest,
    Meeting,
    MeetingPaper,
    Presence,
)
from pbapp.papers.meetings.queries import NOTES, find_same, list_sitting
from pbapp.refusal import N_, Refused
from pbapp.web.documents import Document

RUNNERS = (Role.CLERK, Role.CHAIR)
AHEAD = 6  # meetings of the cycle that are always set
FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Rhythm:
    """What a clerk types of a cycle; `weekday` 0 is Monday."""

    first_on: date
    weekday: int
    weeks: int
    at: time
    minutes: int
    place: str


@dataclass(frozen=True)
class When:
    """When and where a meeting is."""

    starts_at: datetime
    minutes: int
    place: str


# --- the cycle ------------------------------------------------------------------------------


def set_cycle(*, board: Board, rhythm: Rhythm, zone: ZoneInfo, by: Account) -> Cycle:
    """Set how often a board meets. Meetings to come follow it, but for those somebody has moved,
    cancelled or prepared."""
    _must_run(board.id, by)
    _hold(board.id)
    if abs(rhythm.first_on - clock.today()) > FURTHEST:
        raise Refused(N_("That is more than two years away. Check the day."), "first_on")
    cycle = db.session.get(Cycle, board.id) or Cycle(board_id=board.id)
    cycle.first_on = first_day(rhythm.first_on, rhythm.weekday)
    cycle.weeks, cycle.minutes = rhythm.weeks, rhythm.minutes
    cycle.at, cycle.place = rhythm.at.strftime("%H:%M"), rhythm.place.strip()
    db.session.add(cycle)
    flush()
    _drop_untouched(board.id)
    extend(cycle=cycle, zone=zone)
    facts = {"first_on": cycle.first_on.isoformat(), "weeks": cycle.weeks, "at": cycle.at}
    _log(board.id, by, "meetings.cycle_set", "board", board.id, facts)
    return cycle


def extend(*, cycle: Cycle, zone: ZoneInfo) -> int:
    """See to it that the next meetings of a cycle are set; returns how many were added."""
    _hold(cycle.board_id)
    today = clock.now().astimezone(zone).date()
    days = list(islice(days_from(cycle.first_on, cycle.weeks, today), AHEAD))
    query = select(Meeting.slot_on).where(
        Meeting.board_id == cycle.board_id, Meeting.slot_on >= days[0]
    )
    there = set(db.session.scalars(query))
    missing = [day for day in days if day not in there]
    at = time.fromisoformat(cycle.at)
    for day in missing:
        db.session.add(
            Meeting(
                board_id=cycle.board_id,
                slot_on=day,
                starts_at=datetime.combine(day, at, zone),
                minutes=cycle.minutes,
                place=cycle.place,
            )
        )
    flush()
    return len(missing)


def _drop_untouched(board_id: int) -> None:
    query = (
        select(Meeting)
        .options(selectinload(Meeting.papers))
        .where(
            Meeting.board_id == board_id,
            Meeting.slot_on.is_not(None),
            Meeting.starts_at > clock.now(),
            Meeting.cancelled_at.is_(None),
            Meeting.moved_from.is_(None),
            Meeting.prepared_at.is_(None),
        )
    )
    # What belongs to a meeting is loaded while it is deleted; nothing is written before the end.
    with db.session.no_autoflush:
        for meeting in db.session.scalars(query).all():
            if not (meeting.papers or meeting.agenda):
                db.session.delete(meeting)
    flush()


def prepare(meeting: Meeting) -> None:
    """Somebody works on a meeting, so a new cycle leaves it where it is."""
    _lock(meeting)
    _mark_prepared(meeting)


def _mark_prepared(meeting: Meeting) -> None:
    meeting.prepared_at = meeting.prepared_at or clock.now()


# --- one meeting ----------------------------------------------------------------------------


def add_meeting(*, board: Board, when: When, title: str, by: Account) -> Meeting:
    """An extra meeting, beside the cycle."""
    _must_run(board.id, by)
    _to_come(when.starts_at)
    _hold(board.id)
    there = find_same(board.id, when.starts_at, title.strip())
    if there is not None:  # pressed twice
        return there
    meeting = Meeting(
        board_id=board.id,
        title=title.strip(),
        starts_at=when.starts_at,
        minutes=when.minutes,
        place=when.place.strip(),
    )
    db.session.add(meeting)
    flush()
    _log_one(meeting, by, "meeting.added")
    return meeting


def move(*, meeting: Meeting, when: When, reason: str, by: Account, link: str) -> None:
    """Hold a meeting at another time or place. Its papers and packs stay with it."""
    _must_run(meeting.board_id, by)
    _lock(meeting)
    _not_begun(meeting)
    _to_come(when.starts_at)
    before = _when(meeting)
    if when.starts_at != meeting.starts_at:
        meeting.moved_from = meeting.moved_from or meeting.starts_at
    meeting.starts_at, meeting.minutes = when.starts_at, when.minutes
    meeting.place, meeting.reason = when.place.strip(), reason.strip()
    if before != _when(meeting):
        _mark_prepared(meeting)
    flush()
    kept = audit.revise(
        subject_type="meeting",
        subject_id=meeting.id,
        by=by.actor,
        before=before,
        after=_when(meeting),
        note=meeting.reason or None,
    )
    if before == _when(meeting):
        return
    _log_one(meeting, by, "meeting.moved", {"starts_at": meeting.starts_at.isoformat()})
    _tell(meeting, "meeting_moved", link, f"{kept.number if kept else 0}")


def cancel(*, meeting: Meeting, reason: str, by: Account, link: str) -> None:
    """Say that a meeting does not take place, and why; doing it again changes nothing."""
    _must_run(meeting.board_id, by)
    _lock(meeting)
    if meeting.is_cancelled:
        return
    _not_begun(meeting)
    if not reason.strip():
        raise Refused(N_("Say why the meeting is cancelled; people are told."), "reason")
    meeting.cancelled_at, meeting.reason = clock.now(), reason.strip()
    flush()
    _log_one(meeting, by, "meeting.cancelled")
    _tell(meeting, "meeting_cancelled", link, "")


def set_agenda(*, meeting: Meeting, items: Iterable[tuple[str, str]], by: Account) -> None:
    """What a meeting talks about, and what the board is asked to decide under each heading."""
    _must_run(meeting.board_id, by)
    _lock(meeting)
    if meeting.is_cancelled:
        raise Refused(N_("This meeting is cancelled."))
    before = {"agenda": meeting.agenda}
    meeting.agenda = [
        {"title": title.strip(), "asks": asks.strip()} for title, asks in items if title.strip()
    ]
    _mark_prepared(meeting)
    flush()
    audit.revise(
        subject_type="meeting",
        subject_id=meeting.id,
        by=by.actor,
        before=before,
        after={"agenda": meeting.agenda},
    )
    if before["agenda"] != meeting.agenda:
        _log_one(meeting, by, "meeting.agenda_set", {"items": len(meeting.agenda)})


# --- its papers -----------------------------------------------------------------------------


def add_paper(
    *, meeting: Meeting, title: str, document: Document, is_public: bool, by: Account
) -> MeetingPaper:
    """Lay a document before the board; everybody reads it once it is published."""
    _must_run(meeting.board_id, by)
    prepare(meeting)
    now = clock.now()
    paper = MeetingPaper(
        title=title.strip(),
        digest=document.digest,
        ending=document.ending,
        size=document.size,
        added_at=now,
        published_at=now if is_public else None,
    )
    meeting.papers.append(paper)
    flush()
    _log_one(meeting, by, "meeting.paper_added", {"digest": paper.digest, "public": is_public})
    return paper


def publish_paper(*, paper: MeetingPaper, by: Account) -> None:
    """Let everybody read a paper; it stays so."""
    meeting = paper.meeting
    _must_run(meeting.board_id, by)
    _lock(meeting)
    if not is_still_there(paper):
        raise Refused(N_("This paper was taken away just now."))
    if paper.published_at is None:
        paper.published_at = clock.now()
        flush()
        _log_one(meeting, by, "meeting.paper_published", {"digest": paper.digest})


def take_away(*, paper: MeetingPaper, by: Account) -> None:
    """Remove a paper nobody but the board has seen; what was published stays."""
    meeting = paper.meeting
    _must_run(meeting.board_id, by)
    _lock(meeting)
    if not is_still_there(paper):
        return
    if paper.published_at is not None:
        raise Refused(N_("This paper is published, so it stays. Add the right one beside it."))
    db.session.delete(paper)
    flush()
    _log_one(meeting, by, "meeting.paper_removed", {"digest": paper.digest})


# --- who was there, and what was said -------------------------------------------------------


def record_attendance(
    *,
    meeting: Meeting,
    present: Collection[UUID],
    apologies: Collection[UUID],
    others: str,
    interests: Iterable[tuple[str, str]],
    by: Account,
) -> None:
    """Who of the board was there, who sent apologies, who else came, and what was declared."""
    _must_run(meeting.board_id, by)
    _lock(meeting)
    if meeting.is_cancelled or meeting.starts_at > clock.now():
        raise Refused(N_("This meeting has not begun, so nobody was there yet."))
    if set(present) & set(apologies):
        raise Refused(N_("Somebody is both present and sent apologies."), "apologies")
    may = {one.account.id for one in list_sitting(meeting.board_id)}
    may |= {row.account_id for row in meeting.attendance}
    said = dict.fromkeys(present, Presence.PRESENT) | dict.fromkeys(apologies, Presence.APOLOGIES)
    rows = {row.account_id: row for row in meeting.attendance}
    meeting.attendance = [
        _attends(rows.get(account_id), account_id, presence)
        for account_id, presence in said.items()
        if account_id in may
    ]
    meeting.others_present = others.strip()
    meeting.interests = [
        Interest(name=name.strip(), about=about.strip()) for name, about in interests
    ]
    flush()
    facts = {"present": len(present), "interests": len(meeting.interests)}
    _log_one(meeting, by, "meeting.attendance_recorded", facts)


def _attends(row: Attendance | None, account_id: UUID, presence: Presence) -> Attendance:
    row = row or Attendance(account_id=account_id)
    row.presence = presence
    return row


def write_notes(
    *, meeting: Meeting, notes: str, is_public: bool, by: Account, seen: int | None = None
) -> None:
    """What was said and agreed. Published notes can be put right; what they said stays known.

    `seen` is the number of the last change its author knew: what somebody else wrote since is not
    overwritten.
    """
    _must_run(meeting.board_id, by)
    _lock(meeting)
    audit.refuse_if_changed(NOTES, meeting.id, seen=seen, by=by.actor)
    if meeting.is_cancelled or meeting.starts_at > clock.now():
        raise Refused(N_("This meeting has not begun, so there is nothing to note yet."), "notes")
    if meeting.notes_public_at and not is_public:
        raise Refused(N_("These notes are published. Put them right, but leave them public."))
    if is_public and not notes.strip():
        raise Refused(N_("Write the notes before you publish them."), "notes")
    before = {"notes": meeting.notes}
    meeting.notes = notes.strip()
    audit.revise(
        subject_type=NOTES,
        subject_id=meeting.id,
        by=by.actor,
        before=before,
        after={"notes": meeting.notes},
    )
    if is_public and meeting.notes_public_at is None:
        # After the edit: it tells what stood there before, and that was for the board alone.
        meeting.notes_public_at = clock.now()
    flush()
    _log_one(meeting, by, "meeting.notes_written", {"public": is_public})


# --- shared ---------------------------------------------------------------------------------


def may_run(account: Account, board_id: int) -> bool:
    """Whether somebody sees to the meetings of a board: its clerk or its chair."""
    return has_role(account.id, board_id, RUNNERS)


def _must_run(board_id: int, by: Account) -> None:
    if not may_run(by, board_id):
        raise Refused(N_("Only the clerk or the chair of this board can do this."))


def _to_come(starts_at: datetime) -> None:
    if starts_at <= clock.now():
        raise Refused(N_("This day has passed. Enter a day to come."), "on")
    if starts_at > clock.now() + FURTHEST:
        raise Refused(N_("That is more than two years from now. Check the day."), "on")


def _not_begun(meeting: Meeting) -> None:
    if meeting.is_cancelled:
        raise Refused(N_("This meeting is cancelled."))
    if meeting.starts_at <= clock.now():
        raise Refused(N_("This meeting has begun, so it cannot be moved or cancelled."))


def _when(meeting: Meeting) -> dict[str, Any]:
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "place": meeting.place,
    }


def _tell(meeting: Meeting, template: str, link: str, more: str) -> None:
    """Write to everybody who sits on the board."""
    for sitting in list_sitting(meeting.board_id):
        account = sitting.account
        messages.write(
            key=f"{template} {meeting.id} {more} {account.id}",
            to=account.email,
            template=template,
            context={
                "board": meeting.board.name,
                "starts_at": meeting.starts_at.isoformat(),
                "place": meeting.place,
                "reason": meeting.reason,
                "url": link,
            },
            language=account.language,
        )


def _hold(board_id: int) -> None:
    advisory_lock(f"meetings {board_id}")


def _lock(meeting: Meeting) -> None:
    """Two people at once: the second sees what the first did."""
    _hold(meeting.board_id)
    db.session.refresh(meeting)


def _log_one(meeting: Meeting, by: Account, verb: str, facts: dict[str, Any] | None = None) -> None:
    _log(meeting.board_id, by, verb, "meeting", meeting.id, facts)


def _log(
    board_id: int, by: Account, verb: str, kind: str, id: int, facts: dict[str, Any] | None
) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type=kind,
        subject_id=id,
        board_id=board_id,
        facts=facts,
    )

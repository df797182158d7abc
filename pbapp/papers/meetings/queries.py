"""A board's meetings, what lies before them, and who sits on the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.accounts.models import Account
from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions
from pbapp.boards.models import BOARD_ROLES, Membership, Role
from pbapp.db import db
from pbapp.papers.meetings.models import Attendance, Cycle, Meeting, MeetingPaper

NOTES = "meeting notes"  # what their edits are kept under
LONGEST_MEETING = timedelta(minutes=600)


@dataclass(frozen=True)
class Sitting:
    """Somebody who sits on a board."""

    account: Account
    is_chair: bool
    since: datetime | None = None  # None: who left since
    is_named: bool = False  # whether they want their name on public pages


def find_cycle(board_id: int) -> Cycle | None:
    return db.session.get(Cycle, board_id)


def list_cycles() -> list[Cycle]:
    return list(db.session.scalars(select(Cycle).order_by(Cycle.board_id)))


def list_coming(board_id: int, now: datetime) -> list[Meeting]:
    """Meetings that are not over, the next first; cancelled ones among them."""
    query = select(Meeting).where(
        Meeting.board_id == board_id, Meeting.starts_at > now - LONGEST_MEETING
    )
    found = db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id))
    return [meeting for meeting in found if meeting.ends_at > now]


def list_past(board_id: int, now: datetime, limit: int = 60) -> list[Meeting]:
    """Meetings that are over, the latest first."""
    query = (
        select(Meeting)
        .options(selectinload(Meeting.papers))
        .where(Meeting.board_id == board_id, Meeting.starts_at <= now)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(limit)
    )
    return [meeting for meeting in db.session.scalars(query) if meeting.ends_at <= now]


def find_next(board_id: int, now: datetime) -> Meeting | None:
    """The next meeting that takes place."""
    coming = list_coming(board_id, now)
    return next((meeting for meeting in coming if not meeting.is_cancelled), None)


def find_same(board_id: int, starts_at: datetime, title: str) -> Meeting | None:
    """A meeting that takes place at the same time under the same name."""
    query = select(Meeting).where(
        Meeting.board_id == board_id,
        Meeting.starts_at == starts_at,
        Meeting.title == title,
        Meeting.cancelled_at.is_(None),
    )
    return db.session.scalar(query.order_by(Meeting.id).limit(1))


def find_last_before(meeting: Meeting) -> Meeting | None:
    """The meeting that took place before this one."""
    query = (
        select(Meeting)
        .where(
            Meeting.board_id == meeting.board_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.cancelled_at.is_(None),
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def find_meeting(board_id: int, meeting_id: int) -> Meeting | None:
    """A board's own meeting, with its papers, who was there and what they declared."""
    query = (
        select(Meeting)
        .options(
            joinedload(Meeting.board),
            selectinload(Meeting.papers),
            selectinload(Meeting.attendance).joinedload(Attendance.account),
            selectinload(Meeting.interests),
        )
        .where(Meeting.id == meeting_id, Meeting.board_id == board_id)
    )
    return db.session.scalar(query)


def find_paper(meeting: Meeting, paper_id: int) -> MeetingPaper | None:
    return next((paper for paper in meeting.papers if paper.id == paper_id), None)


def list_digests() -> set[str]:
    """Of every document that lies before a board."""
    return set(db.session.scalars(select(MeetingPaper.digest)))


def list_note_edits(meeting: Meeting, *, inside: bool) -> list[Revision]:
    """How the notes were changed: all of it for the board, for others what was since published."""
    public_at = meeting.notes_public_at
    if not meeting.notes:
        return []
    return [
        edit
        for edit in list_revisions(NOTES, meeting.id)
        if inside or (public_at is not None and edit.at > public_at)
    ]


def list_who_may_attend(meeting: Meeting) -> list[Sitting]:
    """Who sits on the board, and who did when it met."""
    sitting = list_sitting(meeting.board_id)
    now = {one.account.id for one in sitting}
    before = [row.account for row in meeting.attendance if row.account_id not in now]
    return sitting + [Sitting(account, False) for account in before]


def list_sitting(board_id: int) -> list[Sitting]:
    """Who sits on a board, its chair first, then by name; each once."""
    query = (
        select(Account, Membership)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.board_id == board_id,
            Membership.role.in_(sorted(BOARD_ROLES)),
            Account.closed_at.is_(None),
        )
        .order_by(Account.name, Account.email)
    )
    held: dict[Account, list[Membership]] = {}
    for account, membership in db.session.execute(query):
        held.setdefault(account, []).append(membership)
    found = [
        Sitting(
            account,
            is_chair=any(one.role is Role.CHAIR for one in rows),
            since=min(one.since for one in rows),
            is_named=any(one.is_named for one in rows),
        )
        for account, rows in held.items()
    ]
    return sorted(found, key=lambda one: not one.is_chair)

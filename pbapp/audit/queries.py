"""Read the officers' log and check that nobody changed it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from pbapp.audit.chain import event_hash
from pbapp.audit.models import GENESIS, Event, Revision
from pbapp.db import db


@dataclass(frozen=True)
class ChainCheck:
    """`broken_at` is the number of the first event that does not fit; None when all fit."""

    events: int
    head: str
    broken_at: int | None


def check_chain(expected_head: str | None = None, expected_events: int = 0) -> ChainCheck:
    """Recompute every hash. With a head noted earlier, a log cut short since then shows too."""
    previous, count = GENESIS, 0
    seen = expected_head is None or expected_head == GENESIS
    for event in db.session.scalars(select(Event).order_by(Event.number)):
        count += 1
        fits = event.number == count and event.previous_hash == previous
        if not fits or event.hash != event_hash(event):
            return ChainCheck(count, previous, event.number)
        previous = event.hash
        seen = seen or previous == expected_head
    if not seen or count < expected_events:
        return ChainCheck(count, previous, count + 1)
    return ChainCheck(count, previous, None)


def holds_hash(start: str) -> bool:
    """Whether the officers' log has an entry of this hash, or one that begins so (16 digits)."""
    start = start.strip().lower()
    query = select(Event.number).where(Event.hash.startswith(start, autoescape=True))
    return len(start) >= 16 and db.session.scalar(query.limit(1)) is not None


def list_revisions(subject_type: str, subject_id: str | int) -> list[Revision]:
    """The edits of one thing, newest first."""
    query = (
        select(Revision)
        .where(Revision.subject_type == subject_type, Revision.subject_id == str(subject_id))
        .order_by(Revision.number.desc())
    )
    return list(db.session.scalars(query))


def list_of_each(subject_type: str, ids: Collection[int]) -> list[Revision]:
    """The edits of many things of one kind, newest first, in one query."""
    query = (
        select(Revision)
        .where(
            Revision.subject_type == subject_type,
            Revision.subject_id.in_([str(one) for one in ids]),
        )
        .order_by(Revision.id.desc())
    )
    return list(db.session.scalars(query))


def list_since(subject_type: str, subject_id: str | int, number: int) -> list[Revision]:
    """The edits of one thing after the one with this number, oldest first."""
    query = (
        select(Revision)
        .where(
            Revision.subject_type == subject_type,
            Revision.subject_id == str(subject_id),
            Revision.number > number,
        )
        .order_by(Revision.number)
    )
    return list(db.session.scalars(query))


def newest_number(subject_type: str, subject_id: str | int) -> int:
    """The number of the last edit of one thing; 0 before the first."""
    query = select(func.max(Revision.number)).where(
        Revision.subject_type == subject_type, Revision.subject_id == str(subject_id)
    )
    return db.session.scalar(query) or 0


def list_events(
    board_id: int, subject_type: str, *, page: int, per_page: int
) -> tuple[list[Event], int]:
    """One page of a board's events, the newest first, and how many there are in all."""
    query = select(Event).where(Event.board_id == board_id)
    if subject_type:
        query = query.where(Event.subject_type == subject_type)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page_of = query.order_by(Event.number.desc()).limit(per_page).offset((page - 1) * per_page)
    return list(db.session.scalars(page_of)), total


def list_subject_types(board_id: int) -> list[str]:
    """What the events of a board are about."""
    query = select(Event.subject_type).where(Event.board_id == board_id).distinct()
    return sorted(db.session.scalars(query))

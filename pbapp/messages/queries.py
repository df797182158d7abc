"""Read the outbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs.models import Job, JobState
from pbapp.messages.models import Follow, FollowState, Mail, MailState, Telling


def list_recent(limit: int = 50) -> list[Mail]:
    """The newest messages that still say something."""
    query = (
        select(Mail).where(Mail.context.is_not(None)).order_by(Mail.written_at.desc()).limit(limit)
    )
    return list(db.session.scalars(query))


def find(mail_id: UUID) -> Mail | None:
    return db.session.get(Mail, mail_id)


def any_left(keys: Collection[str]) -> bool:
    """Whether one of these messages was sent."""
    query = select(Mail.id).where(Mail.key.in_(keys), Mail.state == MailState.SENT)
    return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Failing:
    """Messages whose sending went wrong: those we try again, and those we gave up."""

    waiting: int
    failed: int


def failing() -> Failing:
    """How many messages no server would take."""
    query = (
        select(Job.state, func.count())
        .where(Job.kind == "messages.send", Job.error.is_not(None))
        .group_by(Job.state)
    )
    counts = {row[0]: row[1] for row in db.session.execute(query)}
    return Failing(counts.get(JobState.WAITING, 0), counts.get(JobState.FAILED, 0))


def count_written(start: str) -> int:
    """How many messages have a key that begins so."""
    query = (
        select(func.count()).select_from(Mail).where(Mail.key.startswith(start, autoescape=True))
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Progress:
    """How far one piece of news is: numbers, never addresses.

    `skipped` are addresses that refuse mail; `is_written` says whether all its mails are.
    """

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    skipped: int = 0
    is_written: bool = False

    @property
    def is_done(self) -> bool:
        return self.is_written and not self.waiting


def progress_of(telling_ids: Collection[int]) -> dict[int, Progress]:
    """How far pieces of news are, by their id."""
    query = (
        select(Mail.telling_id, Mail.state, func.count())
        .where(Mail.telling_id.in_(telling_ids))
        .group_by(Mail.telling_id, Mail.state)
    )
    counts = {(id, state): number for id, state, number in db.session.execute(query)}
    tellings = db.session.scalars(select(Telling).where(Telling.id.in_(telling_ids)))
    return {
        one.id: Progress(
            sent=counts.get((one.id, MailState.SENT), 0),
            failed=counts.get((one.id, MailState.FAILED), 0),
            waiting=counts.get((one.id, MailState.WAITING), 0),
            skipped=one.skipped,
            is_written=one.ended_at is not None,
        )
        for one in tellings
    }


def list_tellings(limit: int = 30) -> list[Telling]:
    """The newest pieces of news, but those that reached nobody."""
    reached = (Telling.written + Telling.skipped > 0) | Telling.ended_at.is_(None)
    query = select(Telling).where(reached).order_by(Telling.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def count_followers(subjects: Collection[str]) -> dict[str, int]:
    """How many confirmed addresses follow each subject."""
    query = (
        select(Follow.subject, func.count())
        .where(Follow.subject.in_(subjects), Follow.state == FollowState.CONFIRMED)
        .group_by(Follow.subject)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def count_by_state(since: datetime) -> dict[MailState, int]:
    """How many messages of every kind were written since a moment, by what became of them."""
    query = select(Mail.state, func.count()).where(Mail.written_at >= since).group_by(Mail.state)
    return {row[0]: row[1] for row in db.session.execute(query)}

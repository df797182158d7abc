"""Read the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs.models import Job, JobState
from pbapp.messages.models import Mail


def list_recent(limit: int = 50) -> list[Mail]:
    """The newest messages that still say something."""
    query = (
        select(Mail).where(Mail.context.is_not(None)).order_by(Mail.written_at.desc()).limit(limit)
    )
    return list(db.session.scalars(query))


def find(mail_id: UUID) -> Mail | None:
    return db.session.get(Mail, mail_id)


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

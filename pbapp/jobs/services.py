"""Ask for slow work, and do it: the table is the truth, the queue only says "now"."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from pbapp import clock
from pbapp.db import db, flush, write_transaction
from pbapp.jobs.models import Job, JobState, Pulse

Work = Callable[..., None]
RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
LOST_AFTER = timedelta(minutes=15)
ANSWER = "answer"
WORKER = "worker"
_kinds: dict[str, Work] = {}
_quick: set[str] = set()
_log = logging.getLogger("pbapp.jobs")


class Line(enum.StrEnum):
    """Where a job waits for its turn: a code to sign in must not wait for a booklet."""

    QUICK = "quick"
    SLOW = "slow"


def job(kind: str, line: Line = Line.SLOW) -> Callable[[Work], Work]:
    """Register how one kind of job is done, and in which line it waits.

    The function gets the job's id and its arguments by name, and opens its own transactions; it
    must be safe to run again from the start, and beside any job of the other line.
    """

    def register(work: Work) -> Work:
        _kinds[kind] = work
        if line is Line.QUICK:
            _quick.add(kind)
        return work

    return register


def ask(*, kind: str, arguments: dict[str, Any], not_before: datetime | None = None) -> Job:
    """Ask for a job in the current transaction: it exists if and only if that commits."""
    wanted = Job(
        kind=kind,
        arguments=arguments,
        asked_at=clock.now(),
        not_before=not_before or clock.now(),
    )
    db.session.add(wanted)
    flush()
    return wanted


def find_newest(kind: str, argument: str, value: int) -> Job | None:
    """The newest job of a kind that was asked for with this argument."""
    query = (
        select(Job)
        .where(Job.kind == kind, Job.arguments[argument].as_integer() == value)
        .order_by(Job.asked_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def beat() -> None:
    """The worker is alive; it says so every minute."""
    row = db.session.get(Pulse, WORKER) or Pulse(name=WORKER)
    row.at = clock.now()
    db.session.add(row)
    flush()


def worker_seen_at() -> datetime | None:
    """When the worker last said that it is alive; None if it never did."""
    row = db.session.get(Pulse, WORKER)
    return row.at if row is not None else None


def is_at_work(job: Job | None) -> bool:
    """Whether a job waits for its turn or runs."""
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)


def answer(job_id: UUID, found: dict[str, Any]) -> None:
    """Keep what a job found with the job itself (`answer_of`), in the current transaction."""
    asked = db.session.get_one(Job, job_id)
    asked.arguments = {**asked.arguments, ANSWER: found}
    flush()


def answer_of(job: Job | None) -> dict[str, Any] | None:
    """What a finished job found; None before."""
    if job is None or job.state is not JobState.DONE:
        return None
    found: dict[str, Any] | None = job.arguments.get(ANSWER)
    return found


def has_answered(job_id: UUID) -> bool:
    """Whether an earlier run kept its answer, in case the worker died just after."""
    return ANSWER in db.session.get_one(Job, job_id).arguments


def due(line: Line | None = None, limit: int = 100) -> list[UUID]:
    """Ids of the jobs to run now, of one line or of both: those that wait, and those whose worker
    died."""
    now = clock.now()
    lost = (Job.state == JobState.RUNNING) & (Job.started_at < now - LOST_AFTER)
    waiting = (Job.state == JobState.WAITING) & (Job.not_before <= now)
    query = select(Job.id).where(or_(waiting, lost)).order_by(Job.not_before).limit(limit)
    if line is not None:
        is_quick = Job.kind.in_(_quick)
        query = query.where(is_quick if line is Line.QUICK else ~is_quick)
    return list(db.session.scalars(query))


def run_due(line: Line | None = None) -> int:
    """Run every due job of one line or of both, one after another; returns how many were begun."""
    count = 0
    while ids := due(line):
        db.session.rollback()
        for job_id in ids:
            count += run(job_id)
    db.session.rollback()
    return count


def run(job_id: UUID) -> bool:
    """Claim one job and do it; False if somebody else has it. A failure is kept and tried again."""
    with write_transaction():
        claimed = _claim(job_id)
        db.session.commit()
    if claimed is None:
        return False
    kind, arguments, attempts = claimed
    try:
        _kinds[kind](job_id=job_id, **arguments)
    except Exception as error:
        _log.exception("job failed", extra={"facts": {"kind": kind, "job": str(job_id)}})
        with write_transaction():
            _failed(job_id, error, attempts)
            db.session.commit()
    else:
        with write_transaction():
            _set(job_id, state=JobState.DONE, ended_at=clock.now(), error=None)
            db.session.commit()
    return True


def report(job_id: UUID, *, done: int, total: int | None = None, step: str | None = None) -> None:
    """Tell how far a job has got; shows at once, in a transaction of its own."""
    with write_transaction():
        _set(job_id, done=done, total=total, step=step)
        db.session.commit()


def _claim(job_id: UUID) -> tuple[str, dict[str, Any], int] | None:
    wanted = db.session.get(Job, job_id, with_for_update=True)
    now = clock.now()
    if wanted is None or wanted.state in (JobState.DONE, JobState.FAILED):
        return None
    if wanted.state is JobState.RUNNING and (wanted.started_at or now) >= now - LOST_AFTER:
        return None
    if wanted.not_before > now:
        return None
    wanted.state = JobState.RUNNING
    wanted.started_at = now
    wanted.attempts += 1
    given = {name: value for name, value in wanted.arguments.items() if name != ANSWER}
    return wanted.kind, given, wanted.attempts


def _failed(job_id: UUID, error: Exception, attempts: int) -> None:
    # The kind of error only: its text may hold what people typed.
    reason = type(error).__name__
    if attempts <= len(RETRY_AFTER):
        again = clock.now() + RETRY_AFTER[attempts - 1]
        _set(job_id, state=JobState.WAITING, not_before=again, error=reason)
    else:
        _set(job_id, state=JobState.FAILED, ended_at=clock.now(), error=reason)


def _set(job_id: UUID, **values: Any) -> None:
    db.session.execute(update(Job).where(Job.id == job_id).values(**values))

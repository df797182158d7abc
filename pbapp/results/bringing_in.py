"""Bring a whole election in: the worker reads a .pb file, counts it, or says what is wrong."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, write_transaction
from pbapp.jobs import parcels
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.jobs.services import job, report
from pbapp.refusal import N_, Refused
from pbapp.results import importing
from pbapp.tally import PabulibError, parse_pabulib_bytes

BRING_IN_JOB = "results.bring_in"
KEPT_FOR = timedelta(days=1)
STEPS = (N_("Reading the file"), N_("Counting"), N_("Writing the result down"))
MOST_PROBLEMS = 50


def ask(*, data: bytes, rule: str, by: Account) -> Job:
    """Ask the worker to bring an election in. The file travels with the job."""
    arguments = {"file": parcels.pack(data), "rule": rule, "actor": by.actor}
    return jobs.ask(kind=BRING_IN_JOB, arguments=arguments)


def forget_old() -> None:
    """Delete what was asked more than a day ago, with its file: it may tell of single voters."""
    over = clock.now() - KEPT_FOR
    db.session.execute(delete(Job).where(Job.kind == BRING_IN_JOB, Job.asked_at < over))


@job(BRING_IN_JOB)
def bring_in(*, job_id: UUID, file: str, rule: str, actor: str) -> None:
    """Read, count, keep, and answer with the round's address or with what is wrong, by line.

    The answer is kept in the transaction that keeps the round: killed anywhere, the next run
    either finds both or does both.
    """
    answered = jobs.has_answered(job_id)
    db.session.rollback()
    if answered:
        return
    try:
        _bring_in(job_id, parcels.unpack(file), rule, actor)
    except PabulibError as error:
        _answer(job_id, problems=[str(problem) for problem in error.problems[:MOST_PROBLEMS]])
    except Refused as refused:
        _answer(job_id, problems=[str(refused)])


def _bring_in(job_id: UUID, source: bytes, rule: str, actor: str) -> None:
    report(job_id, done=0, total=len(STEPS), step=STEPS[0])
    election = parse_pabulib_bytes(source)
    report(job_id, done=1, total=len(STEPS), step=STEPS[1])
    counted = importing.prepare(election=election, source=source, rule=rule)
    report(job_id, done=2, total=len(STEPS), step=STEPS[2])
    with write_transaction():
        count = importing.import_pabulib(counted=counted, actor=actor)
        jobs.answer(job_id, {"slug": count.round.slug})
        db.session.commit()


def _answer(job_id: UUID, *, problems: list[str]) -> None:
    with write_transaction():
        jobs.answer(job_id, {"problems": problems})
        db.session.commit()

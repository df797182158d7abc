"""The worker seals: a look each minute, and one job for each round that has something to seal."""

from __future__ import annotations

from uuid import UUID

from pbapp.ballots import journal
from pbapp.ballots.log import due, heads, queries, services
from pbapp.ballots.paper import tables
from pbapp.db import db, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import Line, job
from pbapp.rounds.queries import find_round_by_id
from pbapp.web.context import settings

SEAL_JOB = "ballots.seal"


@job(SEAL_JOB, Line.QUICK)
def seal(*, job_id: UUID, round_id: int) -> None:
    """Seal what is due in one round, whole or not at all, and note its head beside the keys."""
    keys = settings().keys
    settle(round_id)
    with write_transaction():
        round = find_round_by_id(round_id)
        if round is not None:
            services.seal_batch(round=round, keys=keys)
        db.session.commit()
    journal.empty()
    heads.note(keys, round_id)
    db.session.rollback()


def settle(round_id: int) -> None:
    """Take out online votes of people who then voted at a table, in a transaction of its own.

    Closing does it too, but there marks and mails are written, and a ballot never is with them.
    """
    with write_transaction():
        round = find_round_by_id(round_id)
        can_close = round is not None and due.why_not_close(round) is None
        if round is not None and can_close and not queries.is_closed(round_id):
            tables.settle(round=round, keys=settings().keys)
        db.session.commit()


def ask_if_due() -> int:
    """Ask for a job for each round with a batch to seal; how many. Notes heads left unnoted."""
    heads.note(settings().keys)
    asked = 0
    for round_id in queries.open_logs():
        round = find_round_by_id(round_id)
        if round is None or not (due.is_checkpoint_due(round) or due.is_close_due(round)):
            continue
        if not jobs.is_at_work(jobs.find_newest(SEAL_JOB, "round_id", round_id)):
            jobs.ask(kind=SEAL_JOB, arguments={"round_id": round_id})
            asked += 1
    return asked

"""The count as a job: freeze, count, keep, each in its own transaction and safe to run again."""

from __future__ import annotations

from uuid import UUID

from pbapp.ballots.log import sealing
from pbapp.db import db, write_transaction
from pbapp.jobs.services import job, report
from pbapp.refusal import N_
from pbapp.results import assurance, services
from pbapp.results.queries import (
    COUNT_JOB,
    find_official_count,
    find_profile,
    get_profile,
    list_counted_profiles,
    list_official_counts,
)
from pbapp.results.reckoning import reckon_other, reckon_round
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.web.context import settings

STEPS = (
    N_("Copying the ballots"),
    N_("Counting"),
    N_("Writing the result down"),
    N_("Counting by another rule, to compare"),
)


@job(COUNT_JOB)
def count_round(*, job_id: UUID, round_id: int, actor: str) -> None:
    """Freeze a round's ballots and count them. Killed anywhere, the next run goes on from there:
    what is frozen stays frozen, and the same file gives the same result."""
    if _counted(job_id, round_id, actor):
        _say(job_id, 3)
        _compare(round_id, actor)
        _check_assurance(round_id)
        report(job_id, done=len(STEPS), total=len(STEPS))


def _counted(job_id: UUID, round_id: int, actor: str) -> bool:
    """See that the round has its official count; False if there is no such round."""
    _say(job_id, 0)
    sealing.settle(round_id)
    with write_transaction():
        round = find_round_by_id(round_id)
        if round is None or find_official_count(round) is not None:
            return round is not None
        if find_profile(round_id) is None:
            services.close_and_freeze(round=round, keys=settings().keys, actor=actor)
        db.session.commit()
    _say(job_id, 1)
    # Slow, so outside any write transaction.
    reckoned = reckon_round(_round(round_id))
    db.session.rollback()
    _say(job_id, 2)
    with write_transaction():
        kept = {profile.pot: profile for profile in list_counted_profiles(_round(round_id))}
        services.keep_round(
            reckoned=[(kept[profile.pot], reckoning) for profile, reckoning in reckoned],
            actor=actor,
        )
        db.session.commit()
    return True


def _round(round_id: int) -> Round:
    return get_profile(round_id).round


def _compare(round_id: int, actor: str) -> None:
    """Count by the other rule too: slow again, and it decides nothing."""
    for official in list_official_counts(_round(round_id)):
        reckoning = reckon_other(official=official)
        if reckoning is not None:
            db.session.rollback()
            with write_transaction():
                services.keep_other(official=official, reckoning=reckoning, actor=actor)
                db.session.commit()


def _check_assurance(round_id: int) -> None:
    """See whether the winners rest on votes let in by an address alone: one word is kept."""
    found = assurance.find_out(_round(round_id))
    if found is not None:
        db.session.rollback()
        with write_transaction():
            assurance.keep(_round(round_id), found)
            db.session.commit()


def _say(job_id: UUID, done: int) -> None:
    report(job_id, done=done, total=len(STEPS), step=STEPS[done])

"""Counting again for anybody: from the frozen bytes, with the stored rule, as a job."""

from __future__ import annotations

import zlib
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from pbapp.db import advisory_lock, db, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.services import job, report
from pbapp.refusal import N_, Refused
from pbapp.results import freezing, sealed
from pbapp.results.models import Count
from pbapp.results.queries import list_allocations
from pbapp.tally import count as count_votes
from pbapp.tally import parameters_digest, rule_from_dict

RECOUNT_JOB = "results.recount"


def find_recount(count: Count) -> Job | None:
    """The newest time somebody asked to count again."""
    return jobs.find_newest(RECOUNT_JOB, "count_id", count.id)


def ask_to_recount(*, count: Count) -> Job:
    """Ask the worker to count again; while it does, a second press finds the first."""
    advisory_lock(f"recount {count.id}")
    asked = find_recount(count)
    if asked is not None and jobs.is_at_work(asked):
        return asked
    return jobs.ask(kind=RECOUNT_JOB, arguments={"count_id": count.id})


@job(RECOUNT_JOB)
def recount(*, job_id: UUID, count_id: int) -> None:
    """Count again and keep with the job what came out; the result itself is never touched."""
    report(job_id, done=0, total=1, step=N_("Counting again"))
    count = db.session.get_one(Count, count_id)
    found = count_again(count)
    db.session.rollback()
    with write_transaction():
        jobs.answer(job_id, found)
        db.session.commit()
    report(job_id, done=1, total=1)


def count_again(count: Count) -> dict[str, Any]:
    """Whether file and rule are the published ones, and who wins when they are counted again."""
    rows = list_allocations(count)
    stored = {"rule": count.rule, "parameters": count.parameters}
    found: dict[str, Any] = {
        "ballots_same": False,
        "rule_same": parameters_digest(stored) == count.parameters_digest,
        "before": [row.project_key for row in rows if row.is_funded],
        "now": [],
        "total_same": False,
    }
    try:
        election = freezing.read(count.profile)
    except (Refused, OSError, EOFError, zlib.error):
        return found
    rule = rule_from_dict(count.rule, count.parameters)
    outcome = count_votes(
        election.instance,
        election.profile,
        rule,
        carried_in=count.carried_in,
        explain=False,
    )
    return {
        **found,
        "ballots_same": True,
        "now": list(outcome.winners),
        "total_same": outcome.total_cost == count.total_cost,
    }


# --- the page ------------------------------------------------------------------------------------


def page_of(count: Count) -> dict[str, Any]:
    """What the page of the newest recount shows: at work, the same, or what differs."""
    asked = find_recount(count)
    found = jobs.answer_of(asked)
    state = "none"
    if jobs.is_at_work(asked):
        state = "running"
    elif found is not None:
        state = "same" if is_same(found) else "differs"
    elif asked is not None and asked.state is JobState.FAILED:
        state = "failed"
    differences = _differences(count, found) if found is not None and state == "differs" else []
    return {
        "count": count,
        "pot": sealed.pot_name(count.round, count.pot),
        "job": asked,
        "state": state,
        "found": found,
        "differences": differences,
    }


def is_same(found: dict[str, Any]) -> bool:
    checks = found["ballots_same"], found["rule_same"], found["total_same"]
    return all(checks) and found["before"] == found["now"]


def _differences(count: Count, found: dict[str, Any]) -> list[str]:
    """What differs, each in one sentence."""
    said = []
    if not found["rule_same"]:
        said.append(_("The stored rule does not have its published fingerprint."))
    if not found["ballots_same"]:
        said.append(
            _("The stored ballots do not have their published fingerprint, so we did not count.")
        )
        return said
    titles = {row.project_key: row.title for row in list_allocations(count)}
    before, now = found["before"], found["now"]
    said += [
        _(
            "“%(title)s” is funded in the published result, and not in this count.",
            title=titles[key],
        )
        for key in before
        if key not in now
    ]
    said += [
        _(
            "“%(title)s” is funded in this count, and not in the published result.",
            title=titles[key],
        )
        for key in now
        if key not in before
    ]
    if set(before) == set(now) and before != now:
        said.append(_("The same projects win, in another order."))
    if not found["total_same"]:
        said.append(_("The winners cost another sum together."))
    return said

"""The job behind it: read a .pb file, count it and keep it, or say what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from pbapp.db import db, write_transaction
from pbapp.jobs.services import job, report
from pbapp.refusal import N_, Refused
from pbapp.results import importing
from pbapp.tally import PabulibError, read_pabulib, sha256
from pbapp.web.context import settings

BRING_IN_JOB = "results.bring_in"
FOLDER = "elections"
STEPS = (N_("Reading the file"), N_("Counting"), N_("Writing the result down"))
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Told:
    """What came of it: the address of the round, or the problems in the file, by line."""

    slug: str = ""
    problems: list[str] = field(default_factory=list)


def keep_file(instance: Path, data: bytes) -> str:
    """Put the file where the worker finds it; returns its name there."""
    folder = instance / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{sha256(data)}.pb"
    (folder / name).write_bytes(data)
    return name


def read_told(instance: Path, job_id: UUID) -> Told | None:
    """What a job has told so far; None while it is at work."""
    path = _told_path(instance, job_id)
    return Told(**json.loads(path.read_text())) if path.is_file() else None


@job(BRING_IN_JOB)
def bring_in(*, job_id: UUID, file: str, rule: str, actor: str) -> None:
    """Read, count, keep. Killed anywhere, the next run starts again and keeps it once."""
    instance = settings().instance
    path = instance / FOLDER / Path(file).name
    if read_told(instance, job_id) is not None:
        return
    try:
        told = Told(slug=_bring_in(job_id, path, rule, actor))
    except PabulibError as error:
        told = Told(problems=[str(problem) for problem in error.problems[:MOST_PROBLEMS]])
    except Refused as refused:
        told = Told(problems=[str(refused)])
    _told_path(instance, job_id).write_text(json.dumps(asdict(told)))
    path.unlink(missing_ok=True)


def _bring_in(job_id: UUID, path: Path, rule: str, actor: str) -> str:
    report(job_id, done=0, total=len(STEPS), step=STEPS[0])
    election = read_pabulib(path)
    report(job_id, done=1, total=len(STEPS), step=STEPS[1])
    counted = importing.prepare(election=election, source=path.read_bytes(), rule=rule)
    report(job_id, done=2, total=len(STEPS), step=STEPS[2])
    with write_transaction():
        count = importing.import_pabulib(counted=counted, actor=actor)
        slug = count.round.slug
        db.session.commit()
    report(job_id, done=3, total=len(STEPS))
    return slug


def _told_path(instance: Path, job_id: UUID) -> Path:
    return instance / FOLDER / f"{job_id}.json"

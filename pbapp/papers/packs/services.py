"""Ask for a pack, keep it, publish it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.db import advisory_lock, db, flush
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.meetings.services import may_run, prepare
from pbapp.papers.packs.document import canonical, digest_of
from pbapp.papers.packs.models import Pack, PackFile
from pbapp.papers.packs.queries import FILES_JOB, PACK_JOB, facts_of, find_job, find_newest
from pbapp.refusal import N_, Refused


@dataclass(frozen=True)
class Made:
    """A file of a document: 0 is the pack, others are its reports in their order."""

    document: int
    ending: str
    data: bytes


def press(*, meeting: Meeting, by: Account) -> Job:
    """Ask the worker for a meeting's pack; while one is being made, that is the one asked for."""
    _must_run(meeting, by)
    if meeting.is_cancelled:
        raise Refused(N_("This meeting is cancelled, so it needs no pack."))
    prepare(meeting)
    advisory_lock(f"pack {meeting.id}")
    there = find_job(meeting.id)
    if there is not None and jobs.is_at_work(there):
        return there
    asked = jobs.ask(kind=PACK_JOB, arguments={"meeting_id": meeting.id, "asked_by": str(by.id)})
    _log(meeting, by.actor, "pack.asked")
    return asked


def says_nothing_new(meeting: Meeting, facts: dict[str, Any]) -> Pack | None:
    """The newest pack, if it says the same as these facts do."""
    newest = find_newest(meeting.id)
    if newest is None or facts_of(newest)["documents"] != facts["documents"]:
        return None
    return newest


def keep(
    *, meeting: Meeting, facts: dict[str, Any], files: Iterable[Made], asked_by: Account | None
) -> Pack:
    """Freeze a pack, and put its digest into the officers' log."""
    advisory_lock(f"pack {meeting.id}")
    newest = find_newest(meeting.id)
    said = canonical(facts)
    pack = Pack(
        meeting_id=meeting.id,
        version=newest.version + 1 if newest else 1,
        facts=said,
        digest=digest_of(said),
        log_number=facts["log"]["number"],
        log_head=facts["log"]["head"],
        made_at=clock.now(),
        asked_by_id=asked_by.id if asked_by else None,
        files=[
            PackFile(document=one.document, ending=one.ending, data=one.data, size=len(one.data))
            for one in files
        ],
    )
    db.session.add(pack)
    flush()
    actor = asked_by.actor if asked_by else "worker"
    _log(meeting, actor, "pack.made", {"version": pack.version, "digest": pack.digest})
    return pack


def ask_for_files(*, pack: Pack, by: Account) -> Job:
    """Ask the worker for the files that a pack has not got; while it is at it, that is the one."""
    _must_run(pack.meeting, by)
    advisory_lock(f"pack {pack.meeting_id}")
    there = jobs.find_newest(FILES_JOB, "pack_id", pack.id)
    if there is not None and jobs.is_at_work(there):
        return there
    return jobs.ask(kind=FILES_JOB, arguments={"pack_id": pack.id})


def add_files(*, pack: Pack, files: Iterable[Made]) -> None:
    """Files more of the same frozen facts."""
    advisory_lock(f"pack {pack.meeting_id}")
    db.session.refresh(pack, ["files"])
    there = {(file.document, file.ending) for file in pack.files}
    for one in files:
        if (one.document, one.ending) not in there:
            size = len(one.data)
            pack.files.append(
                PackFile(document=one.document, ending=one.ending, data=one.data, size=size)
            )
    flush()


def publish(*, pack: Pack, by: Account) -> None:
    """Let everybody read a pack; it stays so."""
    _must_run(pack.meeting, by)
    if pack.published_at is None:
        pack.published_at = clock.now()
        flush()
        _log(pack.meeting, by.actor, "pack.published", {"version": pack.version})


def _must_run(meeting: Meeting, by: Account) -> None:
    if not may_run(by, meeting.board_id):
        raise Refused(N_("Only the clerk or the chair of this board can do this."))


def _log(meeting: Meeting, actor: str, verb: str, facts: dict[str, Any] | None = None) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="meeting",
        subject_id=meeting.id,
        board_id=meeting.board_id,
        facts=facts,
    )

"""Packs of meetings, and the job that is making one."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from pbapp.audit.models import GENESIS, Event
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack, PackFile

PACK_JOB = "papers.pack"
FILES_JOB = "papers.pack_files"
ENDINGS = ("pdf", "docx")


def list_packs(meeting_ids: Collection[int], *, inside: bool) -> dict[int, list[Pack]]:
    """Packs by meeting, the newest version first; without those for the board alone."""
    query = (
        select(Pack)
        .options(selectinload(Pack.files))
        .where(Pack.meeting_id.in_(meeting_ids))
        .order_by(Pack.version.desc())
    )
    found: dict[int, list[Pack]] = {}
    for pack in db.session.scalars(query):
        if inside or pack.published_at:
            found.setdefault(pack.meeting_id, []).append(pack)
    return found


def find_pack(meeting: Meeting, version: int) -> Pack | None:
    """A version of a meeting's pack, with all it says."""
    query = (
        select(Pack)
        .options(undefer(Pack.facts), selectinload(Pack.files))
        .where(Pack.meeting_id == meeting.id, Pack.version == version)
    )
    return db.session.scalar(query)


def find_newest(meeting_id: int) -> Pack | None:
    query = (
        select(Pack)
        .options(undefer(Pack.facts))
        .where(Pack.meeting_id == meeting_id)
        .order_by(Pack.version.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def find_file(pack: Pack, document: int, ending: str) -> PackFile | None:
    query = (
        select(PackFile)
        .options(undefer(PackFile.data))
        .where(
            PackFile.pack_id == pack.id, PackFile.document == document, PackFile.ending == ending
        )
    )
    return db.session.scalar(query)


def facts_of(pack: Pack) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(pack.facts)
    return facts


def find_job(meeting_id: int) -> Job | None:
    """The newest job that makes, or made, a pack of this meeting."""
    return jobs.find_newest(PACK_JOB, "meeting_id", meeting_id)


def log_head() -> tuple[int, str]:
    """The last entry of the officers' log: its number and its hash, which covers all before."""
    last = db.session.execute(
        select(Event.number, Event.hash).order_by(Event.number.desc()).limit(1)
    ).first()
    return (last[0], last[1]) if last else (0, GENESIS)

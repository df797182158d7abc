"""Files that the worker made, on their way to whoever asked: kept with the job's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pbapp.jobs import parcels, services
from pbapp.jobs.models import Job

PDF = "application/pdf"


@dataclass(frozen=True)
class File:
    """A file to download: what it is called and what is in it. `about` says what it is for."""

    name: str
    data: bytes
    about: str = ""
    media_type: str = PDF


def deliver(job_id: UUID, files: Sequence[File], **facts: Any) -> None:
    """Keep files, and other facts, as the job's answer, in the current transaction."""
    packed = [
        {
            "name": file.name,
            "about": file.about,
            "media_type": file.media_type,
            "bytes": len(file.data),
            "data": parcels.pack(file.data),
        }
        for file in files
    ]
    services.answer(job_id, {**facts, "files": packed})


def open_file(job: Job, place: int) -> File | None:
    """One of the files of a finished job, by its place in the list."""
    found = (services.answer_of(job) or {}).get("files", [])
    if not 0 <= place < len(found):
        return None
    kept = found[place]
    return File(kept["name"], parcels.unpack(kept["data"]), kept["about"], kept["media_type"])

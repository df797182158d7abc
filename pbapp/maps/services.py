"""Keep drawn maps, and ask for them to be drawn."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from pbapp import clock
from pbapp.db import db, flush
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.maps.models import MapPart

BUILD = "maps.build"


def ask_for_maps() -> Job:
    """Ask for every board's map to be drawn anew, when the current transaction commits."""
    return jobs.ask(kind=BUILD, arguments={})


def keep_part(
    *,
    subject: str,
    language: str,
    digest: str,
    script_gz: bytes,
    attribution: str,
    is_schematic: bool,
) -> bool:
    """Keep a drawn map in place of the one before; False if it is the same one."""
    part = db.session.scalar(
        select(MapPart).where(MapPart.subject == subject, MapPart.language == language)
    )
    if part is None:
        part = MapPart(subject=subject, language=language)
        db.session.add(part)
    elif (part.digest, part.attribution, part.is_schematic) == (digest, attribution, is_schematic):
        return False
    part.digest = digest
    part.script_gz = script_gz
    part.attribution = attribution
    part.is_schematic = is_schematic
    part.built_at = clock.now()
    flush()
    return True


def forget_parts_but(kept: Collection[tuple[str, str]]) -> None:
    """Remove maps whose subject or language is no longer there."""
    for part in db.session.scalars(select(MapPart)).all():
        if (part.subject, part.language) not in kept:
            db.session.execute(delete(MapPart).where(MapPart.id == part.id))

"""Write to the officers' log and to the history of edits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.audit.chain import event_hash
from pbapp.audit.models import GENESIS, Event, Revision
from pbapp.audit.queries import list_since, newest_number
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused

CHANGED = N_(
    "Somebody else changed this while you were working on it. Their change is above. "
    "Press Save again to replace it with yours."
)


def record(
    *,
    actor: str,
    verb: str,
    subject_type: str,
    subject_id: str | int,
    board_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> Event:
    """Append one event to the chain. `facts` is plain JSON without names or addresses."""
    advisory_lock("audit chain")
    last = db.session.scalar(select(Event).order_by(Event.number.desc()).limit(1))
    event = Event(
        number=last.number + 1 if last else 1,
        at=clock.now(),
        actor=actor,
        verb=verb,
        subject_type=subject_type,
        subject_id=str(subject_id),
        board_id=board_id,
        facts=facts or {},
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = event_hash(event)
    db.session.add(event)
    flush()
    return event


def revise(
    *,
    subject_type: str,
    subject_id: str | int,
    by: str,
    before: dict[str, Any],
    after: dict[str, Any],
    note: str | None = None,
    raw: dict[str, Any] | None = None,
    undoes: int | None = None,
) -> Revision | None:
    """Keep what an edit changed; None if it changed nothing.

    `before` and `after` map field names to plain JSON values. `raw` and `undoes`: see `Revision`.
    """
    changes = {
        field: [before.get(field), value]
        for field, value in after.items()
        if before.get(field) != value
    }
    if not changes and note is None:
        return None
    revision = Revision(
        subject_type=subject_type,
        subject_id=str(subject_id),
        number=newest_number(subject_type, subject_id) + 1,
        at=clock.now(),
        by=by,
        note=note,
        changes=changes,
        raw=raw,
        undoes=undoes,
    )
    db.session.add(revision)
    flush()
    return revision


def refuse_if_changed(
    subject_type: str,
    subject_id: str | int,
    *,
    seen: int | None,
    by: str,
    fields: Collection[str] | None = None,
) -> None:
    """Refuse to overwrite what somebody else changed after the edit numbered `seen`.

    `fields` says which changes matter; None: all. `seen` None: nobody looked at a page before.
    """
    if seen is None:
        return
    advisory_lock(f"{subject_type} {subject_id}")
    for revision in list_since(subject_type, subject_id, seen):
        if revision.by != by and (fields is None or set(fields) & set(revision.changes)):
            raise Refused(CHANGED)

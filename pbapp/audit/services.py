"""Write to the officers' log and to the history of edits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from pbapp import clock
from pbapp.audit.chain import event_hash
from pbapp.audit.models import GENESIS, Event, Revision
from pbapp.db import advisory_lock, db, flush


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
) -> Revision | None:
    """Keep what an edit changed; None if it changed nothing.

    `before` and `after` map field names to plain JSON values.
    """
    changes = {
        field: [before.get(field), value]
        for field, value in after.items()
        if before.get(field) != value
    }
    if not changes and note is None:
        return None
    last = db.session.scalar(
        select(func.max(Revision.number)).where(
            Revision.subject_type == subject_type, Revision.subject_id == str(subject_id)
        )
    )
    revision = Revision(
        subject_type=subject_type,
        subject_id=str(subject_id),
        number=(last or 0) + 1,
        at=clock.now(),
        by=by,
        note=note,
        changes=changes,
    )
    db.session.add(revision)
    flush()
    return revision

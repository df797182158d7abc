"""Who has a stake in a thing: said by each person themselves before they see what to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.db import advisory_lock, db, flush
from pbapp.decisions.models import Conflict
from pbapp.refusal import N_, Refused

DECLARED = N_("You have said that you have a connection to this, so somebody else has to decide.")
MISTAKE_FOR = timedelta(minutes=10)


def find(subject_type: str, subject_id: UUID | str | int, account_id: UUID) -> Conflict | None:
    """What this person said of this thing; None if they have not said anything yet."""
    query = select(Conflict).where(
        Conflict.subject_type == subject_type,
        Conflict.subject_id == str(subject_id),
        Conflict.account_id == account_id,
    )
    return db.session.scalar(query)


def has_one(subject_type: str, subject_id: UUID | str | int, by: Account) -> bool:
    """Whether this person has said that they have a stake in it."""
    found = find(subject_type, subject_id, by.id)
    return found is not None and found.stands


def list_for(subject_type: str, subject_ids: Iterable[UUID | str | int]) -> list[Conflict]:
    """What everybody said of these things, in one query."""
    ids = [str(subject_id) for subject_id in subject_ids]
    query = select(Conflict).where(
        Conflict.subject_type == subject_type, Conflict.subject_id.in_(ids)
    )
    return list(db.session.scalars(query)) if ids else []


def declare(
    *,
    subject_type: str,
    subject_id: UUID | str | int,
    by: Account,
    what: str,
    board_id: int | None = None,
) -> Conflict:
    """Say that one has no stake (`what` empty) or which. It may be added to at any time.

    Taking it back is for slips only: raises `Refused` later than ten minutes after.
    """
    advisory_lock(f"conflict {subject_type} {subject_id} {by.id}")
    said = what.strip()
    found = find(subject_type, subject_id, by.id)
    if found is not None and found.what == said:
        return found  # a second click
    if found is not None and not said and clock.now() > found.declared_at + MISTAKE_FOR:
        raise Refused(
            N_("You said that you have a connection. That stands: somebody else has to decide."),
            "has_conflict",
        )
    if found is None:
        found = Conflict(
            subject_type=subject_type, subject_id=str(subject_id), account_id=by.id, what=said
        )
        db.session.add(found)
    found.what, found.declared_at = said, clock.now()
    flush()
    audit.record(
        actor=by.actor,
        verb=f"{subject_type}.conflict_declared",
        subject_type=subject_type,
        subject_id=str(subject_id),
        board_id=board_id,
        facts={"has_conflict": found.stands},
    )
    return found

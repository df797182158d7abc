"""What was decided on one thing, or on many."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from pbapp.db import db
from pbapp.decisions.models import Decision


def find(decision_id: UUID) -> Decision | None:
    return db.session.get(Decision, decision_id)


def list_for(subject_type: str, subject_id: UUID | str) -> list[Decision]:
    """Every decision on one thing, newest first; undone ones are among them."""
    query = (
        select(Decision)
        .where(Decision.subject_type == subject_type, Decision.subject_id == str(subject_id))
        .order_by(Decision.at.desc())
    )
    return list(db.session.scalars(query))


def find_latest(subject_type: str, subject_id: UUID | str) -> Decision | None:
    """The decision that stands: the newest that was not undone."""
    return latest_for(subject_type, [subject_id]).get(str(subject_id))


def latest_for(subject_type: str, subject_ids: Iterable[UUID | str]) -> dict[str, Decision]:
    """Subject id (as text) to the decision that stands, in one query."""
    ids = [str(subject_id) for subject_id in subject_ids]
    if not ids:
        return {}
    query = (
        select(Decision)
        .where(
            Decision.subject_type == subject_type,
            Decision.subject_id.in_(ids),
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.at)
    )
    return {decision.subject_id: decision for decision in db.session.scalars(query)}

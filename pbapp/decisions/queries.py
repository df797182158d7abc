"""What was decided on one thing, or on many."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from pbapp.db import db
from pbapp.decisions.models import Appeal, Decision, Refusal


def find(decision_id: UUID) -> Decision | None:
    return db.session.get(Decision, decision_id)


def list_for(subject_type: str, subject_id: UUID | str) -> list[Decision]:
    """Every decision on one thing, newest first; undone ones are among them."""
    query = (
        select(Decision)
        .where(Decision.subject_type == subject_type, Decision.subject_id == str(subject_id))
        .order_by(Decision.at.desc(), Decision.id)
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
        .order_by(Decision.at, Decision.id.desc())
    )
    return {decision.subject_id: decision for decision in db.session.scalars(query)}


def find_open_refusal(subject_type: str, subject_id: UUID | str) -> Refusal | None:
    """The refusal somebody asked for and nobody has answered."""
    query = select(Refusal).where(
        Refusal.subject_type == subject_type,
        Refusal.subject_id == str(subject_id),
        Refusal.answer.is_(None),
    )
    return db.session.scalar(query)


def find_refusal(refusal_id: int) -> Refusal | None:
    return db.session.get(Refusal, refusal_id)


def find_agreed(decision_id: UUID) -> Refusal | None:
    """The refusal that this decision agreed to."""
    return db.session.scalar(select(Refusal).where(Refusal.decision_id == decision_id))


def list_refusals(subject_type: str, subject_id: UUID | str) -> list[Refusal]:
    """Every refusal asked for of one thing, newest first, answered or not."""
    query = (
        select(Refusal)
        .where(Refusal.subject_type == subject_type, Refusal.subject_id == str(subject_id))
        .order_by(Refusal.asked_at.desc(), Refusal.id.desc())
    )
    return list(db.session.scalars(query))


def is_hidden(subject_type: str, subject_id: UUID | str) -> bool:
    """Whether the refusal that stands keeps the words of the thing from the public."""
    standing = find_latest(subject_type, subject_id)
    agreed = find_agreed(standing.id) if standing else None
    return agreed is not None and agreed.is_hidden


def find_appeal(appeal_id: int) -> Appeal | None:
    return db.session.get(Appeal, appeal_id)


def find_appeal_of(decision_id: UUID) -> Appeal | None:
    """The one appeal against a decision."""
    return db.session.scalar(select(Appeal).where(Appeal.decision_id == decision_id))


def list_appeals(subject_type: str, subject_id: UUID | str) -> list[Appeal]:
    """Every appeal about one thing, newest first."""
    query = (
        select(Appeal)
        .where(Appeal.subject_type == subject_type, Appeal.subject_id == str(subject_id))
        .order_by(Appeal.at.desc(), Appeal.id.desc())
    )
    return list(db.session.scalars(query))


def list_took_part(subject_type: str, subject_id: UUID | str) -> set[UUID]:
    """Whoever decided on a thing, asked for its refusal, answered that, or answered an appeal."""
    found: set[UUID | None] = {d.by_id for d in list_for(subject_type, subject_id)}
    for refusal in list_refusals(subject_type, subject_id):
        found |= {refusal.asked_by_id, refusal.answered_by_id}
    found |= {appeal.decided_by_id for appeal in list_appeals(subject_type, subject_id)}
    return {account_id for account_id in found if account_id is not None}

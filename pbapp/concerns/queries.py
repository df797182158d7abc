"""What waits for a reply, and what was said about one thing."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from pbapp.concerns.models import Concern
from pbapp.db import db


def find(concern_id: int) -> Concern | None:
    return db.session.get(Concern, concern_id)


def list_waiting(board_ids: Collection[int]) -> list[Concern]:
    """What nobody has replied to yet on these boards, oldest first."""
    query = select(Concern).where(
        Concern.board_id.in_(list(board_ids)), Concern.answered_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Concern.made_at, Concern.id)))


def list_about(subject_type: str, subject_id: UUID | str | int) -> list[Concern]:
    """Everything said about one thing, newest first."""
    query = select(Concern).where(
        Concern.subject_type == subject_type, Concern.subject_id == str(subject_id)
    )
    return list(db.session.scalars(query.order_by(Concern.made_at.desc(), Concern.id.desc())))

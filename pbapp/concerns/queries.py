"""One concern, and those that wait for a reply."""

from __future__ import annotations

from collections.abc import Collection

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

"""What was heard, of a board or about one of its priorities; newest first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.db import db
from pbapp.engagement.models import Engagement, heard_about


def list_heard(
    board_id: int, *, priority_id: int | None = None, limit: int | None = None
) -> list[Engagement]:
    """A board's records with their wards and priorities; three queries, whatever the number."""
    query = (
        select(Engagement)
        .options(joinedload(Engagement.area), selectinload(Engagement.priorities))
        .where(Engagement.board_id == board_id)
        .order_by(Engagement.held_on.desc(), Engagement.id.desc())
        .limit(limit)
    )
    if priority_id is not None:
        query = query.join(heard_about).where(heard_about.c.priority_id == priority_id)
    return list(db.session.scalars(query))


def find(board_id: int, engagement_id: int) -> Engagement | None:
    """A board's own record."""
    found = db.session.get(Engagement, engagement_id)
    return found if found is not None and found.board_id == board_id else None

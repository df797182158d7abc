"""Who helps, and who waits for help."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.db import db
from pbapp.helping.models import Helper, HelpRequest


def find_helper(board_id: int) -> Helper | None:
    return db.session.get(Helper, board_id)


def find(request_id: int) -> HelpRequest | None:
    query = select(HelpRequest).options(joinedload(HelpRequest.board))
    return db.session.scalar(query.where(HelpRequest.id == request_id))


def list_waiting(board_ids: Collection[int]) -> list[HelpRequest]:
    """Who waits for help on these boards, the longest first."""
    query = (
        select(HelpRequest)
        .options(joinedload(HelpRequest.board), joinedload(HelpRequest.organisation))
        .where(HelpRequest.board_id.in_(board_ids), HelpRequest.answered_at.is_(None))
        .order_by(HelpRequest.asked_at, HelpRequest.id)
    )
    return list(db.session.scalars(query))

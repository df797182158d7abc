"""Find newsletters."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from pbapp.db import db
from pbapp.news.models import LetterState, Newsletter


def list_for_desk(board_ids: Collection[int]) -> list[Newsletter]:
    """What the officers of these boards write and wrote: drafts and waiting ones first."""
    query = (
        select(Newsletter)
        .options(joinedload(Newsletter.board))
        .where(Newsletter.board_id.in_(board_ids))
        .order_by(
            Newsletter.state == LetterState.SENT,
            Newsletter.sent_at.desc(),
            Newsletter.changed_at.desc(),
        )
    )
    return list(db.session.scalars(query.limit(100)))


def list_sent(board_id: int, limit: int = 200) -> list[Newsletter]:
    """A board's newsletters that went out, the newest first."""
    query = (
        select(Newsletter)
        .where(Newsletter.board_id == board_id, Newsletter.state == LetterState.SENT)
        .order_by(Newsletter.number.desc())
    )
    return list(db.session.scalars(query.limit(limit)))


def find_sent(board_id: int, number: int) -> Newsletter | None:
    query = select(Newsletter).where(
        Newsletter.board_id == board_id,
        Newsletter.number == number,
        Newsletter.state == LetterState.SENT,
    )
    return db.session.scalar(query)


def find(letter_id: int) -> Newsletter | None:
    return db.session.get(Newsletter, letter_id)


def list_due(now: datetime) -> list[Newsletter]:
    """Those whose moment has come."""
    query = (
        select(Newsletter)
        .where(Newsletter.state == LetterState.WAITING, Newsletter.send_at <= now)
        .order_by(Newsletter.send_at, Newsletter.id)
    )
    return list(db.session.scalars(query))


def next_number(board_id: int) -> int:
    query = select(func.max(Newsletter.number)).where(Newsletter.board_id == board_id)
    return (db.session.scalar(query) or 0) + 1

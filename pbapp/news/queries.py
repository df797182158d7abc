"""Find newsletters, and a board's published papers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from pbapp.db import db
from pbapp.news.models import LetterState, Newsletter
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack


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


def find_published(meeting_id: int, version: int) -> Pack | None:
    """A pack that everybody may read."""
    return db.session.scalar(_packs().where(Pack.meeting_id == meeting_id, Pack.version == version))


def list_packs(board_id: int, limit: int = 50) -> list[Pack]:
    """A board's published packs, the newest first."""
    query = _packs().join(Pack.meeting).where(Meeting.board_id == board_id)
    return list(db.session.scalars(query.order_by(Pack.published_at.desc()).limit(limit)))


def _packs() -> Select[Pack]:
    whole = joinedload(Pack.meeting).joinedload(Meeting.board)
    return select(Pack).options(whole).where(Pack.published_at.is_not(None))

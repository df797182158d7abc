"""Read the outbox."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from pbapp.db import db
from pbapp.messages.models import Mail


def list_recent(limit: int = 50) -> list[Mail]:
    """The newest messages that still say something."""
    query = (
        select(Mail).where(Mail.context.is_not(None)).order_by(Mail.written_at.desc()).limit(limit)
    )
    return list(db.session.scalars(query))


def find(mail_id: UUID) -> Mail | None:
    return db.session.get(Mail, mail_id)

"""What the outbox holds, in words."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.messages.rendering import Letter, put_into_words


def letters(template: str | None = None) -> list[tuple[str, Letter]]:
    """Address and letter of every message written so far, oldest first."""
    query = select(Mail).order_by(Mail.written_at, Mail.key)
    found = [m for m in db.session.scalars(query) if template in (None, m.template)]
    return [(mail.to_address, put_into_words(mail)) for mail in found]


def told(template: str | None = None) -> list[tuple[str, str]]:
    """Address and subject."""
    return [(to, letter.subject) for to, letter in letters(template)]

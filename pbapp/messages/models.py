"""The outbox. A message waits here until its moment; what it said is forgotten a week later.

It keeps the name of its template and the facts to fill it with, and is put into words when sent.
"""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment, one_of


class MailState(enum.StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MailChannel(enum.StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Mail(Base):
    """One message to one address, or as a text to one mobile number.

    `key` makes "send this once" a promise the database keeps.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_mail_state_not_before", "state", "not_before"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(120))
    to_address: Mapped[str] = mapped_column(String(320))
    channel: Mapped[MailChannel] = mapped_column(
        one_of(MailChannel, "channel"),
        default=MailChannel.EMAIL,
        server_default=MailChannel.EMAIL.value,
    )
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(12), default="en")
    state: Mapped[MailState] = mapped_column(one_of(MailState, "state"), default=MailState.WAITING)
    not_before: Mapped[datetime] = mapped_column(Moment)
    written_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(500))


class SubscriptionState(enum.StrEnum):
    NEW = "new"
    ASKED = "asked"
    CONFIRMED = "confirmed"


class Subscription(Base):
    """Somebody wants to be told the result of a round; nothing says who they are or when they
    asked.

    Without a SQLite rowid, and each written among others (`subscriptions`): people ask just after
    they voted, and the order of these rows must not be the order of the votes. Rounds are built
    upon messages, so `round_id` is no foreign key.
    """

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("round_id", "address"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: secrets.token_hex(16)
    )
    round_id: Mapped[int]
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[SubscriptionState] = mapped_column(one_of(SubscriptionState, "state"))

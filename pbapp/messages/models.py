"""The outbox. A message waits here until its moment; what it said is forgotten a week later.

It keeps the name of its template and the facts to fill it with, and is put into words when sent.
"""

from __future__ import annotations

import enum
import secrets
from datetime import date, datetime
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

    `key` makes "send this once" a promise the database keeps. `telling_id` is the `Telling` it is
    a copy of; no foreign key, since that would write this large table anew in an upgrade.
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
    telling_id: Mapped[int | None] = mapped_column(index=True)


class FollowState(enum.StrEnum):
    """An address is typed (new), asked by mail whether it is theirs, and then theirs."""

    NEW = "new"
    ASKED = "asked"
    CONFIRMED = "confirmed"


class Follow(Base):
    """Somebody wants news about one subject ("proposal 12"); nothing says who they are.

    Apart from accounts and from the ballot box. No moment and no running number, and each row is
    written among others (`following`): people ask just after they voted, and the order of these
    rows must not be the order of the votes. `reader` is the same random token in all rows of one
    address, and leads to its preferences. `asked_on` is there only until the address is confirmed.
    """

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("subject", "address"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: secrets.token_hex(16)
    )
    subject: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(320), index=True)
    reader: Mapped[str] = mapped_column(String(32), index=True)
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[FollowState] = mapped_column(one_of(FollowState, "state"))
    asked_on: Mapped[date | None]


class Subscription(Base):
    """Somebody who asked for a result before one could follow anything else (0136).

    The worker takes these rows over into `Follow`; nothing writes another.
    """

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("round_id", "address"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[int]
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[FollowState] = mapped_column(one_of(FollowState, "state"))


class Telling(Base):
    """One piece of news on its way to everybody who follows its subjects, written in batches.

    `key` makes it told once. What has the same `news` is one piece of news, of which a reader gets
    one mail. `after` is the id of the follow it has come to: the mails of a batch and this mark are
    one transaction. With `is_last` the follows it goes to end with it.
    """

    __tablename__ = "telling"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    news: Mapped[str] = mapped_column(String(80))
    subjects: Mapped[list[str]] = mapped_column(JSON)
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_last: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    after: Mapped[str] = mapped_column(String(32), default="")
    written: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Bounce(Base):
    """One message that an address refused for good; the address only as a keyed hash."""

    __tablename__ = "bounce"

    mail_id: Mapped[UUID] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)

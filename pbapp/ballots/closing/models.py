"""What stands at the end of a round: certificates, scrutineers, holds, and the destruction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.boards.models import Role
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_

KEEP_DAYS = 28
LAST_DAYS = 120
ANOTHER_HAND = N_("A second person has to do this: not the one who did the first part.")


class Closing(Base):
    """How long a round's ballots are kept, and how far their destruction has got.

    They go `keep_days` after certification, and `last_days` after voting closed whatever happens.
    A round without a row has the usual days. `kept` is what the log page says once they are gone.
    """

    __tablename__ = "closing"
    __table_args__ = (
        CheckConstraint("keep_days BETWEEN 1 AND 366", name="keep_days_possible"),
        CheckConstraint("last_days BETWEEN 2 AND 731", name="last_days_possible"),
        CheckConstraint("keep_days <= last_days", name="last_is_last"),
        CheckConstraint("destroyed_at IS NULL OR began_at IS NOT NULL", name="begun_before_done"),
    )
    __refusals__ = {
        "ck_closing_last_is_last": (
            "last_days",
            N_("The last date cannot come before the usual one."),
        ),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    keep_days: Mapped[int] = mapped_column(default=KEEP_DAYS)
    last_days: Mapped[int] = mapped_column(default=LAST_DAYS)
    openings_public: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    destroyed_at: Mapped[datetime | None] = mapped_column(Moment)
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Certificate(Base):
    """One of two people says what they saw: head, ballots by channel, papers, the count.

    `part` is 1 or 2. The second row points at the first with the same head and the same digest of
    everything seen, so the database itself refuses two people who saw different things.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("round_id", "part"),
        UniqueConstraint("round_id", "part", "head", "digest"),
        ForeignKeyConstraint(
            ["round_id", "confirms", "head", "digest"],
            ["certificate.round_id", "certificate.part", "certificate.head", "certificate.digest"],
            name="fk_certificate_same_as_first",
        ),
        CheckConstraint("part IN (1, 2)", name="first_or_second"),
        CheckConstraint(
            "(part = 1 AND confirms IS NULL) OR (part = 2 AND confirms IS NOT NULL AND "
            "confirms = 1)",
            name="second_confirms_first",
        ),
    )
    __refusals__ = {
        "pk_certificate": (None, ANOTHER_HAND),
        "uq_certificate_round_id_part": (
            None,
            N_("Somebody else confirmed this just now. Look at the page again."),
        ),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    part: Mapped[int]
    confirms: Mapped[int | None]
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    head: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class Scrutineer(Base):
    """Somebody who may fetch the openings until a date. They hold the link, we its hash."""

    __tablename__ = "scrutineer"
    __table_args__ = (
        UniqueConstraint("round_id", "name"),
        UniqueConstraint("token_hash"),
        CheckConstraint("fetched >= 0", name="fetched_counted"),
    )
    __refusals__ = {
        "uq_scrutineer_round_id_name": ("name", N_("There is a scrutineer of this name already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    named_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    named_at: Mapped[datetime] = mapped_column(Moment)
    fetched: Mapped[int] = mapped_column(default=0)


class Hold(Base):
    """Two people stop the destruction, for a reason; two people let it go on again."""

    __tablename__ = "destruction_hold"
    __table_args__ = (
        CheckConstraint("agreed_by_id <> asked_by_id", name="put_by_two"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_one"),
        CheckConstraint("released_by_id <> release_asked_by_id", name="released_by_two"),
        CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name="released_by_one"),
        CheckConstraint(
            "release_asked_by_id IS NULL OR agreed_at IS NOT NULL", name="held_before_released"
        ),
        CheckConstraint(
            "released_by_id IS NULL OR release_asked_by_id IS NOT NULL", name="release_was_asked"
        ),
        Index(
            "uq_destruction_hold_open",
            "round_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    __refusals__ = {
        "uq_destruction_hold_open": (None, N_("Somebody has asked for a hold already.")),
        "ck_destruction_hold_put_by_two": (None, ANOTHER_HAND),
        "ck_destruction_hold_released_by_two": (None, ANOTHER_HAND),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    reason: Mapped[str] = mapped_column(String(300))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    release_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    released_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    released_at: Mapped[datetime | None] = mapped_column(Moment)

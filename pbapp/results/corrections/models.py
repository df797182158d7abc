"""Objections to a published result, and what two people put right."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Role
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_
from pbapp.rounds.models import Round

ANOTHER_HAND = N_("A second person has to do this: not the one who asked for it.")


class Finding(enum.StrEnum):
    """What came of an objection."""

    STANDS = "stands"
    CORRECTED = "corrected"
    ELSEWHERE = "elsewhere"


class Objection(Base):
    """Somebody says that a published result is wrong.

    What they wrote and who they are is for officers, and is forgotten some time after the answer.
    Everybody reads `summary` and `answer`: an officer's neutral words. `key` is the form's, so that
    a second press makes no second row.
    """

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("key"),
        CheckConstraint("(answered_at IS NULL) = (finding IS NULL)", name="answered_with_finding"),
        CheckConstraint(
            "answered_at IS NULL OR (length(summary) > 0 AND length(answer) > 0)",
            name="answered_in_words",
        ),
        Index("ix_objection_round_id_made_at", "round_id", "made_at"),
    )
    __refusals__ = {
        "uq_objection_key": (None, N_("We have this objection already.")),
        "ck_objection_answered_in_words": (
            "answer",
            N_("Write what it is about, in neutral words, and the answer."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    reference: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    made_at: Mapped[datetime] = mapped_column(Moment)
    summary: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    finding: Mapped[Finding | None] = mapped_column(one_of(Finding, "finding"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    is_example: Mapped[bool] = mapped_column(default=False)

    round: Mapped[Round] = relationship()


class CorrectionKind(enum.StrEnum):
    """`WORDS`: the count stands, something said about it was wrong. `COUNT`: the same ballots are
    counted again with other projects set aside."""

    WORDS = "words"
    COUNT = "count"


class Correction(Base):
    """One more edition of a result, with a reason, by two people. The first edition has no row.

    `withdrawn` are the ids of all projects that cannot win in this edition; `found` is what the
    worker counted for the second person to look at: winners by pot.
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number > 1", name="first_is_the_result"),
        CheckConstraint("agreed_by_id <> asked_by_id", name="agreed_by_two"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_one"),
        CheckConstraint(
            "published_at IS NULL OR agreed_at IS NOT NULL", name="agreed_before_published"
        ),
        Index(
            "uq_correction_open",
            "round_id",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )
    __refusals__ = {
        "uq_correction_open": (None, N_("Somebody has asked for a correction already.")),
        "ck_correction_agreed_by_two": (None, ANOTHER_HAND),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    kind: Mapped[CorrectionKind] = mapped_column(one_of(CorrectionKind, "kind"))
    what: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn: Mapped[list[str]] = mapped_column(JSON, default=list)
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_role: Mapped[Role] = mapped_column(one_of(Role, "asked_role"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_role: Mapped[Role | None] = mapped_column(one_of(Role, "agreed_role"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship()

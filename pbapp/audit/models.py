"""Events in one hash chain, and revisions of what people wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment
from pbapp.refusal import N_

GENESIS = "0" * 64


class Event(Base):
    """One thing an officer, a group or the clock did. Each holds the hash of the one before."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("previous_hash"),
        UniqueConstraint("hash"),
        CheckConstraint("length(hash) = 64", name="hash_whole"),
        Index("ix_audit_event_subject", "subject_type", "subject_id"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(120))
    verb: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    board_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Revision(Base):
    """What one edit changed: `{field: [before, after]}`, readable beside the thing itself.

    `raw` has the same in the values of its room, to undo it with; never shown. `undoes` is the
    number of the revision that this one took back. `is_hidden`: an officer keeps it from everybody.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )
    __refusals__ = {
        "uq_revision_subject_type_subject_id_number": (
            None,
            N_("Somebody else changed this while you were editing. Look at their change first."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(String(500))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    raw: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    undoes: Mapped[int | None]
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default="0")

"""One decision on one thing. Used by every room in which officers decide."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class Outcome(enum.StrEnum):
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"


class Decision(Base):
    """Approved, or returned or refused with a reason in plain words. An undone one stays on record.

    `state_before` is what state the subject was in, so that undoing can put it back.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("outcome = 'approved' OR length(reason) > 0", name="reason_given"),
        Index("ix_decision_subject", "subject_type", "subject_id"),
    )
    __refusals__ = {
        "ck_decision_reason_given": ("reason", N_("Say why, so that they know what to change.")),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome, "outcome"))
    state_before: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class Conflict(Base):
    """What somebody says of their own stake in a thing, before they see what there is to decide.

    `what` empty: they have none.
    """

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "account_id"),)
    __refusals__ = {
        "uq_conflict_subject_type_subject_id_account_id": (
            None,
            N_("You have said this already. Open the page again to see it."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    what: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def stands(self) -> bool:
        """Whether there is a stake, so that others have to decide."""
        return bool(self.what)

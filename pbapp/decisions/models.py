"""One decision on one thing, a refusal asked for, an appeal. For every room with officers."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class Outcome(enum.StrEnum):
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"


class Decision(Base):
    """Approved, or returned or refused with a reason in plain words. An undone one stays on record.

    `state_before` is what state the subject was in, so that undoing can put it back. `batch_id`
    ties together what one officer decided with one click.
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
    batch_id: Mapped[UUID | None] = mapped_column(index=True)


class Answer(enum.StrEnum):
    """What became of a refusal that one officer asked for. Lapsed: the thing had changed."""

    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


SECOND_PERSON = N_("A second person has to agree to a refusal: not the one who asked for it.")


class Refusal(Base):
    """One officer asks for a refusal; it stands when a second person agrees.

    `version` is the one of the thing that was read. `elsewhere` says where else they might turn.
    `is_hidden`: the words of the thing are not for the public (they break the law, say).
    """

    __tablename__ = "refusal"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason_given"),
        CheckConstraint(
            "answer IN ('withdrawn', 'lapsed') OR answered_by_id <> asked_by_id", name="by_two"
        ),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_whole"),
        CheckConstraint("answer <> 'agreed' OR decision_id IS NOT NULL", name="agreed_decided"),
        Index("ix_refusal_subject", "subject_type", "subject_id"),
        Index(
            "uq_refusal_open",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=text("answer IS NULL"),
            postgresql_where=text("answer IS NULL"),
        ),
    )
    __refusals__ = {
        "ck_refusal_reason_given": ("reason", N_("Say why. Everybody can read the reason.")),
        "ck_refusal_by_two": (None, SECOND_PERSON),
        "uq_refusal_open": (None, N_("Somebody has asked for this to be refused already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"), index=True)
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    elsewhere: Mapped[str] = mapped_column(String(500), default="")
    is_hidden: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[Answer | None] = mapped_column(one_of(Answer, "answer"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), index=True)


class Verdict(enum.StrEnum):
    """What became of an appeal. Lapsed: its author had mended the thing meanwhile."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class Appeal(Base):
    """Somebody asks for another look at what was decided, by a person who took no part.

    `went_back`: the thing waits for a decision again (not after the ballot was sealed).
    """

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        CheckConstraint("length(reason) > 0", name="reason_given"),
        CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="decided_whole"),
        CheckConstraint("verdict <> 'dismissed' OR length(answer) > 0", name="answer_given"),
    )
    __refusals__ = {
        "uq_appeal_decision_id": (None, N_("There is an appeal against this already.")),
        "ck_appeal_reason_given": ("reason", N_("Say why you ask for another look.")),
        "ck_appeal_answer_given": ("answer", N_("Say why, so that they understand it.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"), index=True)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="en")
    at: Mapped[datetime] = mapped_column(Moment)
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict, "verdict"))
    answer: Mapped[str] = mapped_column(Text, default="")
    went_back: Mapped[bool] = mapped_column(default=False)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    decision: Mapped[Decision] = relationship()


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

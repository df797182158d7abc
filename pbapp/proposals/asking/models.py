"""A question about a proposal, shown once an officer has read it."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.proposals.models import Proposal
from pbapp.refusal import N_


class QuestionState(enum.StrEnum):
    WAITING = "waiting"
    SHOWN = "shown"
    LEFT_OUT = "left_out"


class Question(Base):
    """What somebody wants to know, and the answer.

    Nobody's name is kept: `address` only leads to who asked, until the answer has been sent.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        CheckConstraint("state <> 'left_out' OR length(reason) > 0", name="reason_given"),
        CheckConstraint("(answered_at IS NULL) = (length(answer) = 0)", name="answer_whole"),
        Index("ix_question_proposal_id_state", "proposal_id", "state"),
        Index("ix_question_state", "state"),
    )
    __refusals__ = {
        "ck_question_text_given": ("text", N_("Type your question.")),
        "ck_question_reason_given": ("reason", N_("Say why it is left out.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    text: Mapped[str] = mapped_column(String(500))
    language: Mapped[str] = mapped_column(String(12), default="en")
    address: Mapped[str | None] = mapped_column(String(320))
    state: Mapped[QuestionState] = mapped_column(
        one_of(QuestionState, "state"), default=QuestionState.WAITING
    )
    asked_at: Mapped[datetime] = mapped_column(Moment)
    read_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(500), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    is_example: Mapped[bool] = mapped_column(default=False)

    proposal: Mapped[Proposal] = relationship()

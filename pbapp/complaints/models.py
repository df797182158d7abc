"""A complaint and the answer to each of its stages."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_

# Who looks at a council's complaints after the last stage in Scotland.
OMBUDSMAN_URL = "https://www.spso.org.uk"
OMBUDSMAN_PHONE = "0800 377 7330"


class About(enum.StrEnum):
    """What a complaint is about."""

    DECISION = "decision"
    VOTE = "vote"
    PERSON = "person"
    PAGES = "pages"
    OTHER = "other"


class Channel(enum.StrEnum):
    """How it reached us."""

    PAGE = "page"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class Finding(enum.StrEnum):
    """What came of one stage, in the words councils report."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"
    RESOLVED = "resolved"


class Complaint(Base):
    """Somebody is not content. `stage` is the one it is at, begun at `stage_began_at`.

    `again` says why the first answer did not do. `closed_at` is None while an answer is due. Name,
    address, number and words are forgotten some time after it is closed; the rest is counted.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("stage IN (1, 2)", name="stage_known"),
        CheckConstraint("forgotten_at IS NOT NULL OR length(text) > 0", name="text_given"),
        Index("ix_complaint_board_id_closed_at", "board_id", "closed_at"),
    )
    __refusals__ = {
        "uq_complaint_reference": (
            None,
            N_("Somebody complained at the same moment. Send yours once more."),
        ),
        "ck_complaint_text_given": ("text", N_("Say what went wrong.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(12))
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    about: Mapped[About] = mapped_column(one_of(About, "about"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    text: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    received_at: Mapped[datetime] = mapped_column(Moment)
    logged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    stage: Mapped[int] = mapped_column(default=1)
    stage_began_at: Mapped[datetime] = mapped_column(Moment)
    again: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    forgotten_at: Mapped[datetime | None] = mapped_column(Moment)
    is_example: Mapped[bool] = mapped_column(default=False)

    board: Mapped[Board] = relationship()
    answers: Mapped[list[ComplaintAnswer]] = relationship(
        back_populates="complaint", order_by="ComplaintAnswer.stage"
    )


class ComplaintAnswer(Base):
    """What the board said at the end of one stage. `due_on` is the day it had promised."""

    __tablename__ = "complaint_answer"
    __table_args__ = (
        UniqueConstraint("complaint_id", "stage"),
        CheckConstraint("length(text) > 0", name="text_given"),
    )
    __refusals__ = {
        "uq_complaint_answer_complaint_id_stage": (
            None,
            N_("Somebody has answered this already. Look at their answer first."),
        ),
        "ck_complaint_answer_text_given": ("text", N_("Write the answer.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    stage: Mapped[int]
    finding: Mapped[Finding] = mapped_column(one_of(Finding, "finding"))
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    complaint: Mapped[Complaint] = relationship(back_populates="answers")

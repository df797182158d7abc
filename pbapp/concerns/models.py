"""A concern about one thing: a proposal, a question, an entry on the map."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment
from pbapp.refusal import N_


class Concern(Base):
    """What somebody says is wrong, and what an officer replied.

    `title` and `path` (on this site) are those of the thing when it was reported. `address` is
    forgotten once the reply has been sent.
    """

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        CheckConstraint("(answered_at IS NULL) = (length(answer) = 0)", name="answer_whole"),
        Index("ix_concern_subject", "subject_type", "subject_id"),
        Index("ix_concern_board_id_answered_at", "board_id", "answered_at"),
    )
    __refusals__ = {"ck_concern_text_given": ("text", N_("Say what is wrong."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(300))
    # Which part of the thing is wrong, in its own room's words for it.
    part: Mapped[str] = mapped_column(String(20), default="", server_default="")
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="en")
    address: Mapped[str | None] = mapped_column(String(320))
    made_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    is_example: Mapped[bool] = mapped_column(default=False)

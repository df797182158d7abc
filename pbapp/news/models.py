"""Newsletters, and how far news has been told."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class NewsMark(Base):
    """The last event of the officers' log that was looked at; what is older is no news."""

    __tablename__ = "news_mark"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    event: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)


class LetterState(enum.StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    SENT = "sent"


class Newsletter(Base):
    """What an officer writes to those who follow a board, one of its wards or one of its rounds.

    `audience` is the subject they follow. It waits until `send_at`; until then it can be taken
    back. `number` is its public address, given when it is sent; `telling_id` then counts its mails.
    """

    __tablename__ = "newsletter"
    __table_args__ = (
        UniqueConstraint("board_id", "number"),
        CheckConstraint("length(title) > 0", name="title_given"),
        CheckConstraint("length(text) > 0", name="text_given"),
        CheckConstraint("state = 'draft' OR send_at IS NOT NULL", name="moment_given"),
        CheckConstraint("(state = 'sent') = (number IS NOT NULL)", name="number_given"),
        Index("ix_newsletter_state_send_at", "state", "send_at"),
    )
    __refusals__ = {
        "ck_newsletter_title_given": ("title", N_("Give your news a title.")),
        "ck_newsletter_text_given": ("text", N_("Write what is new.")),
        "uq_newsletter_board_id_number": (
            None,
            N_("Another newsletter went out at the same moment. Try once more."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    audience: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="en")
    state: Mapped[LetterState] = mapped_column(
        one_of(LetterState, "state"), default=LetterState.DRAFT
    )
    version: Mapped[int] = mapped_column(default=1)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    send_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    number: Mapped[int | None]
    telling_id: Mapped[int | None]
    is_example: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"version_id_col": version}

    board: Mapped[Board] = relationship()

    @property
    def paragraphs(self) -> list[list[str]]:
        """The text as paragraphs of lines: an empty line parts them."""
        parts = (part.strip("\n") for part in self.text.split("\n\n"))
        return [part.splitlines() for part in parts if part.strip()]

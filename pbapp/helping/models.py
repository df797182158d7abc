"""A board's helper, and requests for help."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_


class Helper(Base):
    """Who helps people of a board with forms: often somebody of the third sector interface."""

    __tablename__ = "helper"
    __table_args__ = (CheckConstraint("length(name) > 0 AND length(email) > 0", name="named"),)
    __refusals__ = {"ck_helper_named": ("name", N_("Enter the helper's name and address."))}

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    organisation: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(320))

    board: Mapped[Board] = relationship()


class HelpRequest(Base):
    """Somebody asks for help. `sent_to`: the name they were told; `about`: what they were doing."""

    __tablename__ = "help_request"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        Index("ix_help_request_board_id_answered_at", "board_id", "answered_at"),
    )
    __refusals__ = {"ck_help_request_text_given": ("text", N_("Say what you need help with."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    about: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text)
    sent_to: Mapped[str] = mapped_column(String(330))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    is_example: Mapped[bool] = mapped_column(default=False)

    board: Mapped[Board] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

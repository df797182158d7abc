"""Who of the officers has a thing in hand, what they noted about it, and replies they keep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.db import Base, Moment
from pbapp.refusal import N_


class Assignment(Base):
    """One officer has a thing of the queue in hand. `kind` and `subject_id` as the queue has it."""

    __tablename__ = "desk_assignment"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class DeskNote(Base):
    """What officers of a board tell each other about a thing. Nobody else ever reads it."""

    __tablename__ = "desk_note"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        Index("ix_desk_note_subject", "subject_type", "subject_id"),
    )
    __refusals__ = {"ck_desk_note_text_given": ("text", N_("Write the note first."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    by: Mapped[Account] = relationship()


class SavedReply(Base):
    """Words a board's officers use again and again, to be put into a reason and then fitted."""

    __tablename__ = "saved_reply"
    __table_args__ = (
        UniqueConstraint("board_id", "name"),
        CheckConstraint("length(name) > 0", name="name_given"),
        CheckConstraint("length(text) > 0", name="text_given"),
    )
    __refusals__ = {
        "uq_saved_reply_board_id_name": ("name", N_("There is a reply of this name already.")),
        "ck_saved_reply_name_given": ("name", N_("Give the reply a name.")),
        "ck_saved_reply_text_given": ("text", N_("Write the words of the reply.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

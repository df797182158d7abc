"""Sheets that were made as PDF files, kept until what they say has changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment


class PrintedSheet(Base):
    """One sheet in one size and language: `subject` is a ward's code, or `layout.FORM`.

    `digest` is of all that the file says; `job_id` is the job that makes, or made, it.
    """

    __tablename__ = "printed_sheet"
    __table_args__ = (
        UniqueConstraint("board_id", "subject", "variant", "language"),
        CheckConstraint("(data IS NULL) = (made_at IS NULL)", name="made_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    subject: Mapped[str] = mapped_column(String(20))
    variant: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime | None] = mapped_column(Moment)
    job_id: Mapped[UUID | None]

    board: Mapped[Board] = relationship()

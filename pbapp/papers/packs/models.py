"""A pack as it was frozen, and the files made of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment
from pbapp.papers.meetings.models import Meeting


class Pack(Base):
    """One version of a meeting's pack. Never changed: new facts make a new version.

    `facts` is canonical JSON with everything that the pack says, `digest` its SHA-256. It holds the
    head of the officers' log (`log_head`, of entry `log_number`) as it was when the pack was made.
    The board reads it at once, everybody else once it is published.
    """

    __tablename__ = "board_pack"
    __table_args__ = (
        UniqueConstraint("meeting_id", "version"),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    version: Mapped[int]
    facts: Mapped[str] = mapped_column(Text, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    log_number: Mapped[int]
    log_head: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    meeting: Mapped[Meeting] = relationship()
    files: Mapped[list[PackFile]] = relationship(order_by="PackFile.id")


class PackFile(Base):
    """A document of a pack as a file: `document` 0 is the pack, others are reports to funders."""

    __tablename__ = "pack_file"
    __table_args__ = (UniqueConstraint("pack_id", "document", "ending"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("board_pack.id"))
    document: Mapped[int]
    ending: Mapped[str] = mapped_column(String(8))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]

"""A board's cycle, its meetings, their papers, who was there and which interests were declared."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class Cycle(Base):
    """How often a board meets: every so many weeks from a day on, at the same time and place.

    `at` is the time on the wall, like 18:30, whatever the season.
    """

    __tablename__ = "meeting_cycle"
    __table_args__ = (
        CheckConstraint("weeks BETWEEN 1 AND 26", name="weeks_possible"),
        CheckConstraint("minutes BETWEEN 15 AND 600", name="minutes_possible"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    first_on: Mapped[date]
    weeks: Mapped[int]
    at: Mapped[str] = mapped_column(String(5))
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(200))

    board: Mapped[Board] = relationship()


class Meeting(Base):
    """One meeting of a board.

    `slot_on` is the day the cycle gave it, which it keeps when it is moved; None for an extra one.
    `agenda` is a list of `{"title", "asks"}`; `asks` is what the board is asked to decide.
    `prepared_at` is when somebody first worked on it; from then a new cycle leaves it alone.
    `notes` are what was said and agreed, for the board alone until `notes_public_at`.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("board_id", "slot_on"),
        CheckConstraint("minutes BETWEEN 15 AND 600", name="minutes_possible"),
        CheckConstraint("cancelled_at IS NULL OR length(reason) > 0", name="cancelled_for_reason"),
        Index("ix_meeting_board_id_starts_at", "board_id", "starts_at"),
    )
    __refusals__ = {
        "ck_meeting_cancelled_for_reason": (
            "reason",
            N_("Say why the meeting is cancelled; people are told."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    slot_on: Mapped[date | None]
    title: Mapped[str] = mapped_column(String(160), default="")
    starts_at: Mapped[datetime] = mapped_column(Moment)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(200))
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    moved_from: Mapped[datetime | None] = mapped_column(Moment)
    prepared_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(300), default="")
    others_present: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    notes_public_at: Mapped[datetime | None] = mapped_column(Moment)
    is_example: Mapped[bool] = mapped_column(default=False)

    board: Mapped[Board] = relationship()
    papers: Mapped[list[MeetingPaper]] = relationship(
        back_populates="meeting", order_by="MeetingPaper.id"
    )
    attendance: Mapped[list[Attendance]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan"
    )
    interests: Mapped[list[Interest]] = relationship(
        back_populates="meeting", order_by="Interest.id", cascade="all, delete-orphan"
    )

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class MeetingPaper(Base):
    """A document for a meeting, kept as it was sent. The board reads it; others once published."""

    __tablename__ = "meeting_paper"
    __table_args__ = (
        UniqueConstraint("meeting_id", "digest"),
        CheckConstraint("length(title) > 0", name="title_given"),
    )
    __refusals__ = {
        "uq_meeting_paper_meeting_id_digest": (
            "document",
            N_("This document is with the meeting already."),
        ),
        "ck_meeting_paper_title_given": ("title", N_("Say what the document is.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    title: Mapped[str] = mapped_column(String(160))
    digest: Mapped[str] = mapped_column(String(64))
    ending: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    meeting: Mapped[Meeting] = relationship(back_populates="papers")


class Presence(enum.StrEnum):
    PRESENT = "present"
    APOLOGIES = "apologies"


class Attendance(Base):
    """A member of the board who was at a meeting, or sent apologies; no row is neither."""

    __tablename__ = "meeting_attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    presence: Mapped[Presence] = mapped_column(one_of(Presence, "presence"))

    meeting: Mapped[Meeting] = relationship(back_populates="attendance")
    account: Mapped[Account] = relationship()


class Interest(Base):
    """An interest that somebody declared at a meeting, and what was done about it."""

    __tablename__ = "meeting_interest"
    __table_args__ = (
        CheckConstraint("length(name) > 0 AND length(about) > 0", name="person_and_matter_named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(300))

    meeting: Mapped[Meeting] = relationship(back_populates="interests")

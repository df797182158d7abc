"""Engagement records: when and where people were listened to, who was reached, what was heard."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_


class EngagementKind(enum.StrEnum):
    SURVEY = "survey"
    LISTENING_EVENT = "listening_event"
    WORKSHOP = "workshop"
    YOUTH = "youth"
    STALL = "stall"
    MEETING = "meeting"


class Voice(enum.StrEnum):
    """Whose view it was, where it came through a body that speaks for others."""

    RESIDENTS = "residents"
    COMMUNITY_COUNCIL = "community_council"
    COMMUNITY_FORUM = "community_forum"
    YOUTH_GROUP = "youth_group"
    CARE_EXPERIENCED = "care_experienced"


class SeldomHeard(enum.StrEnum):
    """Groups that consultations reach too seldom (the plan's own list)."""

    MINORITY_ETHNIC = "minority_ethnic"
    UNPAID_CARERS = "unpaid_carers"
    LGBTI = "lgbti"
    DISABLED = "disabled"
    OLDER = "older"
    FAITH = "faith"
    LOW_INCOME = "low_income"
    YOUNG = "young"


heard_about = Table(
    "engagement_priority",
    Base.metadata,
    Column("engagement_id", ForeignKey("engagement.id"), primary_key=True),
    Column("priority_id", ForeignKey("priority.id"), primary_key=True, index=True),
)


class Engagement(Base):
    """One time people were listened to. It never names anybody: only kinds of people.

    `people` is how many were reached, None where nobody counted; `groups` holds `SeldomHeard`
    values. `area_id` is None for something about the whole board's area.
    """

    __tablename__ = "engagement"
    __table_args__ = (
        CheckConstraint("people IS NULL OR people > 0", name="people_counted"),
        Index("ix_engagement_board_id_held_on", "board_id", "held_on"),
    )
    __refusals__ = {
        "ck_engagement_people_counted": (
            "people",
            N_("Enter how many people were reached, or leave it empty if nobody counted."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    kind: Mapped[EngagementKind] = mapped_column(one_of(EngagementKind, "kind"))
    voice: Mapped[Voice] = mapped_column(one_of(Voice, "voice"))
    title: Mapped[str] = mapped_column(String(160))
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(160), default="")
    people: Mapped[int | None]
    groups: Mapped[list[Any]] = mapped_column(JSON)
    heard: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    is_example: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    board: Mapped[Board] = relationship()
    area: Mapped[Area | None] = relationship()
    priorities: Mapped[list[Priority]] = relationship(
        secondary=heard_about, order_by="Priority.name"
    )

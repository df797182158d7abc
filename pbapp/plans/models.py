"""A plan, its stable priorities, and what each version of a priority says."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class Plan(Base):
    """A Local Outcome Improvement Plan in one version; a round stays tied to its own."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("board_id", "starts_on"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
    )
    __refusals__ = {
        "uq_plan_board_id_starts_on": (
            "starts_on",
            N_("This board has a plan from that day already."),
        ),
        "ck_plan_ends_after_start": ("ends_on", N_("A plan ends after the day it starts.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    title: Mapped[str] = mapped_column(String(200))
    introduction: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(12), default="en")
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    board: Mapped[Board] = relationship()
    versions: Mapped[list[PriorityVersion]] = relationship(
        back_populates="plan", order_by="PriorityVersion.position"
    )


class PlanDraft(Base):
    """The next version of a board's plan while officers write it: one a board, never public.

    `content` is as `drafting.content` says. Published or thrown away it is closed and its row
    stays, with its history.
    """

    __tablename__ = "plan_draft"
    __table_args__ = (
        Index(
            "uq_plan_draft_open",
            "board_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    __refusals__ = {
        "uq_plan_draft_open": (None, N_("This board is writing its next plan already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    published_as_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)

    board: Mapped[Board] = relationship()
    based_on: Mapped[Plan | None] = relationship(foreign_keys=based_on_id)
    published_as: Mapped[Plan | None] = relationship(foreign_keys=published_as_id)


class Priority(Base):
    """What a board wants to change. It outlives the plan that names it."""

    __tablename__ = "priority"
    __table_args__ = (UniqueConstraint("board_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))

    board: Mapped[Board] = relationship()
    versions: Mapped[list[PriorityVersion]] = relationship(back_populates="priority")


class PriorityVersion(Base):
    """What one plan says of a priority."""

    __tablename__ = "priority_version"
    __table_args__ = (UniqueConstraint("plan_id", "priority_id"),)
    __refusals__ = {
        "uq_priority_version_plan_id_priority_id": (
            "priorities",
            N_("A plan names each of its priorities once."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300))
    context: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text)
    success: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="en")

    plan: Mapped[Plan] = relationship(back_populates="versions")
    priority: Mapped[Priority] = relationship(back_populates="versions")
    actions: Mapped[list[Action]] = relationship(order_by="Action.position")
    aims: Mapped[list[Aim]] = relationship(order_by="Aim.position")
    drivers: Mapped[list[Driver]] = relationship(order_by="Driver.position")


class ActionStatus(enum.StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    STOPPED = "stopped"


class Action(Base):
    """One "We will…" line: in the plan's words, shorter in plain ones if there are any.

    `lead` is the partner that answers for it and `partners` who helps, a name a line; both are
    empty where the plan does not say. `continues_id` is the action of an earlier plan that it
    carries on: how that one went is part of its history.
    """

    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_version_id: Mapped[int] = mapped_column(ForeignKey("priority_version.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text, default="")
    lead: Mapped[str] = mapped_column(String(200), default="", server_default="")
    partners: Mapped[str] = mapped_column(Text, default="", server_default="")
    due_on: Mapped[date | None]
    status: Mapped[ActionStatus] = mapped_column(
        one_of(ActionStatus, "status"),
        default=ActionStatus.PLANNED,
        server_default=ActionStatus.PLANNED.value,
    )
    progress: Mapped[str] = mapped_column(Text, default="", server_default="")
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"), index=True)

    version: Mapped[PriorityVersion] = relationship(viewonly=True)


class Aim(Base):
    """One answer to "What are we trying to improve?"."""

    __tablename__ = "aim"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_version_id: Mapped[int] = mapped_column(ForeignKey("priority_version.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text, default="")


class DriverKind(enum.StrEnum):
    """Where a strategy that a priority hangs from comes from."""

    NATIONAL = "national"
    LOCAL = "local"
    IMPROVEMENT = "improvement"
    GOVERNANCE = "governance"


class Driver(Base):
    """A law, strategy or programme that a priority hangs from; looked at again every year."""

    __tablename__ = "driver"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_version_id: Mapped[int] = mapped_column(ForeignKey("priority_version.id"), index=True)
    position: Mapped[int]
    kind: Mapped[DriverKind] = mapped_column(one_of(DriverKind, "kind"))
    name: Mapped[str] = mapped_column(String(300))
    reviewed_on: Mapped[date | None]


class Direction(enum.StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Indicator(Base):
    """A figure that shows whether a priority gets better, whatever plan is in force.

    Readings are whole numbers of 10^-`decimals` `unit`s, between `least` and `most` where the
    figure has bounds (a share of people: 0 and 100).
    """

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("priority_id", "slug"),
        CheckConstraint("decimals BETWEEN 0 AND 4", name="decimals_few"),
        CheckConstraint("least <= most", name="bounds_in_order"),
    )
    __refusals__ = {
        "uq_indicator_priority_id_slug": (
            "slug",
            N_("This priority has an indicator of that name already."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40), default="")
    decimals: Mapped[int] = mapped_column(default=0)
    direction: Mapped[Direction] = mapped_column(one_of(Direction, "direction"))
    least: Mapped[int | None] = mapped_column(BigInteger)
    most: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(300))

    priority: Mapped[Priority] = relationship()
    readings: Mapped[list[Reading]] = relationship(
        back_populates="indicator", order_by="Reading.taken_on"
    )


class Reading(Base):
    """What an indicator stood at on a day."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("indicator_id", "taken_on"),)
    __refusals__ = {
        "uq_reading_indicator_id_taken_on": (
            "taken_on",
            N_("There is a reading for that day already."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    taken_on: Mapped[date]
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(300), default="")
    noted_at: Mapped[datetime] = mapped_column(Moment)

    indicator: Mapped[Indicator] = relationship(back_populates="readings")

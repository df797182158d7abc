"""A plan, its stable priorities, and what each version of a priority says."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base
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


class Action(Base):
    """One "We will…" line: in the plan's words, shorter in plain ones if there are any."""

    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_version_id: Mapped[int] = mapped_column(ForeignKey("priority_version.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text, default="")


class Aim(Base):
    """One answer to "What are we trying to improve?"."""

    __tablename__ = "aim"

    id: Mapped[int] = mapped_column(primary_key=True)
    priority_version_id: Mapped[int] = mapped_column(ForeignKey("priority_version.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text, default="")

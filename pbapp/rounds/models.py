"""A round, its dated phases, its pots and its wards."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Plan
from pbapp.refusal import N_


class VoteType(enum.StrEnum):
    """Pabulib's words. `approval` with `within_pot` is the knapsack ballot."""

    APPROVAL = "approval"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"
    CHOOSE_ONE = "choose-1"


class Round(Base):
    """One exercise. What it is doing now is computed from its phases, never stored."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("is_imported OR board_id IS NOT NULL", name="has_board"),
        CheckConstraint("max_choices IS NULL OR max_choices > 0", name="max_choices_positive"),
        CheckConstraint("(sealed_at IS NULL) = (config_hash IS NULL)", name="sealed_with_its_hash"),
        CheckConstraint("sealed_by_id <> seal_asked_by_id", name="sealed_by_two"),
    )
    __refusals__ = {
        "uq_round_slug": ("slug", N_("Another round already has this address.")),
        "ck_round_sealed_by_two": (
            None,
            N_("A second person has to seal the ballot: not the one who asked for it."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    boundary_set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    vote_type: Mapped[VoteType] = mapped_column(one_of(VoteType, "vote_type"))
    max_choices: Mapped[int | None]
    within_pot: Mapped[bool] = mapped_column(default=True)
    min_age: Mapped[int | None]
    max_cost_pence: Mapped[int | None]
    people_per_contact: Mapped[int] = mapped_column(default=4)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    rule_words: Mapped[str] = mapped_column(Text, default="")
    config: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    config_hash: Mapped[str | None] = mapped_column(String(64))
    seal_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sealed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sealed_at: Mapped[datetime | None] = mapped_column(Moment)
    is_imported: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)

    board: Mapped[Board | None] = relationship()
    plan: Mapped[Plan | None] = relationship()
    phases: Mapped[list[Phase]] = relationship(back_populates="round", order_by="Phase.starts_at")
    pots: Mapped[list[Pot]] = relationship(back_populates="round", order_by="Pot.id")
    round_areas: Mapped[list[RoundArea]] = relationship(back_populates="round")


class PhaseKind(enum.StrEnum):
    SUBMISSION = "submission"
    REVIEW = "review"
    VOTING = "voting"
    COUNTING = "counting"
    PUBLISHED = "published"


class Phase(Base):
    """A named stretch of a round, from one moment up to (not including) another."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("round_id", "kind"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[PhaseKind] = mapped_column(one_of(PhaseKind, "kind"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship(back_populates="phases")


class Pot(Base):
    """Money to share out: who gives it, who approves paying it, and whether the vote binds them."""

    __tablename__ = "pot"
    __table_args__ = (CheckConstraint("budget_pence > 0", name="has_money"),)
    __refusals__ = {"ck_pot_has_money": ("budget", N_("The pot needs an amount above nothing."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    budget_pence: Mapped[int] = mapped_column(BigInteger)
    funder_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    payment_approver: Mapped[str] = mapped_column(String(200), default="")
    is_binding: Mapped[bool] = mapped_column(default=False)

    round: Mapped[Round] = relationship(back_populates="pots")
    funder: Mapped[Organisation | None] = relationship()


class RoundArea(Base):
    """A ward whose people may vote and whose projects may be proposed."""

    __tablename__ = "round_area"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)

    round: Mapped[Round] = relationship(back_populates="round_areas")
    area: Mapped[Area] = relationship()

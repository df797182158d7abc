"""A proposal and its cost lines."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_
from pbapp.rounds.models import Round
from pbapp.web.models import Upload


class ProposalState(enum.StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ON_BALLOT = "on_ballot"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Proposal(Base):
    """A bid for a stated amount, tied to one main priority. `area` is None for the whole board."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("cost_pence > 0", name="cost_given"),
        CheckConstraint(
            "minimum_pence IS NULL OR (minimum_pence > 0 AND minimum_pence <= cost_pence)",
            name="minimum_within_cost",
        ),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point_whole"),
        CheckConstraint("length(title) > 0", name="title_given"),
        Index("ix_proposal_round_id_state", "round_id", "state"),
    )
    __refusals__ = {
        "uq_proposal_round_id_number": (
            None,
            N_("Somebody sent in a proposal at the same moment. Send yours once more."),
        ),
        "ck_proposal_cost_given": ("costs", N_("Add at least one cost above £0.")),
        "ck_proposal_minimum_within_cost": (
            "minimum",
            N_("The smallest amount you could work with cannot be more than the whole cost."),
        ),
        "ck_proposal_title_given": ("title", N_("Give your idea a title.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(250))
    what: Mapped[str] = mapped_column(Text, default="")
    who_benefits: Mapped[str] = mapped_column(Text, default="")
    how_it_helps: Mapped[str] = mapped_column(Text, default="")
    where_words: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    cost_pence: Mapped[int]
    minimum_pence: Mapped[int | None]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState, "state"))
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    is_example: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"version_id_col": version}

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    priority: Mapped[Priority | None] = relationship()
    area: Mapped[Area | None] = relationship()
    photo: Mapped[Upload | None] = relationship()
    cost_lines: Mapped[list[CostLine]] = relationship(
        back_populates="proposal", order_by="CostLine.position", cascade="all, delete-orphan"
    )


class CostLine(Base):
    """One thing the money buys."""

    __tablename__ = "cost_line"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_positive"),)
    __refusals__ = {
        "ck_cost_line_amount_positive": ("costs", N_("Each cost must be more than £0.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    position: Mapped[int]
    description: Mapped[str] = mapped_column(String(200))
    amount_pence: Mapped[int]

    proposal: Mapped[Proposal] = relationship(back_populates="cost_lines")

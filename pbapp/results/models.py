"""A frozen profile, the counts made of it, and an allocation row for every project."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.proposals.models import Proposal


class FrozenProfile(Base):
    """All valid ballots of a round as one .pb file, kept byte for byte with its SHA-256."""

    __tablename__ = "frozen_profile"
    __table_args__ = (
        UniqueConstraint("round_id"),
        CheckConstraint("ballots >= 0", name="ballots_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    pabulib_gz: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    ballots: Mapped[int]
    frozen_at: Mapped[datetime] = mapped_column(Moment)


class Count(Base):
    """One run of a counting rule over a frozen profile. At most one of a round's is official."""

    __tablename__ = "count"
    __table_args__ = (
        Index(
            "uq_count_official",
            "round_id",
            unique=True,
            sqlite_where=text("is_official"),
            postgresql_where=text("is_official"),
        ),
        UniqueConstraint("profile_id", "parameters_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("frozen_profile.id"))
    rule: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    parameters_digest: Mapped[str] = mapped_column(String(64))
    budget: Mapped[int]
    total_cost: Mapped[int]
    ties: Mapped[list[Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_official: Mapped[bool]
    counted_at: Mapped[datetime] = mapped_column(Moment)

    profile: Mapped[FrozenProfile] = relationship()
    allocations: Mapped[list[Allocation]] = relationship(
        back_populates="count", order_by="Allocation.position"
    )


class Allocation(Base):
    """What one project got in one count, in the order of the count, and the facts of why."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("count_id", "project_key"),
        UniqueConstraint("count_id", "position"),
        CheckConstraint("cost > 0", name="cost_given"),
        CheckConstraint("is_funded OR awarded = 0", name="only_winners_paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    position: Mapped[int]
    project_key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text)
    cost: Mapped[int]
    votes: Mapped[int]
    is_funded: Mapped[bool]
    awarded: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))

    count: Mapped[Count] = relationship(back_populates="allocations")
    proposal: Mapped[Proposal | None] = relationship()
    priority: Mapped[Priority | None] = relationship()
    area: Mapped[Area | None] = relationship()


class TurnoutKind(enum.StrEnum):
    WARD = "ward"
    CHANNEL = "channel"


class Turnout(Base):
    """How many people voted, by ward and by way of voting, frozen when the vote closed."""

    __tablename__ = "turnout"
    __table_args__ = (
        UniqueConstraint("round_id", "kind", "key"),
        CheckConstraint("people >= 0", name="people_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[TurnoutKind] = mapped_column(one_of(TurnoutKind, "kind"))
    key: Mapped[str] = mapped_column(String(40))
    people: Mapped[int]

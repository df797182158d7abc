"""A frozen profile, the counts made of it, and an allocation row for every project."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
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
from pbapp.refusal import N_
from pbapp.rounds.models import Round


class FrozenProfile(Base):
    """Valid ballots of a round as one .pb file, kept byte for byte with its SHA-256.

    `pot` is empty for the whole round. A round with several pots has one more file for each, by
    its id on the ballot: only the pots' files are then counted. Amounts of its counts are whole
    minor units; `exponent` is how many decimal places part them from the round's currency unit.
    `source_digest` is the SHA-256 of the file an imported round
    came from, before anything about the people who voted was left out.
    """

    __tablename__ = "frozen_profile"
    __table_args__ = (
        UniqueConstraint("round_id", "pot"),
        UniqueConstraint("source_digest"),
        CheckConstraint("ballots >= 0", name="ballots_counted"),
        CheckConstraint("exponent >= 0", name="exponent_possible"),
    )
    __refusals__ = {
        "uq_frozen_profile_round_id_pot": (
            None,
            N_("The ballots of this round are frozen already."),
        ),
        "uq_frozen_profile_source_digest": (None, N_("This file was imported before.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    pot: Mapped[str] = mapped_column(String(40), default="", server_default="")
    pabulib_gz: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    source_digest: Mapped[str | None] = mapped_column(String(64))
    ballots: Mapped[int]
    exponent: Mapped[int]
    frozen_at: Mapped[datetime] = mapped_column(Moment)

    round: Mapped[Round] = relationship()


class Count(Base):
    """One run of a counting rule over a frozen profile; one of each pot's is official.

    `edition` is the edition of the result that it was made for: 1, or that of a correction. One
    that a later edition replaced says which.
    `budget` holds what other pots left for this one too; `parameters` say how much that was.
    """

    __tablename__ = "count"
    __table_args__ = (
        Index(
            "uq_count_official",
            "round_id",
            "pot",
            unique=True,
            sqlite_where=text("is_official"),
            postgresql_where=text("is_official"),
        ),
        UniqueConstraint("profile_id", "parameters_digest", "edition"),
        CheckConstraint(
            "replaced_in IS NULL OR (replaced_in > edition AND NOT is_official)",
            name="replaced_later",
        ),
    )
    __refusals__ = {
        "uq_count_official": (None, N_("The votes of this round are counted already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("frozen_profile.id"))
    pot: Mapped[str] = mapped_column(String(40), default="", server_default="")
    rule: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    parameters_digest: Mapped[str] = mapped_column(String(64))
    budget: Mapped[int] = mapped_column(BigInteger)
    total_cost: Mapped[int] = mapped_column(BigInteger)
    ties: Mapped[list[Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_official: Mapped[bool]
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    replaced_in: Mapped[int | None]
    counted_at: Mapped[datetime] = mapped_column(Moment)

    round: Mapped[Round] = relationship()
    profile: Mapped[FrozenProfile] = relationship()
    allocations: Mapped[list[Allocation]] = relationship(
        back_populates="count", order_by="Allocation.position"
    )

    @property
    def carried_in(self) -> int:
        """What other pots left for this one, in minor units: part of `budget`."""
        return int(self.parameters.get("carried_in") or 0)


class Allocation(Base):
    """What one project got in one count, in the order of the count, and the facts of why.

    `facts` are what `pbapp.tally` says of the project (`report.outcome_as_dict`), in the profile's
    minor units: numbers and names only, so that sentences can be made in any language.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("count_id", "project_key"),
        UniqueConstraint("count_id", "position"),
        CheckConstraint("cost >= 0", name="cost_given"),
        CheckConstraint("is_funded OR awarded = 0", name="only_winners_paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    position: Mapped[int]
    project_key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text)
    cost: Mapped[int] = mapped_column(BigInteger)
    votes: Mapped[int]
    is_funded: Mapped[bool]
    awarded: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))

    count: Mapped[Count] = relationship(back_populates="allocations")
    proposal: Mapped[Proposal | None] = relationship()
    priority: Mapped[Priority | None] = relationship()
    area: Mapped[Area | None] = relationship()


class Sturdiness(enum.StrEnum):
    """Whether the winners rest on votes that were let in by an address alone."""

    SAME = "same"
    DIFFERENT = "different"
    NO_SUCH_VOTES = "no_such_votes"
    TOO_FEW = "too_few"


class AssuranceCheck(Base):
    """Whether the winners would be the same without votes of assurance 1. Never a second tally."""

    __tablename__ = "assurance_check"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    found: Mapped[Sturdiness] = mapped_column(one_of(Sturdiness, "found"))


class TurnoutKind(enum.StrEnum):
    WARD = "ward"
    CHANNEL = "channel"
    FIFTH = "fifth"


class Turnout(Base):
    """How many people voted, by ward, way of voting and fifth of the index of deprivation, frozen
    when the vote closed."""

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

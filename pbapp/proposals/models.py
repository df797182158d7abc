"""A proposal and everything it says: money, places, pictures, ties to what is here, authors."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.assets.models import Asset
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_
from pbapp.rounds.models import Round, RoundQuestion
from pbapp.web.models import Document, Upload


class ProposalState(enum.StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ON_BALLOT = "on_ballot"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Permission(enum.StrEnum):
    """Whose yes a project may need before it can begin."""

    LANDOWNER = "landowner"
    PLANNING = "planning"
    BUILDING = "building"
    ROADS = "roads"
    EVENT = "event"
    OTHER = "other"


class Standing(enum.StrEnum):
    """How far a permission is."""

    HAVE = "have"
    ASKED = "asked"
    NOT_YET = "not_yet"
    NOT_NEEDED = "not_needed"


class FundingKind(enum.StrEnum):
    """Where the rest of a project comes from: `IN_KIND` is time, rooms or goods, in their worth."""

    OWN = "own"
    OTHER = "other"
    IN_KIND = "in_kind"


class TieKind(enum.StrEnum):
    """What a project does with something that is here."""

    USES = "uses"
    STRENGTHENS = "strengthens"
    CREATES = "creates"
    AT_RISK = "at_risk"


class Proposal(Base):
    """A bid for a stated amount, tied to one main priority.

    `area` is its ward; None for the whole area of the board, or for the several wards that
    `more_areas` then names. `cost_pence` is what it asks for: its cost lines together; what others
    give (`funding`) is apart from that. `permissions` maps `Permission` to `Standing`.

    It is sent in for an `organisation`, or by a resident for themself. `entered_for` names whom an
    officer (then `submitted_by`) typed it in for; everybody may read that. `merged_into` is the
    proposal that stands for this one, too.
    """

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
        CheckConstraint("ends_on >= starts_on", name="days_in_order"),
        CheckConstraint(
            "(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_a_whole"
        ),
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
        "ck_proposal_days_in_order": ("ends_on", N_("It has to end after it starts.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    entered_for: Mapped[str] = mapped_column(String(120), default="", server_default="")
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(250))
    what: Mapped[str] = mapped_column(Text, default="")
    who_benefits: Mapped[str] = mapped_column(Text, default="")
    is_for_young: Mapped[bool] = mapped_column(default=False, server_default="0")
    young_ages: Mapped[str] = mapped_column(String(60), default="", server_default="")
    has_safeguarding: Mapped[bool | None]
    how_it_helps: Mapped[str] = mapped_column(Text, default="")
    where_words: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    cost_pence: Mapped[int]
    minimum_pence: Mapped[int | None]
    running_costs: Mapped[str] = mapped_column(Text, default="", server_default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    permissions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState, "state"))
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    is_example: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"version_id_col": version}

    round: Mapped[Round] = relationship()
    merged_into: Mapped[Proposal | None] = relationship(remote_side="Proposal.id")
    organisation: Mapped[Organisation | None] = relationship()
    priority: Mapped[Priority | None] = relationship()
    area: Mapped[Area | None] = relationship()
    photo: Mapped[Upload | None] = relationship()
    cost_lines: Mapped[list[CostLine]] = relationship(
        back_populates="proposal", order_by="CostLine.position", cascade="all, delete-orphan"
    )
    more_areas: Mapped[list[ProposalArea]] = relationship(cascade="all, delete-orphan")
    supports: Mapped[list[SupportedPriority]] = relationship(
        order_by="SupportedPriority.priority_id", cascade="all, delete-orphan"
    )
    funding: Mapped[list[FundingLine]] = relationship(
        order_by="FundingLine.position", cascade="all, delete-orphan"
    )
    more_pictures: Mapped[list[ProposalPicture]] = relationship(
        order_by="ProposalPicture.position", cascade="all, delete-orphan"
    )
    documents: Mapped[list[ProposalDocument]] = relationship(
        order_by="ProposalDocument.position", cascade="all, delete-orphan"
    )
    ties: Mapped[list[AssetTie]] = relationship(
        order_by="AssetTie.position", cascade="all, delete-orphan"
    )
    answers: Mapped[list[ExtraAnswer]] = relationship(
        order_by="ExtraAnswer.question_id", cascade="all, delete-orphan"
    )
    co_authors: Mapped[list[CoAuthor]] = relationship(
        back_populates="proposal", order_by="CoAuthor.id", cascade="all, delete-orphan"
    )

    @property
    def asked_pence(self) -> int:
        """What its own cost lines add up to; `cost_pence` may be an officer's figure."""
        return sum(line.amount_pence for line in self.cost_lines)

    @property
    def wards(self) -> list[Area]:
        """The wards it is for, by name; none for the whole area."""
        several = sorted((one.area for one in self.more_areas), key=lambda area: area.name)
        return several or ([self.area] if self.area else [])

    @property
    def other_pence(self) -> int:
        """Money from elsewhere. What comes in kind is not money."""
        return sum(f.amount_pence for f in self.funding if f.kind is not FundingKind.IN_KIND)


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


class FundingLine(Base):
    """Something a project has besides what it asks for."""

    __tablename__ = "proposal_funding"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_positive"),)
    __refusals__ = {
        "ck_proposal_funding_amount_positive": (
            "funding",
            N_("Each amount must be more than £0."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    position: Mapped[int]
    kind: Mapped[FundingKind] = mapped_column(one_of(FundingKind, "kind"))
    description: Mapped[str] = mapped_column(String(200))
    amount_pence: Mapped[int] = mapped_column(BigInteger)


class ProposalArea(Base):
    """One of several wards a proposal is for."""

    __tablename__ = "proposal_area"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)

    area: Mapped[Area] = relationship()


class SupportedPriority(Base):
    """Another priority a proposal helps, besides its main one, and how."""

    __tablename__ = "proposal_priority"
    __table_args__ = (CheckConstraint("length(how_it_helps) > 0", name="how_given"),)
    __refusals__ = {
        "ck_proposal_priority_how_given": (
            "supports",
            N_("Say how your idea helps each priority you choose."),
        ),
    }

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    priority_id: Mapped[int] = mapped_column(
        ForeignKey("priority.id"), primary_key=True, index=True
    )
    how_it_helps: Mapped[str] = mapped_column(Text)

    priority: Mapped[Priority] = relationship()


class ProposalPicture(Base):
    """A picture after the first one (`Proposal.photo`), which cards show."""

    __tablename__ = "proposal_picture"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    position: Mapped[int]

    upload: Mapped[Upload] = relationship()


class ProposalDocument(Base):
    """A quote, a plan, a letter: read by whoever may read the proposal."""

    __tablename__ = "proposal_document"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))

    document: Mapped[Document] = relationship()


class AssetTie(Base):
    """What a project does with something on the board's map; `words` names what is not on it."""

    __tablename__ = "proposal_asset"
    __table_args__ = (
        UniqueConstraint("proposal_id", "asset_id", "kind"),
        CheckConstraint("asset_id IS NOT NULL OR length(words) > 0", name="named"),
    )
    __refusals__ = {
        "ck_proposal_asset_named": ("ties", N_("Say what it is.")),
        "uq_proposal_asset_proposal_id_asset_id_kind": ("ties", N_("Name each of them once.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    position: Mapped[int]
    kind: Mapped[TieKind] = mapped_column(one_of(TieKind, "kind"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"), index=True)
    words: Mapped[str] = mapped_column(String(200), default="")

    asset: Mapped[Asset | None] = relationship()


class ExtraAnswer(Base):
    """What a proposal says to one of its round's own questions."""

    __tablename__ = "proposal_answer"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("round_question.id"), primary_key=True, index=True
    )
    answer: Mapped[str] = mapped_column(Text)

    question: Mapped[RoundQuestion] = relationship()


class CoAuthor(Base):
    """Somebody who may change a proposal, known by the address they sign in with.

    `is_author` is the person an officer entered it for: they may take it back, too.
    """

    __tablename__ = "proposal_co_author"
    __table_args__ = (
        UniqueConstraint("proposal_id", "email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )
    __refusals__ = {
        "uq_proposal_co_author_proposal_id_email": (
            "email",
            N_("This person is invited already."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320), index=True)
    is_author: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    invited_at: Mapped[datetime] = mapped_column(Moment)

    proposal: Mapped[Proposal] = relationship(back_populates="co_authors")

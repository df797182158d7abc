"""An organisation and its members."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class OrganisationKind(enum.StrEnum):
    GROUP = "group"
    PARTNER = "partner"
    FUNDER = "funder"


class MemberRole(enum.StrEnum):
    LEAD = "lead"
    MEMBER = "member"


class Organisation(Base):
    """A community group, a public partner, or a funder of a pot."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("length(name) > 0", name="name_given"),)
    __refusals__ = {
        "ck_organisation_name_given": ("name", N_("Enter the name of the organisation."))
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[OrganisationKind] = mapped_column(one_of(OrganisationKind, "kind"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    website: Mapped[str | None] = mapped_column(String(500))
    email: Mapped[str | None] = mapped_column(String(320))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)

    members: Mapped[list[Member]] = relationship(back_populates="organisation")


class Member(Base):
    """Somebody who may act for an organisation."""

    __tablename__ = "organisation_member"
    __table_args__ = (UniqueConstraint("organisation_id", "account_id"),)
    __refusals__ = {
        "uq_organisation_member_organisation_id_account_id": (
            None,
            N_("This person already belongs to the group."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(one_of(MemberRole, "role"))
    since: Mapped[datetime | None] = mapped_column(Moment)

    organisation: Mapped[Organisation] = relationship(back_populates="members")
    account: Mapped[Account] = relationship()


class Invitation(Base):
    """An e-mail that asks somebody to join a group. The link holds the token, we its hash.

    Open until it is accepted, taken back, or two weeks old.
    """

    __tablename__ = "organisation_invitation"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    token_hash: Mapped[str] = mapped_column(String(64))
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    invited_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    taken_back_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)

    organisation: Mapped[Organisation] = relationship()


class LeadOffer(Base):
    """A lead asks another member to lead the group; it changes nothing until they accept."""

    __tablename__ = "organisation_lead_offer"
    __table_args__ = (UniqueConstraint("member_id"),)
    __refusals__ = {
        "uq_organisation_lead_offer_member_id": (
            "member",
            N_("They have been asked already. They have not answered yet."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("organisation_member.id"))
    by_member_id: Mapped[int] = mapped_column(ForeignKey("organisation_member.id"), index=True)
    stays_lead: Mapped[bool]
    offered_at: Mapped[datetime] = mapped_column(Moment)

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    by_member: Mapped[Member] = relationship(foreign_keys=[by_member_id])


class Hosting(Base):
    """A group without a constitution asks another organisation to answer for it.

    `agreed_at` is None until a lead of the host agrees.
    """

    __tablename__ = "organisation_hosting"
    __table_args__ = (
        CheckConstraint("organisation_id <> host_id", name="somebody_else"),
        Index("ix_organisation_hosting_host_id", "host_id"),
    )
    __refusals__ = {
        "ck_organisation_hosting_somebody_else": ("host", N_("A group cannot be its own host.")),
    }

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    host_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    host: Mapped[Organisation] = relationship(foreign_keys=[host_id])

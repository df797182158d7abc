"""An organisation and its members."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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

    organisation: Mapped[Organisation] = relationship(back_populates="members")

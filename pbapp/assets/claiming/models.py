"""A group's claim to an entry."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_


class ClaimState(enum.StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class Claim(Base):
    """A group says that an entry is its own; an officer decides. One at a time for an entry."""

    __tablename__ = "asset_claim"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('refused', 'revoked') OR length(reason) > 0", name="reason_given"
        ),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decision_known"),
        Index(
            "uq_asset_claim_asset_id",
            "asset_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
    __refusals__ = {
        "uq_asset_claim_asset_id": (
            None,
            N_("A group has said already that this entry is theirs. An officer is looking at it."),
        ),
        "ck_asset_claim_reason_given": (
            "reason",
            N_("Say why, so that the group knows what to do."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    says: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[ClaimState] = mapped_column(one_of(ClaimState, "state"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text, default="")

    asset: Mapped[Asset] = relationship()
    organisation: Mapped[Organisation] = relationship()
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])

    @property
    def is_taken_back(self) -> bool:
        """Whether it lapsed by its own group's word, and not because nobody answered letters."""
        return self.state is ClaimState.LAPSED and self.decided_by_id is not None

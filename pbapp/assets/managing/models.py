"""An entry that one group would hand over to another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset
from pbapp.db import Base, Moment
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_


class Handover(Base):
    """Offered, and gone once it is taken, declined or taken back. One at a time for an entry.

    It is worth nothing once the group that offered the entry does not look after it any more.
    """

    __tablename__ = "asset_handover"
    __table_args__ = (CheckConstraint("from_id <> to_id", name="another_group"),)
    __refusals__ = {
        "ck_asset_handover_another_group": ("to", N_("Choose another group.")),
        "pk_asset_handover": (
            "to",
            N_("It is offered to a group already. Take that back first."),
        ),
    }

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    to_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    asset: Mapped[Asset] = relationship()
    from_group: Mapped[Organisation] = relationship(foreign_keys=[from_id])
    to_group: Mapped[Organisation] = relationship(foreign_keys=[to_id])
    by: Mapped[Account] = relationship()

    @property
    def is_live(self) -> bool:
        """Whether the group that offered it still looks after the entry."""
        return self.asset.organisation_id == self.from_id

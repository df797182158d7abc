"""A tie between two entries."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset, AssetKind, AssetState, Status
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class TieKind(enum.StrEnum):
    """What the first entry does with the second: hosts it, runs it, uses it, lends to it."""

    HOSTS = "hosts"
    RUNS = "runs"
    USES = "uses"
    LENDS = "lends"


class TieState(enum.StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    ENDED = "ended"


def is_tieable(asset: Asset) -> bool:
    """On the map, not closed for good, and no person's gift."""
    return (
        asset.state is AssetState.PUBLISHED
        and asset.status is not Status.CLOSED
        and asset.kind is not AssetKind.INDIVIDUAL
    )


OPEN = "state IN ('asked', 'agreed')"


class EntryTie(Base):
    """One entry hosts, runs, uses or lends to another. Shown only once the other side agreed.

    `asked_for_id` is the side that asked, one of the two. `pair` names both in one order, so that
    a tie and the same one turned round count as one.
    """

    __tablename__ = "entry_tie"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_entries"),
        CheckConstraint("asked_for_id IN (from_id, to_id)", name="asked_by_a_side"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answer_known"),
        Index(
            "uq_entry_tie_pair_kind",
            "pair",
            "kind",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )
    __refusals__ = {
        "ck_entry_tie_two_entries": ("other", N_("Choose another entry, not this one itself.")),
        "uq_entry_tie_pair_kind": (
            "other",
            N_("These two are tied in this way already, or somebody has asked for it."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    to_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    pair: Mapped[str] = mapped_column(String(65))
    kind: Mapped[TieKind] = mapped_column(one_of(TieKind, "kind"))
    state: Mapped[TieState] = mapped_column(one_of(TieState, "state"))
    asked_for_id: Mapped[UUID]
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    says: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    from_asset: Mapped[Asset] = relationship(foreign_keys=[from_id])
    to_asset: Mapped[Asset] = relationship(foreign_keys=[to_id])
    asked_by: Mapped[Account | None] = relationship()

    @property
    def asking(self) -> Asset:
        """The side that asked."""
        return self.from_asset if self.asked_for_id == self.from_id else self.to_asset

    @property
    def answering(self) -> Asset:
        """The side that is asked."""
        return self.to_asset if self.asked_for_id == self.from_id else self.from_asset

    @property
    def shows(self) -> bool:
        """Both sides agreed, and both are on the map."""
        both = is_tieable(self.from_asset) and is_tieable(self.to_asset)
        return self.state is TieState.AGREED and both

    def other(self, asset: Asset) -> Asset:
        """The entry at the other end."""
        return self.to_asset if asset.id == self.from_id else self.from_asset

"""What a group says of itself, item by item, and what an officer found."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_
from pbapp.web.models import Document


class Item(enum.StrEnum):
    CONSTITUTION = "constitution"
    BANK = "bank"
    INSURANCE = "insurance"
    SAFEGUARDING = "safeguarding"
    LAND = "land"
    ACCOUNTS = "accounts"


class ItemState(enum.StrEnum):
    """`EXPIRED` is never stored: it is what a checked item becomes the day after it runs out."""

    NOT_GIVEN = "not_given"
    WAITING = "waiting"
    CHECKED = "checked"
    NOT_ACCEPTED = "not_accepted"
    EXPIRED = "expired"


class Kept(enum.StrEnum):
    """What an item's row says; `ItemState` says what it means today."""

    WAITING = "waiting"
    CHECKED = "checked"
    NOT_ACCEPTED = "not_accepted"


class PassportItem(Base):
    """One item. Of a bank account only yes or no is kept, never a number.

    `is_needed` is False when the group says that the item does not concern it. `runs_out_on` is
    the day the group names (a policy's last day); `expires_on` is what the officer settled.
    `version` lets an officer check what they read and nothing that came after.
    """

    __tablename__ = "passport_item"
    __table_args__ = (
        UniqueConstraint("organisation_id", "item"),
        CheckConstraint("state <> 'checked' OR checked_at IS NOT NULL", name="check_known"),
        CheckConstraint("state <> 'checked' OR expires_on IS NOT NULL", name="end_known"),
        CheckConstraint("state <> 'not_accepted' OR length(reason) > 0", name="reason_given"),
        CheckConstraint(
            "item <> 'bank' OR (length(says) = 0 AND document_id IS NULL)", name="bank_yes_or_no"
        ),
        Index("ix_passport_item_state", "state"),
    )
    __refusals__ = {
        "uq_passport_item_organisation_id_item": (
            None,
            N_("Somebody else of your group filled this in at the same moment. Look at it first."),
        ),
        "ck_passport_item_end_known": ("expires_on", N_("Say until when this counts.")),
        "ck_passport_item_bank_yes_or_no": (
            None,
            N_("Of a bank account we keep only yes or no: no words and no document."),
        ),
        "ck_passport_item_reason_given": (
            "reason",
            N_("Say why, so that the group knows what to do."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    item: Mapped[Item] = mapped_column(one_of(Item, "item"))
    is_needed: Mapped[bool] = mapped_column(default=True)
    says: Mapped[str] = mapped_column(Text, default="")
    own_account: Mapped[bool | None]
    two_signatories: Mapped[bool | None]
    runs_out_on: Mapped[date | None]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[Kept] = mapped_column(one_of(Kept, "state"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    expires_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()
    document: Mapped[Document | None] = relationship()

    def state_on(self, day: date) -> ItemState:
        """What the item means on a day."""
        if self.state is Kept.CHECKED and self.expires_on is not None and self.expires_on < day:
            return ItemState.EXPIRED
        return ItemState(self.state.value)

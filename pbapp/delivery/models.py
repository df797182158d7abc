"""An award: what a funded project was offered, whether it was paid, and what became of it."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset
from pbapp.db import Base, Moment, one_of
from pbapp.plans.models import Indicator
from pbapp.proposals.models import Proposal
from pbapp.refusal import N_
from pbapp.results.models import Allocation
from pbapp.rounds.models import Round
from pbapp.web.models import Upload


class AwardState(enum.StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    APPROVED = "approved"
    FINISHED = "finished"
    DECLINED = "declined"
    NOT_PAID = "not_paid"


# The money of these is spoken for.
LIVE = frozenset(
    {AwardState.OFFERED, AwardState.ACCEPTED, AwardState.APPROVED, AwardState.FINISHED}
)


class Award(Base):
    """Money for one project of a result. Amounts are pence.

    Two outcomes only after it is accepted: approved, or not paid because a condition published
    before the vote was not met (`condition`). `decided_by`, `present` and `conflicts` say who
    approved paying it, in the words of the meeting. `payments` and `reports` are those that stand:
    struck and taken-out ones stay in their tables. `link_number` is in the link a group reports
    by without signing in: the next number ends the links before it.
    """

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("allocation_id"),
        CheckConstraint("amount_pence > 0", name="amount_given"),
        CheckConstraint("state <> 'not_paid' OR length(condition) > 0", name="condition_named"),
    )
    __refusals__ = {
        "uq_award_allocation_id": (None, N_("This project has been offered its money already.")),
        "ck_award_condition_named": (
            "condition",
            N_("Name the published condition that was not met."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocation.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    state: Mapped[AwardState] = mapped_column(one_of(AwardState, "state"))
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    is_from_reserve: Mapped[bool] = mapped_column(default=False)
    link: Mapped[str] = mapped_column(String(500))
    offered_at: Mapped[datetime] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    present: Mapped[str] = mapped_column(Text, default="")
    conflicts: Mapped[str] = mapped_column(Text, default="")
    condition: Mapped[str] = mapped_column(Text, default="")
    spend_by: Mapped[date | None]
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    link_number: Mapped[int] = mapped_column(default=1, server_default="1")
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"), index=True)

    round: Mapped[Round] = relationship()
    allocation: Mapped[Allocation] = relationship()
    proposal: Mapped[Proposal] = relationship()
    asset: Mapped[Asset | None] = relationship()
    payments: Mapped[list[Payment]] = relationship(
        primaryjoin="and_(Payment.award_id == Award.id, Payment.struck_at.is_(None))",
        order_by="Payment.paid_on, Payment.id",
        back_populates="award",
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="award", order_by="Milestone.due_on, Milestone.id"
    )
    reports: Mapped[list[Report]] = relationship(
        primaryjoin="and_(Report.award_id == Award.id, Report.taken_out_at.is_(None))",
        order_by="Report.id",
        back_populates="award",
    )
    receipts: Mapped[list[Receipt]] = relationship(back_populates="award", order_by="Receipt.id")
    repayments: Mapped[list[Repayment]] = relationship(
        back_populates="award", order_by="Repayment.paid_on, Repayment.id"
    )

    @property
    def paid_pence(self) -> int:
        return sum(payment.amount_pence for payment in self.payments)

    @property
    def spent_pence(self) -> int | None:
        """What the newest report says was spent in all; None before the first one."""
        return self.reports[-1].spent_pence if self.reports else None

    @property
    def unspent_pence(self) -> int:
        """What a finished project was paid and did not need, less what it has paid back."""
        if self.state is not AwardState.FINISHED or self.spent_pence is None:
            return 0
        back = sum(repayment.amount_pence for repayment in self.repayments)
        return max(0, self.paid_pence - self.spent_pence - back)

    @property
    def checked_pence(self) -> int:
        """What was spent by receipts that an officer has checked."""
        return sum(r.amount_pence for r in self.receipts if r.state is ReceiptState.CHECKED)


class Payment(Base):
    """Money that was paid to a group; one written down wrongly is struck, with the reason."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_given"),
        CheckConstraint("struck_at IS NULL OR length(struck_reason) > 0", name="struck_why"),
    )
    __refusals__ = {
        "ck_payment_amount_given": ("amount", N_("A payment has to be more than £0.")),
        "ck_payment_struck_why": ("reason", N_("Say why, for the record.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    paid_on: Mapped[date]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")
    struck_at: Mapped[datetime | None] = mapped_column(Moment)
    struck_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")

    award: Mapped[Award] = relationship(back_populates="payments")


class Repayment(Base):
    """Money a finished project did not need and paid back."""

    __tablename__ = "repayment"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_given"),)
    __refusals__ = {
        "ck_repayment_amount_given": ("amount", N_("A payment has to be more than £0.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    paid_on: Mapped[date]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")

    award: Mapped[Award] = relationship(back_populates="repayments")


class ReceiptState(enum.StrEnum):
    WAITING = "waiting"
    CHECKED = "checked"
    NOT_ACCEPTED = "not_accepted"


class Receipt(Base):
    """A bill or receipt: a photo of it or a document. Only the group and officers see it.

    The file is `receipts/<digest>.<ending>` in the uploads folder.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("award_id", "digest"),
        CheckConstraint("amount_pence > 0", name="amount_given"),
        CheckConstraint("(state = 'waiting') = (checked_at IS NULL)", name="checked_once"),
        CheckConstraint("state <> 'not_accepted' OR length(reason) > 0", name="reason_given"),
    )
    __refusals__ = {
        "uq_receipt_award_id_digest": ("file", N_("This receipt was sent in already.")),
        "ck_receipt_amount_given": ("amount", N_("A receipt has to be for more than £0.")),
        "ck_receipt_reason_given": ("reason", N_("Say why, so that they know what to send.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    what: Mapped[str] = mapped_column(String(160))
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    ending: Mapped[str] = mapped_column(String(8))
    sent_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[ReceiptState] = mapped_column(
        one_of(ReceiptState, "state"), default=ReceiptState.WAITING
    )
    checked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(500), default="")

    award: Mapped[Award] = relationship(back_populates="receipts")
    checked_by: Mapped[Account | None] = relationship()


class Milestone(Base):
    """Something a group says it will have done by a day."""

    __tablename__ = "milestone"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_given"),
        UniqueConstraint("award_id", "name"),
    )
    __refusals__ = {
        "ck_milestone_name_given": ("name", N_("Say what will be done.")),
        "uq_milestone_award_id_name": ("name", N_("There is a step of that name already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    name: Mapped[str] = mapped_column(String(160))
    due_on: Mapped[date]
    done_on: Mapped[date | None]

    award: Mapped[Award] = relationship(back_populates="milestones")


class Report(Base):
    """What a group tells of its project: in words, in money spent so far, in a picture.

    `counted` is what the group counted towards an indicator of the plan (`counted_words` says
    what): a project's own part, beside the readings of the whole place. An officer can take a
    report out, with a reason the group reads.
    """

    __tablename__ = "delivery_report"
    __table_args__ = (
        CheckConstraint("spent_pence >= 0", name="spent_given"),
        CheckConstraint("people IS NULL OR people > 0", name="people_counted"),
        CheckConstraint("(indicator_id IS NULL) = (counted IS NULL)", name="counted_whole"),
        CheckConstraint("counted >= 0", name="counted_given"),
        CheckConstraint(
            "taken_out_at IS NULL OR length(taken_out_reason) > 0", name="taken_out_why"
        ),
    )
    __refusals__ = {
        "ck_delivery_report_taken_out_why": ("reason", N_("Say why, for the record.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    told_at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(Text)
    difference: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    spent_pence: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int | None]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    is_final: Mapped[bool]
    is_by_link: Mapped[bool] = mapped_column(default=False, server_default="0")
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    counted: Mapped[int | None]
    counted_words: Mapped[str] = mapped_column(String(200), default="", server_default="")
    taken_out_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_out_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")

    award: Mapped[Award] = relationship(back_populates="reports")
    indicator: Mapped[Indicator | None] = relationship()
    photo: Mapped[Upload | None] = relationship()


class Sighting(Base):
    """How many people said on a day that they had seen a project, or that it is not there."""

    __tablename__ = "sighting"
    __table_args__ = (CheckConstraint("people > 0", name="people_counted"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_there: Mapped[bool] = mapped_column(primary_key=True)
    people: Mapped[int]

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

from pbapp.db import Base, Moment, one_of
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
    approved paying it, in the words of the meeting.
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

    round: Mapped[Round] = relationship()
    allocation: Mapped[Allocation] = relationship()
    proposal: Mapped[Proposal] = relationship()
    payments: Mapped[list[Payment]] = relationship(
        back_populates="award", order_by="Payment.paid_on, Payment.id"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="award", order_by="Milestone.due_on, Milestone.id"
    )
    reports: Mapped[list[Report]] = relationship(back_populates="award", order_by="Report.id")

    @property
    def paid_pence(self) -> int:
        return sum(payment.amount_pence for payment in self.payments)

    @property
    def spent_pence(self) -> int | None:
        """What the newest report says was spent in all; None before the first one."""
        return self.reports[-1].spent_pence if self.reports else None


class Payment(Base):
    """Money that was paid to a group."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_given"),)
    __refusals__ = {
        "ck_payment_amount_given": ("amount", N_("A payment has to be more than £0.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    paid_on: Mapped[date]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")

    award: Mapped[Award] = relationship(back_populates="payments")


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
    """What a group tells of its project: in words, in money spent so far, in a picture."""

    __tablename__ = "delivery_report"
    __table_args__ = (
        CheckConstraint("spent_pence >= 0", name="spent_given"),
        CheckConstraint("people IS NULL OR people > 0", name="people_counted"),
    )

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

    award: Mapped[Award] = relationship(back_populates="reports")
    photo: Mapped[Upload | None] = relationship()


class Sighting(Base):
    """How many people said on a day that they had seen a project, or that it is not there."""

    __tablename__ = "sighting"
    __table_args__ = (CheckConstraint("people > 0", name="people_counted"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_there: Mapped[bool] = mapped_column(primary_key=True)
    people: Mapped[int]

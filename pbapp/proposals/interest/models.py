"""An idea in short, and what officers answered."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.plans.models import Priority
from pbapp.refusal import N_
from pbapp.rounds.models import Round


class InterestState(enum.StrEnum):
    WAITING = "waiting"
    GO_ON = "go_on"
    NOT_NOW = "not_now"


class ShortIdea(Base):
    """What somebody would like to do, in short. The answer is advice: they may bid all the same.

    `elsewhere` says where they might turn instead. `version` lets an officer answer what they read
    and nothing that came after.
    """

    __tablename__ = "proposal_interest"
    __table_args__ = (
        CheckConstraint("about_pence > 0", name="amount_positive"),
        CheckConstraint("state <> 'not_now' OR length(reason) > 0", name="reason_given"),
        CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answer_dated"),
        Index("ix_proposal_interest_round_id_state", "round_id", "state"),
    )
    __refusals__ = {
        "ck_proposal_interest_amount_positive": ("about", N_("Enter an amount above nothing.")),
        "ck_proposal_interest_reason_given": (
            "reason",
            N_("Say why, so that they know what to do instead."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(250))
    about_pence: Mapped[int]
    state: Mapped[InterestState] = mapped_column(one_of(InterestState, "state"))
    reason: Mapped[str] = mapped_column(Text, default="")
    elsewhere: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)
    is_example: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"version_id_col": version}

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    priority: Mapped[Priority] = relationship()

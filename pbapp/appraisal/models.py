"""The dossier of a bid, and the score sheets of those who appraise it."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.db import Base, Moment, one_of
from pbapp.proposals.models import Proposal
from pbapp.refusal import N_
from pbapp.rounds.models import Round

MOST_POINTS = 5
MOST_WEIGHT = 5


class Terms(Base):
    """How one round appraises: set once somebody has settled its criteria."""

    __tablename__ = "appraisal_terms"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    publishes_scores: Mapped[bool] = mapped_column(default=False)
    settled_at: Mapped[datetime] = mapped_column(Moment)

    round: Mapped[Round] = relationship()


class Criterion(Base):
    """One thing bids are scored for, from 0 to 5 points; `weight` says how much it counts."""

    __tablename__ = "appraisal_criterion"
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        CheckConstraint("length(name) > 0", name="name_given"),
        CheckConstraint(f"weight BETWEEN 1 AND {MOST_WEIGHT}", name="weight_in_range"),
    )
    __refusals__ = {
        "ck_appraisal_criterion_name_given": (None, N_("Give each criterion a name.")),
        "ck_appraisal_criterion_weight_in_range": (
            None,
            N_("A criterion counts once to five times."),
        ),
        "uq_appraisal_criterion_round_id_position": (
            None,
            N_("Somebody else changed this while you were editing. Look at their change first."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    low: Mapped[str] = mapped_column(String(200))
    high: Mapped[str] = mapped_column(String(200))
    weight: Mapped[int] = mapped_column(default=1)


class Answer(enum.StrEnum):
    YES = "yes"
    NEEDS_WORK = "needs_work"
    NO = "no"


class Advice(enum.StrEnum):
    """What the appraisers tell whoever decides."""

    RECOMMENDED = "recommended"
    NOT_RECOMMENDED = "not_recommended"


class Dossier(Base):
    """What officers found out about one bid.

    `version` counts what was saved in it. `revision_seen` is the number of the bid's newest edit
    when a check was last answered: later edits are shown as changes since. `work_told` and
    `costs_told` count the messages to the group about checks and costs; `costs_agreed` is the
    group's answer to the officer's figures (None: not yet). `costs_checked` is how often figures
    were saved; only the first can be taken back, as the group has heard of those before.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        CheckConstraint("advice IS NULL OR length(advice_words) > 0", name="advice_has_words"),
    )
    __refusals__ = {
        "uq_dossier_proposal_id": (
            None,
            N_("Somebody else began at the same moment. Look at what they did, and go on."),
        ),
        "ck_dossier_advice_has_words": ("words", N_("Say why, in a sentence or two.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    begun_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    revision_seen: Mapped[int] = mapped_column(default=0)
    work_told: Mapped[int] = mapped_column(default=0)
    costs_told: Mapped[int] = mapped_column(default=0)
    costs_checked: Mapped[int] = mapped_column(default=0, server_default="0")
    costs_at: Mapped[datetime | None] = mapped_column(Moment)
    costs_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    costs_agreed: Mapped[bool | None]
    costs_words: Mapped[str] = mapped_column(Text, default="")
    costs_answered_at: Mapped[datetime | None] = mapped_column(Moment)
    talk: Mapped[str] = mapped_column(Text, default="")
    talk_at: Mapped[datetime | None] = mapped_column(Moment)
    advice: Mapped[Advice | None] = mapped_column(one_of(Advice, "advice"))
    advice_words: Mapped[str] = mapped_column(Text, default="")
    advice_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    advice_at: Mapped[datetime | None] = mapped_column(Moment)

    proposal: Mapped[Proposal] = relationship()
    checks: Mapped[list[Check]] = relationship(
        back_populates="dossier", order_by="Check.id", cascade="all, delete-orphan"
    )
    costs: Mapped[list[CostCheck]] = relationship(
        back_populates="dossier", order_by="CostCheck.position", cascade="all, delete-orphan"
    )


class Check(Base):
    """One thing an officer looked into; everything but a plain yes says why."""

    __tablename__ = "dossier_check"
    __table_args__ = (
        UniqueConstraint("dossier_id", "key"),
        CheckConstraint("answer = 'yes' OR length(note) > 0", name="note_given"),
    )
    __refusals__ = {
        "uq_dossier_check_dossier_id_key": (
            None,
            N_("Somebody else changed this while you were editing. Look at their change first."),
        ),
        "ck_dossier_check_note_given": (None, N_("Say what is missing, so that it can be mended.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    key: Mapped[str] = mapped_column(String(30))
    answer: Mapped[Answer] = mapped_column(one_of(Answer, "answer"))
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    dossier: Mapped[Dossier] = relationship(back_populates="checks")


class CostCheck(Base):
    """One line of costs: what the group asked for and the officer's figure, with the reason.

    A copy of the line, since the group's own lines are written anew when it edits its bid.
    """

    __tablename__ = "dossier_cost"
    __table_args__ = (
        UniqueConstraint("dossier_id", "position"),
        CheckConstraint("asked_pence >= 0 AND officer_pence >= 0", name="amounts_not_negative"),
        CheckConstraint("asked_pence = officer_pence OR length(reason) > 0", name="reason_given"),
    )
    __refusals__ = {
        "uq_dossier_cost_dossier_id_position": (
            None,
            N_("Somebody else changed this while you were editing. Look at their change first."),
        ),
        "ck_dossier_cost_reason_given": (None, N_("Say why your figure is different.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    position: Mapped[int]
    description: Mapped[str] = mapped_column(String(200))
    asked_pence: Mapped[int]
    officer_pence: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")

    dossier: Mapped[Dossier] = relationship(back_populates="costs")

    @property
    def is_changed(self) -> bool:
        return self.asked_pence != self.officer_pence


class Capacity(enum.StrEnum):
    """As what somebody scores a bid."""

    APPRAISER = "appraiser"
    STEERING = "steering"
    REVIEWER = "reviewer"


class Sheet(Base):
    """One person's scores of one bid. `revision_seen`: which edit of the bid they had read."""

    __tablename__ = "score_sheet"
    __table_args__ = (UniqueConstraint("proposal_id", "account_id"),)
    __refusals__ = {
        "uq_score_sheet_proposal_id_account_id": (
            None,
            N_("You have sent these scores already."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    capacity: Mapped[Capacity] = mapped_column(one_of(Capacity, "capacity"))
    comment: Mapped[str] = mapped_column(Text, default="")
    revision_seen: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship()
    scores: Mapped[list[Score]] = relationship(
        back_populates="sheet", order_by="Score.id", cascade="all, delete-orphan"
    )


class Score(Base):
    """Points for one criterion. `first_points`: what they gave before they saw anybody else's."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_id"),
        CheckConstraint(f"points BETWEEN 0 AND {MOST_POINTS}", name="points_in_range"),
    )
    __refusals__ = {
        "ck_score_points_in_range": (None, N_("Give 0 to 5 points.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("appraisal_criterion.id"), index=True)
    points: Mapped[int]
    first_points: Mapped[int]

    sheet: Mapped[Sheet] = relationship(back_populates="scores")

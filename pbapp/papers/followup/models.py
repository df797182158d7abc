"""Results noted, questions and their answers, actions in existing services, funders' decisions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.delivery.models import Award
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack
from pbapp.plans.models import ActionStatus
from pbapp.proposals.models import Proposal
from pbapp.refusal import N_
from pbapp.results.models import Count


class Noting(Base):
    """That a board noted a result at a meeting, with the pack it read: two people's word.

    It belongs to the count: a result that is corrected is noted again. Who was there and what was
    declared is the meeting's own record.
    """

    __tablename__ = "result_noting"
    __table_args__ = (
        UniqueConstraint("count_id"),
        CheckConstraint("confirmed_by_id <> entered_by_id", name="confirmed_by_another"),
        CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_with_its_day"
        ),
    )
    __refusals__ = {
        "uq_result_noting_count_id": (None, N_("This result has been noted already.")),
        "ck_result_noting_confirmed_by_another": (
            None,
            N_("A second person has to confirm this: not the one who entered it."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("board_pack.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)

    count: Mapped[Count] = relationship()
    meeting: Mapped[Meeting] = relationship()
    pack: Mapped[Pack] = relationship()


class BoardQuestion(Base):
    """What the board asked at a meeting, who is to answer, and the answer."""

    __tablename__ = "board_question"
    __table_args__ = (
        CheckConstraint("length(text) > 0 AND length(owner) > 0", name="asked_of_somebody"),
        CheckConstraint("(answered_on IS NULL) = (answer = '')", name="answered_on_its_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]

    meeting: Mapped[Meeting] = relationship()
    proposal: Mapped[Proposal | None] = relationship()


class BoardAction(Base):
    """Something an existing service changes or does because of a result, instead of a grant or
    beside one: who, what, by when, and how it goes."""

    __tablename__ = "board_action"
    __table_args__ = (
        CheckConstraint("length(text) > 0 AND length(owner) > 0", name="owned_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    status: Mapped[ActionStatus] = mapped_column(one_of(ActionStatus, "status"))
    progress: Mapped[str] = mapped_column(Text, default="")
    noted_at: Mapped[datetime] = mapped_column(Moment)

    meeting: Mapped[Meeting] = relationship()
    proposal: Mapped[Proposal | None] = relationship()


class FunderDecision(Base):
    """One sitting of a funder that decided on awards listed in a report of a pack.

    What was decided of each, when, by whom, who was there and what was declared stands with the
    award; this says which report they had before them, and which awards were dealt with together.
    """

    __tablename__ = "funder_decision"
    __table_args__ = (CheckConstraint("document > 0", name="about_a_report"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("board_pack.id"), index=True)
    document: Mapped[int]
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(Moment)

    pack: Mapped[Pack] = relationship()
    decided: Mapped[list[DecidedAward]] = relationship(order_by="DecidedAward.award_id")


class DecidedAward(Base):
    """An award that a sitting dealt with; each is decided once."""

    __tablename__ = "funder_decision_award"
    __table_args__ = (UniqueConstraint("award_id"),)
    __refusals__ = {
        "uq_funder_decision_award_award_id": (
            None,
            N_("One of these awards has been decided already."),
        ),
    }

    decision_id: Mapped[int] = mapped_column(ForeignKey("funder_decision.id"), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)

    award: Mapped[Award] = relationship()

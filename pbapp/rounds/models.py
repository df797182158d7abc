"""A round, its dated phases, its pots and its wards."""

from __future__ import annotations

import enum
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Plan, Priority
from pbapp.refusal import N_


class VoteType(enum.StrEnum):
    """Pabulib's words. `approval` with `within_pot` is the knapsack ballot."""

    APPROVAL = "approval"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"
    CHOOSE_ONE = "choose-1"


class Connection(enum.StrEnum):
    """What ties somebody to the place."""

    LIVE = "live"
    WORK = "work"
    STUDY = "study"
    VOLUNTEER = "volunteer"


class Method(enum.StrEnum):
    """How somebody shows that they may vote; each has its level of assurance."""

    EMAIL = "email"
    SMS = "sms"
    CODE = "code"
    CARD = "card"
    TABLE = "table"


ANY_CONNECTION = [connection.value for connection in Connection]
USUAL_METHODS = [Method.EMAIL.value, Method.TABLE.value]


class Profile(enum.StrEnum):
    """How large a round is, and so how many people it takes to count its papers."""

    SMALL = "small"
    STANDARD = "standard"
    FULL = "full"


class PotsPerVoter(enum.StrEnum):
    """Where a round has several pots: vote about one of them, or about each."""

    ONE = "one"
    EACH = "each"


class Leftover(enum.StrEnum):
    """Where money goes that a pot's count leaves over."""

    FUNDER = "funder"
    CARRY = "carry"
    NEXT_YEAR = "next_year"


class Underspend(enum.StrEnum):
    """What a funder wants done with money that a finished project did not need."""

    FUNDER = "funder"
    GROUP = "group"
    NEXT_ROUND = "next_round"


class MayPropose(enum.StrEnum):
    """Who may send in a proposal. `CONSTITUTED`: groups with a constitution, or with a host that
    answers for them; `COUNCIL`: officers only, for the council's services."""

    EVERYBODY = "everybody"
    GROUPS = "groups"
    CONSTITUTED = "constituted"
    COUNCIL = "council"


class Round(Base):
    """One exercise. What it is doing now is computed from its phases, never stored.

    Ballot guards: `min_choices` and `max_choices` projects (exactly k: both are k), `points_each`
    points to give in all and at most `points_most` to one project. `conditions` is what a winner
    has to meet before it is paid, published before the vote.

    Until it `is_public` a round is seen only by the officers of its board and the people invited
    to it. `version` counts its edits, `steps_done` are the parts of the set-up somebody has saved.
    A rehearsal is a copy of the round it `rehearses`, never public; thrown away, its row alone
    stays, so that no other round gets its number.
    """

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("is_imported OR board_id IS NOT NULL", name="has_board"),
        CheckConstraint("max_choices IS NULL OR max_choices > 0", name="max_choices_positive"),
        CheckConstraint("min_choices IS NULL OR min_choices > 0", name="min_choices_positive"),
        CheckConstraint("min_choices <= max_choices", name="choices_in_order"),
        CheckConstraint("points_each IS NULL OR points_each > 0", name="points_each_positive"),
        CheckConstraint("points_most IS NULL OR points_most > 0", name="points_most_positive"),
        CheckConstraint("(sealed_at IS NULL) = (config_hash IS NULL)", name="sealed_with_its_hash"),
        CheckConstraint("sealed_by_id <> seal_asked_by_id", name="sealed_by_two"),
        CheckConstraint("rehearses_id IS NULL OR NOT is_public", name="rehearsal_hidden"),
        CheckConstraint("min_cost_pence <= max_cost_pence", name="costs_in_order"),
    )
    __refusals__ = {
        "uq_round_slug": ("slug", N_("Another round already has this address.")),
        "ck_round_sealed_by_two": (
            None,
            N_("A second person has to seal the ballot: not the one who asked for it."),
        ),
        "ck_round_costs_in_order": (
            "max_cost",
            N_("The most a project can ask for has to be more than the least."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    boundary_set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    vote_type: Mapped[VoteType] = mapped_column(one_of(VoteType, "vote_type"))
    max_choices: Mapped[int | None]
    min_choices: Mapped[int | None]
    points_each: Mapped[int | None]
    points_most: Mapped[int | None]
    within_pot: Mapped[bool] = mapped_column(default=True)
    pots_per_voter: Mapped[PotsPerVoter] = mapped_column(
        one_of(PotsPerVoter, "pots_per_voter"),
        default=PotsPerVoter.EACH,
        server_default=PotsPerVoter.EACH.value,
    )
    leftover: Mapped[Leftover] = mapped_column(
        one_of(Leftover, "leftover"),
        default=Leftover.FUNDER,
        server_default=Leftover.FUNDER.value,
    )
    profile: Mapped[Profile] = mapped_column(
        one_of(Profile, "profile"),
        default=Profile.STANDARD,
        server_default=Profile.STANDARD.value,
    )
    connections: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: list(ANY_CONNECTION), server_default=json.dumps(ANY_CONNECTION)
    )
    methods: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: list(USUAL_METHODS), server_default=json.dumps(USUAL_METHODS)
    )
    conditions: Mapped[str] = mapped_column(Text, default="", server_default="")
    min_age: Mapped[int | None]
    may_propose: Mapped[MayPropose] = mapped_column(
        one_of(MayPropose, "may_propose"),
        default=MayPropose.GROUPS,
        server_default=MayPropose.GROUPS.value,
    )
    proposers: Mapped[str] = mapped_column(String(300), default="", server_default="")
    min_cost_pence: Mapped[int | None]
    max_cost_pence: Mapped[int | None]
    interest_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    people_per_contact: Mapped[int] = mapped_column(default=4)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    rule_words: Mapped[str] = mapped_column(Text, default="")
    # Large, and read by few pages.
    config: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    config_hash: Mapped[str | None] = mapped_column(String(64))
    seal_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sealed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sealed_at: Mapped[datetime | None] = mapped_column(Moment)
    certified_at: Mapped[datetime | None] = mapped_column(Moment)
    has_reserve: Mapped[bool] = mapped_column(default=True, server_default="1")
    standards: Mapped[str] = mapped_column(Text, default="", server_default="")
    assessment: Mapped[str] = mapped_column(Text, default="", server_default="")
    arrangements: Mapped[str] = mapped_column(Text, default="", server_default="")
    calendar_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    template: Mapped[str] = mapped_column(String(40), default="", server_default="")
    is_public: Mapped[bool] = mapped_column(default=True, server_default="1")
    rehearses_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    thrown_away_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    steps_done: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    is_imported: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)

    board: Mapped[Board | None] = relationship()
    plan: Mapped[Plan | None] = relationship()
    phases: Mapped[list[Phase]] = relationship(back_populates="round", order_by="Phase.starts_at")
    pots: Mapped[list[Pot]] = relationship(back_populates="round", order_by="Pot.id")
    round_areas: Mapped[list[RoundArea]] = relationship(back_populates="round")
    questions: Mapped[list[RoundQuestion]] = relationship(
        back_populates="round", order_by="RoundQuestion.position, RoundQuestion.id"
    )
    rehearses: Mapped[Round | None] = relationship(remote_side="Round.id")

    @property
    def waits_for_certificate(self) -> bool:
        """Whether its result stays closed until two people certify the count: every round with a
        voters' list of its own, until they have."""
        return self.certified_at is None and not (self.is_imported or self.is_example)


class PhaseKind(enum.StrEnum):
    """In the order in which they come; `INTEREST` (a short word before a whole bid) is optional."""

    INTEREST = "interest"
    SUBMISSION = "submission"
    REVIEW = "review"
    VOTING = "voting"
    COUNTING = "counting"
    PUBLISHED = "published"


class Phase(Base):
    """A named stretch of a round, from one moment up to (not including) another."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("round_id", "kind"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[PhaseKind] = mapped_column(one_of(PhaseKind, "kind"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship(back_populates="phases")


class Pot(Base):
    """Money to share out: who gives it, who approves paying it, and whether the vote binds them.

    A round has one pot, or one a ward (`area_id`), or one a priority (`priority_id`). Where
    several funders give to a pot its `shares` say how much each; `funder` gives the most.
    """

    __tablename__ = "pot"
    __table_args__ = (CheckConstraint("budget_pence > 0", name="has_money"),)
    __refusals__ = {"ck_pot_has_money": ("budget", N_("The pot needs an amount above nothing."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    budget_pence: Mapped[int] = mapped_column(BigInteger)
    funder_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    payment_approver: Mapped[str] = mapped_column(String(200), default="")
    is_binding: Mapped[bool] = mapped_column(default=False)
    underspend: Mapped[Underspend] = mapped_column(
        one_of(Underspend, "underspend"),
        default=Underspend.FUNDER,
        server_default=Underspend.FUNDER.value,
    )
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"))

    round: Mapped[Round] = relationship(back_populates="pots")
    funder: Mapped[Organisation | None] = relationship()
    area: Mapped[Area | None] = relationship()
    priority: Mapped[Priority | None] = relationship()
    shares: Mapped[list[PotShare]] = relationship(
        back_populates="pot", order_by="PotShare.id", cascade="all, delete-orphan"
    )


class PotShare(Base):
    """What one of several funders puts into a pot; together they are the pot's budget."""

    __tablename__ = "pot_share"
    __table_args__ = (
        UniqueConstraint("pot_id", "funder_id"),
        CheckConstraint("amount_pence > 0", name="amount_positive"),
    )
    __refusals__ = {
        "uq_pot_share_pot_id_funder_id": (
            "funders",
            N_("Name each funder once, with everything it gives."),
        ),
        "ck_pot_share_amount_positive": ("funders", N_("Enter an amount above nothing.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    funder_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    amount_pence: Mapped[int] = mapped_column(BigInteger)

    pot: Mapped[Pot] = relationship(back_populates="shares")
    funder: Mapped[Organisation] = relationship()


class RoundRole(enum.StrEnum):
    """What somebody outside the council does for one round."""

    STEERING = "steering"
    REVIEWER = "reviewer"


class RoundMember(Base):
    """Somebody invited to one round, known by the address they sign in with."""

    __tablename__ = "round_member"
    __table_args__ = (
        UniqueConstraint("round_id", "email", "role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )
    __refusals__ = {
        "uq_round_member_round_id_email_role": (
            "email",
            N_("This person is invited already."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    role: Mapped[RoundRole] = mapped_column(one_of(RoundRole, "role"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320), index=True)
    invited_at: Mapped[datetime] = mapped_column(Moment)

    round: Mapped[Round] = relationship()


class RoundArea(Base):
    """A ward whose people may vote and whose projects may be proposed."""

    __tablename__ = "round_area"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)

    round: Mapped[Round] = relationship(back_populates="round_areas")
    area: Mapped[Area] = relationship()


class QuestionKind(enum.StrEnum):
    """How a question of a round's own is answered."""

    TEXT = "text"
    LONG = "long"
    YES_NO = "yes_no"
    CHOICE = "choice"


class RoundQuestion(Base):
    """One more thing a round asks of every proposal, or of those from an amount on.

    `options` are what a `CHOICE` offers. A question that is no longer asked keeps its row, and the
    answers to it stay readable.
    """

    __tablename__ = "round_question"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        CheckConstraint("from_pence IS NULL OR from_pence > 0", name="from_above_nothing"),
    )
    __refusals__ = {
        "ck_round_question_text_given": ("text", N_("Type the question.")),
        "ck_round_question_from_above_nothing": (
            "from_amount",
            N_("Enter an amount above nothing."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(one_of(QuestionKind, "kind"))
    text: Mapped[str] = mapped_column(String(300))
    hint: Mapped[str] = mapped_column(String(300), default="")
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    from_pence: Mapped[int | None]
    removed_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship(back_populates="questions")

    def is_asked(self, pence: int) -> bool:
        """Whether a proposal that asks for so much answers it."""
        return self.removed_at is None and pence >= (self.from_pence or 0)

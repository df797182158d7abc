"""Totals of the voluntary forms. Nobody's form is kept: one is added to each number it ticks.

None of these tables has a key to a voter or a ballot, a moment, or a row a person.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, one_of
from pbapp.refusal import N_


class Source(enum.StrEnum):
    """How a number came in. `KEPT`: what is left once ballots are gone, small numbers forgotten."""

    ONLINE = "online"
    PAPER = "paper"
    KEPT = "kept"


class FormTotal(Base):
    """How many people gave one answer to one question.

    All online numbers of a round are written with each form, those it adds nothing to as well:
    so no two of them can be seen to belong to one form.
    """

    __tablename__ = "form_total"
    __table_args__ = (
        CheckConstraint("people >= 0", name="people_counted"),
        CheckConstraint("people IS NOT NULL OR source = 'kept'", name="known_while_open"),
        {"sqlite_with_rowid": False},
    )
    __refusals__ = {
        "ck_form_total_people_counted": (None, N_("A number of people cannot be less than zero.")),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    source: Mapped[Source] = mapped_column(one_of(Source, "source"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    answer: Mapped[str] = mapped_column(String(40), primary_key=True)
    people: Mapped[int | None]


class FormKey(Base):
    """That a form with this random number came in, so that a second press adds nothing."""

    __tablename__ = "form_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)


class CommunityProfile(Base):
    """Of a hundred people who live in a board's area, how many each answer fits; from a census.

    `shares` maps a question to its answers and those to a number from 0 to 100.
    """

    __tablename__ = "community_profile"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    shares: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(300))

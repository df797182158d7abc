"""A council, its boards, and memberships with a role."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.db import Base, Moment, one_of
from pbapp.places.models import Area
from pbapp.refusal import N_
from pbapp.web.models import Upload


class Council(Base):
    """The council whose boards this installation serves, and how its pages look.

    `colour` is #rrggbb, dark enough to read on white (`colours.shades_of`); empty: the usual blue.
    """

    __tablename__ = "council"
    __table_args__ = (UniqueConstraint("area_id"),)
    __refusals__ = {"uq_council_area_id": ("area", N_("This council is set up already."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(120))
    help_email: Mapped[str | None] = mapped_column(String(320))
    help_phone: Mapped[str | None] = mapped_column(String(40))
    colour: Mapped[str] = mapped_column(String(7), default="", server_default="")
    logo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))

    area: Mapped[Area] = relationship()
    logo: Mapped[Upload | None] = relationship()


class Board(Base):
    """A Community Board: part of a council's area, with a plan and a share of decisions."""

    __tablename__ = "board"
    __table_args__ = (UniqueConstraint("slug"),)
    __refusals__ = {"uq_board_slug": ("slug", N_("Another board has this address already."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    place_name: Mapped[str] = mapped_column(String(120))
    introduction: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    is_example: Mapped[bool] = mapped_column(default=False)

    council: Mapped[Council] = relationship()
    board_areas: Mapped[list[BoardArea]] = relationship(back_populates="board")


class BoardArea(Base):
    """A ward (or part of one) that belongs to a board; many to many."""

    __tablename__ = "board_area"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)
    is_part: Mapped[bool] = mapped_column(default=False)

    board: Mapped[Board] = relationship(back_populates="board_areas")
    area: Mapped[Area] = relationship()


class Role(enum.StrEnum):
    """What somebody does for one board. Roles are separate; a person may hold several.

    A counter is a trained person outside the council's staff (a community counter, the third
    sector interface, a neighbouring board's officer): the second pair of hands in a small round.
    """

    MODERATOR = "moderator"
    APPRAISER = "appraiser"
    VOTING_LEAD = "voting_lead"
    CLERK = "clerk"
    COUNTER = "counter"
    CHAIR = "chair"
    BOARD_MEMBER = "board_member"


OFFICER_ROLES = frozenset({Role.MODERATOR, Role.APPRAISER, Role.VOTING_LEAD, Role.CLERK})
BOARD_ROLES = frozenset({Role.CHAIR, Role.BOARD_MEMBER})


class Membership(Base):
    """Somebody's role on a board. Their name is public only while they want it (`is_named`)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("board_id", "account_id", "role"),)
    __refusals__ = {
        "uq_membership_board_id_account_id_role": ("role", N_("They already have this role.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    since: Mapped[datetime] = mapped_column(Moment)
    is_named: Mapped[bool] = mapped_column(default=False, server_default="0")

    board: Mapped[Board] = relationship()
    account: Mapped[Account] = relationship()


class AllowedDays(Base):
    """How many working days a board takes over one kind of thing, where it is not the usual."""

    __tablename__ = "allowed_days"
    __table_args__ = (CheckConstraint("days > 0", name="days_positive"),)
    __refusals__ = {
        "ck_allowed_days_days_positive": ("days", N_("Enter a number of 1 or more.")),
    }

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    days: Mapped[int]


class ClosedDay(Base):
    """A day on which a board's officers do not work, beside Saturdays and Sundays."""

    __tablename__ = "closed_day"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)

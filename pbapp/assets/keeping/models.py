"""Who said that an entry is right, whom we asked, whom we trust, and what nobody checked before."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset, Confirmer, Method
from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.refusal import N_


class Said(enum.StrEnum):
    """What somebody said of an entry."""

    RIGHT = "right"
    CHANGED = "changed"
    PAUSED = "paused"
    CLOSED = "closed"
    OPEN = "open"


class Confirmation(Base):
    """Somebody said that an entry is right, or put it right: a part played, never a name."""

    __tablename__ = "asset_confirmation"

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[Confirmer] = mapped_column(one_of(Confirmer, "by"))
    method: Mapped[Method] = mapped_column(one_of(Method, "method"))
    said: Mapped[Said] = mapped_column(one_of(Said, "said"))


class AssetReminder(Base):
    """We asked whether an entry is still right; one row for each stage of one due day.

    `letter` is part of the keys of the mails; None: there was nobody to write to, or, at the last
    stage, nobody is asked any more. Such an entry waits for an officer.
    """

    __tablename__ = "asset_reminder"
    __table_args__ = (
        UniqueConstraint("asset_id", "due_on", "stage"),
        CheckConstraint("stage BETWEEN 1 AND 4", name="stage_possible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    due_on: Mapped[date]
    stage: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    letter: Mapped[UUID | None] = mapped_column(index=True)

    asset: Mapped[Asset] = relationship()


class NotAsked(Base):
    """A lead of a group who does not want to be asked about an entry any more."""

    __tablename__ = "asset_not_asked"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)


class TrustedGroup(Base):
    """A group whose entries show at once on a board; an officer said so, and why."""

    __tablename__ = "trusted_group"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason_given"),
        CheckConstraint(
            "(revoked_at IS NULL) = (length(revoked_reason) = 0)", name="revoking_whole"
        ),
        Index(
            "uq_trusted_group_board_id",
            "board_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
    __refusals__ = {
        "ck_trusted_group_reason_given": ("reason", N_("Say why, for the record.")),
        "ck_trusted_group_revoking_whole": ("reason", N_("Say why, for the record.")),
        "uq_trusted_group_board_id": (None, N_("This group publishes straight away already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    revoked_reason: Mapped[str] = mapped_column(Text, default="")

    board: Mapped[Board] = relationship()
    organisation: Mapped[Organisation] = relationship()
    by: Mapped[Account] = relationship(foreign_keys=[by_id])


class StraightAway(Base):
    """Something showed at once; an officer looks at it afterwards."""

    __tablename__ = "asset_straight_away"
    __table_args__ = (
        CheckConstraint("(looked_at IS NULL) = (looked_by_id IS NULL)", name="look_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    by: Mapped[Confirmer] = mapped_column(one_of(Confirmer, "by"))
    at: Mapped[datetime] = mapped_column(Moment)
    # Of the change, in the entry's history; None: the entry is new.
    revision: Mapped[int | None]
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    asset: Mapped[Asset] = relationship()

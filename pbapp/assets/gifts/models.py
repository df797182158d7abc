"""A gift's half year, the letters to its giver, who may write no more, and the wards' totals."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.assets.models import Asset
from pbapp.db import Base, Moment
from pbapp.refusal import N_


class Gift(Base):
    """How long a published gift stays. `reminded_on`: we asked whether they still offer it."""

    __tablename__ = "gift"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    ends_on: Mapped[date] = mapped_column(index=True)
    reminded_on: Mapped[date | None]
    takes_letters: Mapped[bool] = mapped_column(default=True)

    asset: Mapped[Asset] = relationship()


class GiftLetter(Base):
    """A letter to a giver. It waits for its writer's code, is passed on once, and is forgotten.

    `gives_address`: the writer lets the giver see the address. Without that an answer goes
    through us as well; `answered_at` is when it did.
    """

    __tablename__ = "gift_letter"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_given"),
        Index("ix_gift_letter_asset_id_email", "asset_id", "email"),
    )
    __refusals__ = {"ck_gift_letter_text_given": ("text", N_("Write what you would like to ask."))}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    gives_address: Mapped[bool]
    language: Mapped[str] = mapped_column(String(12), default="en")
    written_at: Mapped[datetime] = mapped_column(Moment, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    asset: Mapped[Asset] = relationship()


class GiftBlock(Base):
    """An address, kept as a keyed hash, that may not write to a giver any more."""

    __tablename__ = "gift_block"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class GiftCount(Base):
    """A board's gifts by ward, as counted at one moment; `counted` are their ids.

    Kept, not read afresh: a total that moved with each gift would tell the newest one's ward.
    """

    __tablename__ = "gift_count"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(Moment)
    by_ward: Mapped[dict[str, int]] = mapped_column(JSON)
    counted: Mapped[list[str]] = mapped_column(JSON)

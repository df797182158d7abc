"""An asset: anything a community values and can build on, and the priorities it helps."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_
from pbapp.web.models import Upload


class AssetKind(enum.StrEnum):
    """The six kinds of asset-based community development."""

    INDIVIDUAL = "individual"
    ASSOCIATION = "association"
    INSTITUTION = "institution"
    PLACE = "place"
    EXCHANGE = "exchange"
    CULTURE = "culture"


class AssetState(enum.StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    RETURNED = "returned"
    REFUSED = "refused"


class Where(enum.StrEnum):
    """How somebody said where it is. `postcode`: shown at the middle of that postcode."""

    POINT = "point"
    POSTCODE = "postcode"
    WARD = "ward"
    NOWHERE = "nowhere"


class Confirmer(enum.StrEnum):
    """Who last said "this is still right", or who edited an entry: a part played, never a name."""

    GROUP = "group"
    SUBMITTER = "submitter"
    OFFICER = "officer"
    VISITOR = "visitor"


class Asset(Base):
    """One entry. `area` is its ward, from an official boundary, a postcode, or what people said."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point_whole"),
        CheckConstraint("where_kind <> 'point' OR lat IS NOT NULL", name="point_given"),
        CheckConstraint("kind <> 'individual' OR lat IS NULL", name="person_never_pinned"),
        CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point_on_earth"
        ),
        CheckConstraint("length(name) > 0", name="name_given"),
        CheckConstraint("source_ref IS NULL OR length(source) > 0", name="source_named"),
        # Who comes twice from one list is one entry; without a reference there is no telling.
        UniqueConstraint("board_id", "source", "source_ref"),
        Index("ix_asset_board_id_state", "board_id", "state"),
    )
    __refusals__ = {
        "ck_asset_point_whole": ("lat", N_("Give both numbers of the place, or neither.")),
        "ck_asset_point_given": ("where_kind", N_("Choose the place on the map.")),
        "ck_asset_person_never_pinned": (
            "where_kind",
            N_("A person's gift is never shown as a point on the map. Choose the ward instead."),
        ),
        "ck_asset_point_on_earth": ("lat", N_("This is not a place on the map. Choose it again.")),
        "ck_asset_name_given": ("name", N_("Enter a name.")),
        "ck_asset_source_named": ("source", N_("Say which list this comes from.")),
        "uq_asset_board_id_source_source_ref": (
            "source_ref",
            N_("This entry has come in from the same list already."),
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[AssetKind] = mapped_column(one_of(AssetKind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    opening: Mapped[str] = mapped_column(String(300), default="")
    access: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    website: Mapped[str | None] = mapped_column(String(500))
    where_kind: Mapped[Where] = mapped_column(one_of(Where, "where_kind"))
    where_words: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    postcode: Mapped[str | None] = mapped_column(String(8))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[AssetState] = mapped_column(one_of(AssetState, "state"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    submitter_email: Mapped[str | None] = mapped_column(String(320))
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by: Mapped[Confirmer | None] = mapped_column(one_of(Confirmer, "confirmed_by"))
    version: Mapped[int] = mapped_column(default=1)
    is_example: Mapped[bool] = mapped_column(default=False)
    # Where an entry that came in from a list is from, and on what terms it may be shown.
    source: Mapped[str] = mapped_column(String(200), default="")
    source_ref: Mapped[str | None] = mapped_column(String(200))
    source_url: Mapped[str | None] = mapped_column(String(500))
    licence: Mapped[str] = mapped_column(String(200), default="")
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset_batch.id"), index=True)

    __mapper_args__ = {"version_id_col": version}

    board: Mapped[Board] = relationship()
    area: Mapped[Area | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    photo: Mapped[Upload | None] = relationship()
    priorities: Mapped[list[AssetPriority]] = relationship(
        back_populates="asset", cascade="all, delete-orphan"
    )


class AssetPriority(Base):
    """A priority an asset helps; at most one of them is its main one."""

    __tablename__ = "asset_priority"
    __table_args__ = (UniqueConstraint("asset_id", "priority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"), index=True)
    is_main: Mapped[bool] = mapped_column(default=False)

    asset: Mapped[Asset] = relationship(back_populates="priorities")
    priority: Mapped[Priority] = relationship()


SUBJECT = "asset"  # how decisions, revisions and the officers' log name an entry

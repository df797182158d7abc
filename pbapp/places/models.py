"""An area is stable; a boundary is one drawing of it. Importing new ones orphans nothing."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class AreaType(enum.StrEnum):
    COUNCIL = "council"
    WARD = "ward"


class Area(Base):
    """A council or a ward, known everywhere by its GSS code (ONS).

    A ward that is no more has the day it `ended_on`. Its row stays, for what was decided in it.
    """

    __tablename__ = "area"
    __table_args__ = (
        UniqueConstraint("gss_code"),
        Index("ix_area_council_id", "council_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_type: Mapped[AreaType] = mapped_column(one_of(AreaType, "area_type"))
    gss_code: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[int | None]
    council_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    centre_lat: Mapped[float | None] = mapped_column(Float)
    centre_lon: Mapped[float | None] = mapped_column(Float)
    ended_on: Mapped[date | None]


class AreaSuccessor(Base):
    """A ward that is no more, and one that has ground or people of it now."""

    __tablename__ = "area_successor"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)


class BoundarySet(Base):
    """One publication of boundaries: where it is from, of what day, and whether it is official.

    A schematic one may be shown, but nothing is ever derived from it: no ward from a point.
    """

    __tablename__ = "boundary_set"
    __table_args__ = (
        UniqueConstraint("council_id", "digest"),
        Index(
            "uq_boundary_set_current",
            "council_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )
    __refusals__ = {
        "uq_boundary_set_council_id_digest": (None, N_("These boundaries were imported before.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(300))
    attribution: Mapped[str] = mapped_column(String(500))
    dated_on: Mapped[date | None]
    digest: Mapped[str] = mapped_column(String(64))
    is_schematic: Mapped[bool]
    is_current: Mapped[bool]
    imported_at: Mapped[datetime] = mapped_column(Moment)

    boundaries: Mapped[list[Boundary]] = relationship(back_populates="boundary_set")


class Boundary(Base):
    """One area's shape in one set: GeoJSON geometry in EPSG:4326, with where its label goes.

    The box around it is kept in columns, so that finding a point's ward reads two or three shapes
    and not all of them.
    """

    __tablename__ = "boundary"
    __table_args__ = (
        UniqueConstraint("boundary_set_id", "area_id"),
        CheckConstraint("area_km2 > 0", name="has_area"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    geometry: Mapped[dict[str, Any]] = mapped_column(JSON)
    area_km2: Mapped[float] = mapped_column(Float)
    label_lat: Mapped[float] = mapped_column(Float)
    label_lon: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    west: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)

    boundary_set: Mapped[BoundarySet] = relationship(back_populates="boundaries")
    area: Mapped[Area] = relationship()


class Postcode(Base):
    """A unit postcode and its ward, as the source says. Never guessed from a district or a shape.

    `is_example` marks the made-up ZZ postcodes of the demo.
    """

    __tablename__ = "postcode"
    __table_args__ = (CheckConstraint("postcode = upper(postcode)", name="upper_case"),)

    postcode: Mapped[str] = mapped_column(String(8), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    is_example: Mapped[bool] = mapped_column(default=False)

    area: Mapped[Area] = relationship()


class DeprivationSet(Base):
    """One publication of an index of deprivation for a council's data zones; a new one replaces it.

    `dated_on` is the day its figures are of, where the operator knows.
    """

    __tablename__ = "deprivation_set"
    __table_args__ = (UniqueConstraint("council_id"),)
    __refusals__ = {
        "uq_deprivation_set_council_id": (None, N_("This council has figures already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(300))
    attribution: Mapped[str] = mapped_column(String(500))
    dated_on: Mapped[date | None]
    imported_at: Mapped[datetime] = mapped_column(Moment)

    zones: Mapped[list[DataZone]] = relationship(
        back_populates="deprivation_set", cascade="all, delete-orphan"
    )


class DataZone(Base):
    """A small area of some 800 people: how many, where about, and its place in the index.

    `quintile` and `decile` count from 1, where the index finds the greatest need. A zone has no
    name here on purpose: figures are added up by ward, and no street is ever labelled with one.
    """

    __tablename__ = "data_zone"
    __table_args__ = (
        UniqueConstraint("deprivation_set_id", "gss_code"),
        CheckConstraint("population >= 0", name="people_counted"),
        CheckConstraint("quintile BETWEEN 1 AND 5", name="a_fifth"),
        CheckConstraint("decile BETWEEN 1 AND 10", name="a_tenth"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="on_earth"),
    )
    __refusals__ = {
        "uq_data_zone_deprivation_set_id_gss_code": (None, N_("A data zone is there twice.")),
        "ck_data_zone_people_counted": ("population", N_("A number of people is less than zero.")),
        "ck_data_zone_a_fifth": ("quintile", N_("A fifth is a number from 1 to 5.")),
        "ck_data_zone_a_tenth": ("decile", N_("A tenth is a number from 1 to 10.")),
        "ck_data_zone_on_earth": (
            "lat",
            N_("The middle of a data zone is not a place on the map."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    deprivation_set_id: Mapped[int] = mapped_column(ForeignKey("deprivation_set.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    gss_code: Mapped[str] = mapped_column(String(9))
    population: Mapped[int]
    quintile: Mapped[int]
    decile: Mapped[int | None]
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)

    deprivation_set: Mapped[DeprivationSet] = relationship(back_populates="zones")

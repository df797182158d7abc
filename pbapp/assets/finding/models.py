"""Landmarks: the places by which people here say where something is."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base
from pbapp.refusal import N_


class Landmark(Base):
    """A well-known public place of a board's area, from a file that an operator read in."""

    __tablename__ = "landmark"
    __table_args__ = (
        UniqueConstraint("board_id", "name"),
        CheckConstraint("length(name) > 0", name="name_given"),
        CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point_on_earth"
        ),
    )
    __refusals__ = {
        "uq_landmark_board_id_name": ("name", N_("There is a landmark of this name already.")),
        "ck_landmark_name_given": ("name", N_("Enter a name.")),
        "ck_landmark_point_on_earth": (
            "lat",
            N_("This is not a place on the map. Choose it again."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    name: Mapped[str] = mapped_column(String(120))
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    source: Mapped[str] = mapped_column(String(200), default="")

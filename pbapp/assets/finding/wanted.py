"""What a visitor asked to see, as plain values: the same for the page, the map and the exports."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from pbapp.assets.models import AssetKind, Cost


class Sort(enum.StrEnum):
    """The orders of the table. Without one the best comes first: the fitting, near, kept true."""

    NAME = "name"
    NEAR = "near"
    FRESH = "fresh"


class Part(enum.StrEnum):
    """Parts of the day, in minutes after midnight in `HOURS`."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


HOURS = {Part.MORNING: (0, 720), Part.AFTERNOON: (720, 1080), Part.EVENING: (1080, 1440)}


@dataclass(frozen=True)
class Origin:
    """Where the visitor looks from: a postcode, or a rounded position. `area_id`: its ward;
    `area_ids`: the wards of the middle of half a postcode."""

    lat: float
    lon: float
    area_id: int | None = None
    area_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outward:
    """The first half of a postcode, like ML5, and the wards it reaches into."""

    code: str
    area_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a visitor asked to see.

    `area_id`: what is based in a ward or serves it; `based_here` leaves the latter out. `day` is
    0 for Monday. `open_at` is a moment by the clock on the wall. `age`: of whoever would come.
    """

    board_id: int
    area_id: int | None = None
    priority_id: int | None = None
    kind: AssetKind | None = None
    words: str = ""
    without_gifts: bool = False
    based_here: bool = False
    origin: Origin | None = None
    within_m: int | None = None
    outward: Outward | None = None
    access: tuple[str, ...] = ()
    audience: str = ""
    theme: str = ""
    costs: tuple[Cost, ...] = ()
    age: int | None = None
    day: int | None = None
    part: Part | None = None
    open_at: datetime | None = None
    sort: Sort | None = None

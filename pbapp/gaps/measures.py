"""What a ward has for a priority, against how many live there. Pure: facts in, figures out.

Three things must never look alike: nothing is there (0), there is nobody to count for (no such
area), and we do not know (no data). They are 0, an empty `Distance` and None here.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FRESH_FOR = timedelta(days=365)
GREATEST_NEED = 1  # the fifth of the index that is measured: its first two tenths
KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class Times:
    """When an entry is on. None of this is known of an entry without regular times."""

    evening: bool = False
    weekend: bool = False


@dataclass(frozen=True)
class Entry:
    """An entry of the map: its ward if it has one, its point if it has one, what it helps.

    `serves` are the wards it says it works for, wherever it is based; what has no one place is
    `everywhere`. `times` None: not known. No measure is to count what `is_paused`.
    """

    area_id: int | None
    lat: float | None
    lon: float | None
    confirmed_at: datetime | None
    priority_ids: frozenset[int]
    serves: frozenset[int] = frozenset()
    everywhere: bool = False
    times: Times | None = None
    is_paused: bool = False


@dataclass(frozen=True)
class Zone:
    """A data zone's ward, people, fifth of the index and middle."""

    area_id: int
    people: int
    quintile: int
    lat: float
    lon: float


@dataclass(frozen=True)
class Distance:
    """How far people in the areas of greatest need live from the nearest entry, straight.

    `half` of them live within so many kilometres, and all within `furthest`. `people` 0: the ward
    has no such area. `half` None: it has, but no entry has a point to measure to.
    """

    people: int = 0
    half: float | None = None
    furthest: float | None = None


@dataclass(frozen=True)
class Cover:
    """Of `entries`, how many have `known` times, and are on in an evening or at a weekend."""

    entries: int = 0
    known: int = 0
    evening: int = 0
    weekend: int = 0


@dataclass(frozen=True)
class Cell:
    """One ward and one priority (or all). `per_1000` and `distance` None: no data to say it.

    `here` is what is based in the ward, `coming` what serves it from elsewhere and is counted in
    no other figure of the cell.
    """

    here: Cover = Cover()
    fresh: int = 0
    per_1000: float | None = None
    distance: Distance | None = None
    coming: Cover = Cover()

    @property
    def entries(self) -> int:
        return self.here.entries

    @property
    def share_fresh(self) -> float | None:
        """From 0 to 1; None where there is no entry to confirm."""
        return self.fresh / self.entries if self.entries else None

    @property
    def share_evening(self) -> float | None:
        """Of those whose times are known, from 0 to 1; None where no times are."""
        return self.here.evening / self.here.known if self.here.known else None

    @property
    def share_weekend(self) -> float | None:
        return self.here.weekend / self.here.known if self.here.known else None


@dataclass(frozen=True)
class WardRow:
    """A ward's cells by priority id; `overall` has every entry, whatever it helps."""

    area_id: int
    people: int | None
    overall: Cell
    cells: dict[int, Cell] = field(default_factory=dict)


def measure(
    *,
    area_ids: Sequence[int],
    priority_ids: Sequence[int],
    entries: Sequence[Entry],
    zones: Sequence[Zone],
    now: datetime,
) -> list[WardRow]:
    """A row for each ward. Distances reach over the wards' borders; counts do not."""
    wanted: list[int | None] = [None, *priority_ids]
    points = {which: _points(entries, which) for which in wanted}
    rows = []
    for area_id in area_ids:
        here = [entry for entry in entries if entry.area_id == area_id]
        coming = [
            entry
            for entry in entries
            if entry.area_id != area_id and (entry.everywhere or area_id in entry.serves)
        ]
        ours = [zone for zone in zones if zone.area_id == area_id]
        people = sum(zone.people for zone in ours) or None
        cells = {
            which: _cell(
                _helping(here, which),
                _helping(coming, which),
                people,
                _distance(ours, points[which]) if people else None,
                now,
            )
            for which in wanted
        }
        overall = cells.pop(None)
        by_priority = {which: cell for which, cell in cells.items() if which is not None}
        rows.append(WardRow(area_id, people, overall, by_priority))
    return rows


def _helping(entries: Iterable[Entry], priority_id: int | None) -> list[Entry]:
    return [e for e in entries if priority_id is None or priority_id in e.priority_ids]


def _cell(
    entries: Sequence[Entry],
    coming: Sequence[Entry],
    people: int | None,
    distance: Distance | None,
    now: datetime,
) -> Cell:
    return Cell(
        here=cover(entries),
        fresh=sum(is_fresh(entry.confirmed_at, now) for entry in entries),
        per_1000=1000 * len(entries) / people if people else None,
        distance=distance,
        coming=cover(coming),
    )


def cover(entries: Sequence[Entry]) -> Cover:
    known = [entry.times for entry in entries if entry.times is not None]
    return Cover(
        entries=len(entries),
        known=len(known),
        evening=sum(times.evening for times in known),
        weekend=sum(times.weekend for times in known),
    )


def is_fresh(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether somebody said within a year that an entry is still right."""
    return confirmed_at is not None and now - confirmed_at <= FRESH_FOR


def _points(entries: Iterable[Entry], priority_id: int | None) -> list[tuple[float, float]]:
    """Where entries are, from south to north."""
    return sorted(
        (entry.lat, entry.lon)
        for entry in _helping(entries, priority_id)
        if entry.lat is not None and entry.lon is not None
    )


def _distance(zones: Sequence[Zone], points: Sequence[tuple[float, float]]) -> Distance:
    need = [zone for zone in zones if zone.quintile == GREATEST_NEED and zone.people]
    people = sum(zone.people for zone in need)
    if not people or not points:
        return Distance(people)
    measured = sorted((nearest_km(zone.lat, zone.lon, points), zone.people) for zone in need)
    reached = 0
    for km, living in measured:
        reached += living
        if 2 * reached >= people:
            return Distance(people, km, measured[-1][0])
    raise AssertionError("half of the people are reached before all of them")


def nearest_km(lat: float, lon: float, points: Sequence[tuple[float, float]]) -> float:
    """Kilometres to the nearest of at least one point, on a flat map of the place.

    True to 1 in 200 across a council. `points` run from south to north: of ten thousand only
    those are looked at that lie no further north or south than the nearest so far.
    """
    narrow = math.cos(math.radians(lat))
    start = bisect(points, (lat, lon))
    nearest = math.inf
    for side in (range(start, len(points)), range(start - 1, -1, -1)):
        for place in side:
            y, x = points[place]
            if (y - lat) ** 2 >= nearest:
                break
            nearest = min(nearest, (y - lat) ** 2 + ((x - lon) * narrow) ** 2)
    return KM_A_DEGREE * math.sqrt(nearest)

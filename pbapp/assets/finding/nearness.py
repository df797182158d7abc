"""Distances and compass points between places, and the nearest of many landmarks. Pure.

All on a plane that touches the Earth at the first point: wrong by less than one part in a thousand
over the size of a council.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

METRES = 111_195.0  # in a degree of latitude
FARTHEST_M = 2000
_ROW = FARTHEST_M / METRES  # of the grid, in degrees


@dataclass(frozen=True)
class Mark:
    """A place everybody here knows; `key` is its folded name."""

    name: str
    lat: float
    lon: float
    key: str = ""


def offset(lat: float, lon: float, other_lat: float, other_lon: float) -> tuple[float, float]:
    """How many metres north and east the other place is."""
    narrow = math.cos(math.radians(lat))
    return (other_lat - lat) * METRES, (other_lon - lon) * METRES * narrow


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    return math.hypot(*offset(lat, lon, other_lat, other_lon))


def compass(north: float, east: float) -> int:
    """The nearest of eight points: 0 is north, 1 north-east, 2 east, and so round."""
    return round(math.degrees(math.atan2(east, north)) / 45) % 8


class Landmarks:
    """Places everybody knows, kept in fields of a grid so that the nearest is found at once."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._fields: dict[tuple[int, int], list[Mark]] = defaultdict(list)
        self._by_key: dict[str, Mark] = {}
        for mark in marks:
            self._by_key.setdefault(mark.key, mark)
            self._fields[self._field(mark.lat, mark.lon)].append(mark)

    @staticmethod
    def _field(lat: float, lon: float) -> tuple[int, int]:
        # Twice as many degrees wide, and a bit: as wide as high even in Shetland.
        return math.floor(lat / _ROW), math.floor(lon / (2.1 * _ROW))

    def named(self, key: str) -> Mark | None:
        """The landmark of this folded name, or the only one that has words which begin so."""
        words = key.split()
        if len(key) < 3 or key in self._by_key:
            return self._by_key.get(key)
        found = [
            mark
            for name, mark in self._by_key.items()
            if all(f" {word}" in f" {name}" for word in words)
        ]
        return found[0] if len(found) == 1 else None

    def nearest(self, lat: float, lon: float, but: str = "") -> Mark | None:
        """The nearest within two kilometres, leaving out the one whose key is `but`."""
        row, column = self._field(lat, lon)
        near = [
            (metres(lat, lon, mark.lat, mark.lon), mark.name, mark)
            for r in (row - 1, row, row + 1)
            for c in (column - 1, column, column + 1)
            for mark in self._fields.get((r, c), ())
            if mark.key != but or not but
        ]
        found = min(near, key=lambda one: one[:2], default=None)
        return found[2] if found and found[0] <= FARTHEST_M else None

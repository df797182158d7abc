"""Numbers for what has a point, where their pins go on the drawing, and what is off the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pbapp.gaps.drawing import Frame

Thing = TypeVar("Thing")
Placed = tuple[float, float, Thing]
TOGETHER = 40.0  # what lies so near has numbers that follow each other
BAND = 90.0  # numbers run from west to east in bands this high, from north to south


@dataclass(frozen=True)
class Pin:
    """A label and its place: "7", or "7–9" where several stand too close to be told
    apart and have numbers that follow each other."""

    label: str
    x: float
    y: float

    @property
    def wide(self) -> float:
        """How many heights of its letters a pin is across."""
        return max(1.7, 0.7 + 0.58 * len(self.label))


@dataclass(frozen=True)
class Numbered(Generic[Thing]):
    """Things in the order of their numbers, from 1; their pins; and those that are off the map."""

    things: list[Thing]
    pins: list[Pin]
    off_the_map: list[Thing]


def number(
    things: Sequence[tuple[Thing, float | None, float | None]], frame: Frame | None, near: float
) -> Numbered[Thing]:
    """Number things (with latitude and longitude) as they lie; `near` is in the frame's units.

    The numbers are the same whatever `near` is, so that a slip cut off any size of a sheet means
    the same entry; only how many share a pin differs.
    """
    placed: list[Placed[Thing]] = []
    off: list[Thing] = []
    for thing, lat, lon in things:
        if frame is None or lat is None or lon is None or not frame.holds(lat, lon):
            off.append(thing)
        else:
            placed.append((*frame.place(lat, lon), thing))
    clusters = sorted(_together(placed, TOGETHER), key=lambda cluster: _as_read(cluster[0]))
    ordered = [one for cluster in clusters for one in sorted(cluster, key=_as_read)]
    numbered = [(x, y, place) for place, (x, y, _thing) in enumerate(ordered, 1)]
    pins = [
        Pin(_label(group[0][2], group[-1][2]), group[0][0], group[0][1])
        for group in _runs(numbered, near)
    ]
    return Numbered([thing for _x, _y, thing in ordered], pins, off)


def _as_read(placed: Placed[Thing]) -> tuple[float, float, float]:
    return placed[1] // BAND, placed[0], placed[1]


def _together(placed: Sequence[Placed[Thing]], near: float) -> list[list[Placed[Thing]]]:
    """Groups of what lies near the first of each."""
    groups: list[list[Placed[Thing]]] = []
    for one in placed:
        group = next((g for g in groups if math.dist(g[0][:2], one[:2]) < near), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def _runs(numbered: Sequence[Placed[int]], near: float) -> list[list[Placed[int]]]:
    """The same of what comes one after the other: "4–6" is found at once, "4, 9, 31–33" is not."""
    runs: list[list[Placed[int]]] = []
    for one in numbered:
        if runs and math.dist(runs[-1][0][:2], one[:2]) < near:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _label(first: int, last: int) -> str:
    """7, or 7–9."""
    return str(first) if first == last else f"{first}–{last}"

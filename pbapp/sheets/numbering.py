"""Numbers for what has a point, where their pins go on the drawing, and what is off the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pbapp.gaps.drawing import Frame

Thing = TypeVar("Thing")
BAND = 90.0  # numbers run from west to east in bands this high, from north to south


@dataclass(frozen=True)
class Pin:
    """A label and its place: "7", or "7–9" where several stand too close to be told apart."""

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
    """Number things (with latitude and longitude) as they lie; `near` is in the frame's units."""
    groups: list[tuple[float, float, list[Thing]]] = []
    off: list[Thing] = []
    for thing, lat, lon in things:
        if frame is None or lat is None or lon is None or not frame.holds(lat, lon):
            off.append(thing)
            continue
        x, y = frame.place(lat, lon)
        group = next((g for g in groups if math.dist((g[0], g[1]), (x, y)) < near), None)
        if group:
            group[2].append(thing)
        else:
            groups.append((x, y, [thing]))
    groups.sort(key=lambda group: (group[1] // BAND, group[0], group[1]))
    ordered: list[Thing] = []
    pins = []
    for x, y, members in groups:
        first = len(ordered) + 1
        ordered += members
        last = len(ordered)
        pins.append(Pin(str(first) if first == last else f"{first}–{last}", x, y))
    return Numbered(ordered, pins, off)

"""Places everybody knows, on the drawing of a ward: which of them have room, and where. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pbapp.gaps.drawing import Frame
from pbapp.sheets.layout import Fitted
from pbapp.sheets.spreading import Drawn

Box = tuple[float, float, float, float]
WIDE = 0.58  # of a letter, in heights of its line
LONGEST = 34  # letters; a longer name would be a line across the map


@dataclass(frozen=True)
class Landmark:
    """A name and where it is."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Label:
    """A dot with its name: the words start, end or have their middle (`anchor`) at `text_x`."""

    name: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


def label(
    marks: Sequence[Landmark], frame: Frame, fitted: Fitted, pins: Sequence[Drawn]
) -> list[Label]:
    """The landmarks that can be drawn without covering a pin, a name or the drawing's edge.

    A pin tells where an entry is and a landmark only helps to find it, so pins come first; of two
    landmarks that stand in each other's way, the first.
    """
    size = fitted.number
    room = (0.0, 0.0, frame.width, frame.height)
    taken = [_around(pin.x, pin.y, pin.wide, pin.high) for pin in pins]
    found = []
    for mark in marks:
        if not frame.holds(mark.lat, mark.lon) or len(mark.name) > LONGEST:
            continue
        x, y = frame.place(mark.lat, mark.lon)
        dot = _around(x, y, size * 0.7, size * 0.7)
        if any(_meet(dot, other) for other in taken):
            continue
        for one, box in _ways(mark.name, x, y, size):
            if _within(box, room) and not any(_meet(box, other) for other in taken):
                found.append(one)
                taken += [dot, box]
                break
    return found


def _ways(name: str, x: float, y: float, size: float) -> list[tuple[Label, Box]]:
    """Right of the dot, left of it, under it, over it."""
    wide, away, line = len(name) * WIDE * size, size * 0.6, size * 0.35
    tries = (
        ("start", x + away, y + line, x + away + wide / 2, y),
        ("end", x - away, y + line, x - away - wide / 2, y),
        ("middle", x, y + size * 1.35, x, y + size),
        ("middle", x, y - size * 0.65, x, y - size),
    )
    return [
        (
            Label(name, x, y, round(text_x, 1), round(text_y, 1), anchor),
            _around(middle, across, wide, size * 1.1),
        )
        for anchor, text_x, text_y, middle, across in tries
    ]


def _around(x: float, y: float, wide: float, high: float) -> Box:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(one: Box, room: Box) -> bool:
    return one[0] >= room[0] and one[1] >= room[1] and one[2] <= room[2] and one[3] <= room[3]

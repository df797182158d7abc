"""Wards as lines of an SVG drawing, in plain Python: a page needs no map library for three shapes.

Shapes are GeoJSON in degrees; what comes out is in a frame of `WIDTH` units across.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pbapp.places.models import Boundary
from pbapp.places.polygons import rings

WIDTH = 600.0
TALLEST = 760.0
MARGIN = 6.0
LETTER, LINE = 13.5, 29.0  # of a label: the width of a letter, and from one line to the next
STEP = 1.5  # corners nearer to the one before than this are left out


@dataclass(frozen=True)
class Frame:
    """Where degrees lie in the drawing."""

    west: float
    north: float
    narrow: float
    scale: float
    width: float
    height: float

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        x = MARGIN + (lon - self.west) * self.narrow * self.scale
        y = MARGIN + (self.north - lat) * self.scale
        return round(x, 1), round(y, 1)

    def holds(self, lat: float, lon: float) -> bool:
        x, y = self.place(lat, lon)
        return 0 <= x <= self.width and 0 <= y <= self.height


@dataclass(frozen=True)
class DrawnWard:
    """A ward's outline (an SVG path) and where its name goes."""

    area_id: int
    path: str
    x: float
    y: float


def frame_of(shapes: Sequence[Boundary]) -> Frame:
    """A frame that holds the shapes; there must be one."""
    south, north = min(s.south for s in shapes), max(s.north for s in shapes)
    west, east = min(s.west for s in shapes), max(s.east for s in shapes)
    narrow = math.cos(math.radians((south + north) / 2))
    across, down = (east - west) * narrow, north - south
    scale = min((WIDTH - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / down)
    width, height = across * scale + 2 * MARGIN, down * scale + 2 * MARGIN
    return Frame(west, north, narrow, scale, round(width, 1), round(height, 1))


def draw(shapes: Iterable[Boundary], frame: Frame) -> list[DrawnWard]:
    return [
        DrawnWard(
            shape.area_id,
            _path(shape.geometry, frame),
            *frame.place(shape.label_lat, shape.label_lon),
        )
        for shape in shapes
    ]


def have_room(labels: Iterable[tuple[DrawnWard, Sequence[str]]]) -> bool:
    """Whether labels of a few lines each, centred on their wards, leave one another free."""
    boxes = [
        (ward.x, ward.y, LETTER * max(map(len, lines)), LINE * len(lines)) for ward, lines in labels
    ]
    return not any(
        2 * abs(x - other_x) < width + other_width and 2 * abs(y - other_y) < height + other_height
        for (x, y, width, height), (other_x, other_y, other_width, other_height) in combinations(
            boxes, 2
        )
    )


def _path(geometry: dict[str, Any], frame: Frame) -> str:
    pieces = []
    for ring in rings(geometry):
        corners: list[tuple[float, float]] = []
        for position in ring[:-1]:
            corner = frame.place(position[1], position[0])
            if not corners or math.dist(corner, corners[-1]) >= STEP:
                corners.append(corner)
        if len(corners) > 2:
            pieces.append("M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z")
    return "".join(pieces)

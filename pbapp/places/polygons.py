"""Is a point inside a shape? In plain Python: a web process has no room for shapely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Ring = list[list[float]]


def contains(geometry: dict[str, Any], lat: float, lon: float) -> bool:
    """Whether a GeoJSON Polygon or MultiPolygon holds the point.

    Counts how often a line from the point to the east meets the rings, holes included: an odd
    number is inside. A point on an edge shared by two areas is in exactly one of them.
    """
    inside = False
    for ring in rings(geometry):
        before_x, before_y = ring[-1][0], ring[-1][1]
        for position in ring:
            x, y = position[0], position[1]
            if (y > lat) != (before_y > lat):
                crossing = x + (lat - y) * (before_x - x) / (before_y - y)
                if lon < crossing:
                    inside = not inside
            before_x, before_y = x, y
    return inside


def rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    """Every ring of a Polygon or MultiPolygon, outer ones and holes."""
    coordinates = geometry["coordinates"]
    parts = [coordinates] if geometry["type"] == "Polygon" else coordinates
    for part in parts:
        yield from part

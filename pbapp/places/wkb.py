"""Well-known binary, the form that GeoPackage and GDAL keep shapes in: polygons only.

In plain Python: what a stranger's file says of its lengths and depths is checked before it is
believed, and nothing in it can nest. Layout: OGC 06-103r4, section 8, and PostGIS's extension.
"""

from __future__ import annotations

import struct
from typing import Any

POLYGON, MULTIPOLYGON = 3, 6
NAMES = {
    1: "Point",
    2: "LineString",
    4: "MultiPoint",
    5: "MultiLineString",
    7: "GeometryCollection",
    10: "CurvePolygon",
    12: "MultiSurface",
}
HAS_Z, HAS_M, HAS_SRID = 0x8000_0000, 0x4000_0000, 0x2000_0000


class BadShape(ValueError):
    """The bytes are not what they say they are."""


def to_geojson(data: bytes) -> dict[str, Any]:
    """A shape as GeoJSON in two dimensions; one that is no polygon comes with its type alone."""
    reader = _Reader(data)
    try:
        kind = reader.head()
        if kind == POLYGON:
            return {"type": "Polygon", "coordinates": reader.polygon()}
        if kind != MULTIPOLYGON:
            return {"type": NAMES.get(kind, f"shape of type {kind}")}
        parts = []
        for _ in range(reader.count(9)):
            if reader.head() != POLYGON:
                raise BadShape("a part of it is no polygon")
            parts.append(reader.polygon())
    except struct.error:
        raise BadShape("it ends too early") from None
    return {"type": "MultiPolygon", "coordinates": parts}


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.order = "<"
        self.width = 2

    def head(self) -> int:
        """The type that begins here; how its positions are written is remembered."""
        (order,) = struct.unpack_from("B", self.data, self.at)
        if order > 1:
            raise BadShape("its first byte is neither 0 nor 1")
        self.order = "<" if order else ">"
        self.at += 1
        kind = self._whole()
        if kind & HAS_SRID:
            self.at += 4
        extended = bool(kind & HAS_Z) + bool(kind & HAS_M)
        dimensions, kind = divmod(kind & 0x0FFF_FFFF, 1000)
        self.width = 2 + max(extended, {0: 0, 1: 1, 2: 1, 3: 2}.get(dimensions, 0))
        return kind

    def count(self, least: int) -> int:
        """How many things follow, of at least so many bytes each."""
        number = self._whole()
        if number * least > len(self.data) - self.at:
            raise BadShape("it ends too early")
        return number

    def polygon(self) -> list[list[list[float]]]:
        return [self._ring() for _ in range(self.count(4))]

    def _ring(self) -> list[list[float]]:
        number = self.count(8 * self.width)
        values = struct.unpack_from(f"{self.order}{number * self.width}d", self.data, self.at)
        self.at += 8 * number * self.width
        return [[values[i], values[i + 1]] for i in range(0, len(values), self.width)]

    def _whole(self) -> int:
        (number,) = struct.unpack_from(f"{self.order}I", self.data, self.at)
        self.at += 4
        return int(number)

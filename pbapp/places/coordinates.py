"""Which system a file's coordinates are in: what it says of itself, and what its numbers look like.

Four are read: longitude and latitude by WGS 84 (EPSG:4326) and ETRS89 (EPSG:4258), which are the
same to within a metre, the British National Grid (EPSG:27700), and the squares of web maps
(EPSG:3857). In Britain no number of one of them could be one of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pbapp.places.problems import FileProblems, brief

METRES, DEGREES, WEB, EUROPEAN = 27700, 4326, 3857, 4258
EPSG_NAME = re.compile(r"EPSG:{1,2}(?:[0-9.]*:)?([0-9]{4,6})$", re.IGNORECASE)
READ = (
    "We read longitude and latitude (EPSG:4326, EPSG:4258), the British National Grid "
    "(EPSG:27700) and web maps' metres (EPSG:3857)."
)
EXPORT = "Export the file again in EPSG:4326."
# How a .prj calls what we read: ESRI's way, OGC's, and the newer one.
PRJ = re.compile(r'\b(PROJCS|PROJCRS|GEOGCS|GEOGCRS|GEODCRS)\["([^"]{1,80})"')
PRJ_NAMES = {
    METRES: re.compile(r".*(OSGB|British).{0,12}National.Grid.*", re.IGNORECASE),
    WEB: re.compile(r"(WGS.?(19)?84.{1,3})?(Web.Mercator|Pseudo.?Mercator).*", re.IGNORECASE),
    DEGREES: re.compile(r"(GCS_)?WGS.?(19)?84( \(CRS84\))?"),
    EUROPEAN: re.compile(r"(GCS_)?ETRS.?(19)?89"),
}
# Longitude or easting, then latitude or northing, of all Britain with a margin.
BRITAIN = {
    DEGREES: (-9.0, 2.5, 49.0, 61.5),
    METRES: (1_000.0, 700_000.0, 1_000.0, 1_300_000.0),
    WEB: (-1_002_000.0, 279_000.0, 6_270_000.0, 8_750_000.0),
}


@dataclass(frozen=True)
class Box:
    """How far some positions reach; `west` and `east` are of the first number of each."""

    west: float
    east: float
    south: float
    north: float

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        wests, easts, souths, norths = zip(
            *((b.west, b.east, b.south, b.north) for b in boxes), strict=True
        )
        return cls(min(wests), max(easts), min(souths), max(norths))

    def __str__(self) -> str:
        return (
            f"The first numbers run from {self.west:g} to {self.east:g}, the second from "
            f"{self.south:g} to {self.north:g}"
        )

    @property
    def looks(self) -> int | None:
        """The system that these numbers are in, if they lie in Britain."""
        for epsg, (west, east, south, north) in BRITAIN.items():
            if (
                west <= self.west <= self.east <= east
                and south <= self.south <= self.north <= north
            ):
                return epsg
        return None

    @property
    def is_turned(self) -> bool:
        """Whether they are latitude and longitude, in that order."""
        return Box(self.south, self.north, self.west, self.east).looks == DEGREES


def box_of(positions: Iterable[tuple[float, float]]) -> Box:
    """There must be a position."""
    xs, ys = zip(*positions, strict=True)
    return Box(min(xs), max(xs), min(ys), max(ys))


def system_of(box: Box, said: int | None) -> int:
    """The system of a file, which must be what it says; raises `FileProblems`."""
    looks = box.looks
    if looks is None and box.is_turned:
        raise FileProblems(
            [
                f"{box}: latitude and longitude are the wrong way round. "
                "GeoJSON puts longitude first."
            ]
        )
    if looks is None:
        raise FileProblems(
            [
                f"{box}: that is neither longitude and latitude in Britain (EPSG:4326) nor the "
                f"British National Grid (EPSG:27700). {EXPORT}"
            ]
        )
    if said == EUROPEAN and looks == DEGREES:
        return EUROPEAN
    if said is not None and said != looks:
        raise FileProblems([f"{box}: that is EPSG:{looks}, but the file says EPSG:{said}."])
    return looks


def said_by_name(name: str) -> int:
    """The system of a name as GeoJSON and GeoPackages give it; raises for any we do not read."""
    code = EPSG_NAME.search(name.strip())
    epsg = DEGREES if name.upper().endswith("CRS84") else int(code[1]) if code else None
    return _known(epsg, name)


def said_by_prj(text: str) -> int | None:
    """The system a .prj names; None for an empty one. Raises for any we do not read."""
    if not text.strip("\ufeff\0 \t\r\n"):
        return None
    found = PRJ.search(text)
    if found is None:
        return _known(None, text)
    is_flat = found[1].startswith("PROJ")
    wanted = (METRES, WEB) if is_flat else (DEGREES, EUROPEAN)
    matching = [epsg for epsg in wanted if PRJ_NAMES[epsg].fullmatch(found[2])]
    return _known(matching[0] if matching else None, found[2])


def _known(epsg: int | None, name: str) -> int:
    if epsg not in PRJ_NAMES:
        raise FileProblems([f"The file says its coordinates are “{brief(name)}”. {READ} {EXPORT}"])
    return epsg


def to_osgb36() -> Callable[[float, float], tuple[float, float]]:
    """A function from latitude and longitude as we have them to those of OSGB 36 (EPSG:4277).

    For commands only: it needs pyproj, which is loaded when it is used.
    """
    from pyproj import Transformer

    old = Transformer.from_crs(DEGREES, 4277, always_xy=True)

    def moved(lat: float, lon: float) -> tuple[float, float]:
        west, north = old.transform(lon, lat)
        return float(north), float(west)

    return moved

"""Turn a file of ward boundaries into shapes that can be trusted, or say all that is wrong.

For commands and the worker only: it needs geopandas, which is loaded when it is used.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbapp.places import boundary_file, geojson_file
from pbapp.places.coordinates import DEGREES, METRES, Box, box_of, system_of
from pbapp.places.geojson_file import RawFile, RawWard, ring_name
from pbapp.places.problems import FileProblems

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely.geometry.base import BaseGeometry

# Every ward in Britain is between these: the City of London's smallest, the Highlands' largest.
SMALLEST_KM2, LARGEST_KM2 = 0.02, 6_000.0
GIVEN_AREA_TOLERANCE = 0.05
OVERLAP_KM2 = 0.01
HOLE_KM2 = 0.05
FROM_CENTRE_KM = 10.0


@dataclass(frozen=True)
class KnownWard:
    """A ward we have, and where about it lies if we know."""

    code: str
    name: str
    centre: tuple[float, float] | None = None
    number: int | None = None


@dataclass(frozen=True)
class WardShape:
    """A checked shape. `geometry` is GeoJSON in EPSG:4326 with six decimals (0.1 m)."""

    code: str
    name: str | None
    number: int | None
    geometry: dict[str, Any]
    area_km2: float
    label_lat: float
    label_lon: float
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class ReadBoundaries:
    """What a good file holds, and what was left out of it."""

    wards: list[WardShape]
    council_name: str | None
    other_wards: int
    epsg: int

    @property
    def digest(self) -> str:
        """The same for the same shapes, however the file is written."""
        drawn = [[ward.code, ward.geometry] for ward in sorted(self.wards, key=lambda w: w.code)]
        return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()


def read_boundaries(
    path: Path,
    *,
    council_code: str,
    known: Sequence[KnownWard] = (),
    layer: str | None = None,
    allow_gaps: bool = False,
    also: Collection[str] | None = None,
) -> ReadBoundaries:
    """One council's wards out of a file of any kind we read; raises `FileProblems`.

    `layer` is the one meant of a file that has several.
    """
    codes = frozenset(ward.code for ward in known if also is None)
    data = boundary_file.load(
        path,
        count=lambda facts: geojson_file.count_wards(facts, council_code, codes),
        layer=layer,
    )
    return check_boundaries(
        data, council_code=council_code, known=known, allow_gaps=allow_gaps, also=also
    )


def check_boundaries(
    data: dict[str, Any],
    *,
    council_code: str,
    known: Sequence[KnownWard] = (),
    allow_gaps: bool = False,
    also: Collection[str] | None = None,
) -> ReadBoundaries:
    """One council's wards out of a FeatureCollection; raises with all that is wrong with it.

    `allow_gaps`: somebody looked at the ground that no ward covers, and it is water. `also`: the
    council was redrawn, so wards may be missing, and these codes are its own too.
    """
    wards_known = {ward.code: ward for ward in known}
    raw = geojson_file.read(data, council_code, frozenset(wards_known).union(also or ()))
    problems = _twice(raw) if also is not None else [*_twice(raw), *_missing(raw, wards_known)]
    epsg = _coordinates(raw, problems)
    if problems:
        raise FileProblems(problems)
    frame = _frame(raw.wards, epsg)
    problems = _invalid(raw.wards, frame)
    if problems:
        raise FileProblems(problems)
    metres = frame.to_crs(METRES)
    problems = [
        *_implausible(raw.wards, metres),
        *_overlaps(metres),
        *([] if allow_gaps else _holes(metres)),
        *_far_away(metres, wards_known),
    ]
    if problems:
        raise FileProblems(problems)
    return ReadBoundaries(
        wards=_shapes(raw.wards, metres, frame.to_crs(DEGREES)),
        council_name=next((w.council_name for w in raw.wards if w.council_name), None),
        other_wards=raw.other_wards,
        epsg=epsg,
    )


# --- which wards, which coordinates -----------------------------------------------------------


def _twice(raw: RawFile) -> list[str]:
    codes = [ward.code for ward in raw.wards]
    return [
        f"Ward {code} is in the file {codes.count(code)} times. If each time is a part of it, "
        "merge the parts (in QGIS: Dissolve, by the field of codes); if not, leave one."
        for code in sorted(set(codes))
        if codes.count(code) > 1
    ]


def _missing(raw: RawFile, known: Mapping[str, KnownWard]) -> list[str]:
    codes = {ward.code for ward in raw.wards}
    missing = [ward for code, ward in sorted(known.items()) if code not in codes]
    problems = [f"Ward {ward.code} ({ward.name}) is not in the file." for ward in missing]
    if missing and raw.is_cut_short:
        problems.append(
            "The file says it is only the first page of an answer (exceededTransferLimit): "
            "download the others too, or only the council's wards."
        )
    elif missing:
        problems.append(
            "Take a file with all wards of the council, of the year that their codes are of. If "
            "the council was redrawn, see what would happen: --redrawn DAY --dry-run."
        )
    return problems


def _coordinates(raw: RawFile, problems: list[str]) -> int:
    """Which system the numbers are in; where only some wards do not fit, those are named."""
    boxes = [
        (ward.code, box_of(place for part in ward.parts for ring in part for place in ring))
        for ward in raw.wards
    ]
    looks = [box.looks for _, box in boxes if box.looks]
    common = max(looks, key=looks.count, default=None)
    odd = [(code, box) for code, box in boxes if box.looks != common]
    if common is None or not odd:
        odd = [("", Box.around(box for _, box in boxes))]
    epsg = DEGREES
    for code, box in odd:
        try:
            epsg = system_of(box, common if code else raw.epsg)
        except FileProblems as found:
            problems += [
                f"Ward {code}: {problem}" if code else problem for problem in found.problems
            ]
    return epsg


def _frame(wards: list[RawWard], epsg: int) -> GeoDataFrame:
    import geopandas
    from shapely import MultiPolygon, Polygon

    shapes = []
    for ward in wards:
        polygons = [Polygon(part[0], part[1:]) for part in ward.parts]
        shapes.append(polygons[0] if len(polygons) == 1 else MultiPolygon(polygons))
    codes = [ward.code for ward in wards]
    return geopandas.GeoDataFrame({"code": codes}, geometry=shapes, crs=epsg)


# --- shapes -----------------------------------------------------------------------------------


def _invalid(wards: list[RawWard], frame: GeoDataFrame) -> list[str]:
    return [
        f"Ward {ward.code}{f' ({ward.name})' if ward.name else ''}: {_why_invalid(ward, shape)}"
        for ward, shape in zip(wards, frame.geometry, strict=True)
        if not shape.is_valid
    ]


def _why_invalid(ward: RawWard, shape: BaseGeometry) -> str:
    from shapely import Polygon
    from shapely.validation import explain_validity

    for number, part in enumerate(ward.parts, 1):
        for place, ring in enumerate(part):
            alone = Polygon(ring)
            if not alone.is_valid:
                return f"{ring_name(number, place)} {_reason(explain_validity(alone))}."
    return f"its rings together {_reason(explain_validity(shape))}."


def _reason(explained: str) -> str:
    """GEOS's "Self-intersection[-4.03 55.86]" as words."""
    found = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", explained)
    what, place = (found[1], f" at {found[2]}, {found[3]}") if found else (explained, "")
    words = {
        "Self-intersection": "crosses itself",
        "Ring Self-intersection": "touches itself",
        "Hole lies outside shell": "have a hole outside the outer ring",
        "Holes are nested": "have a hole within a hole",
        "Nested shells": "have one part inside another",
        "Interior is disconnected": "cut the shape in two",
        "Too few points in geometry component": "has too few different corners",
    }
    return words.get(what, f"are not a valid shape ({what})") + place


def _implausible(wards: list[RawWard], metres: GeoDataFrame) -> list[str]:
    problems = []
    for ward, square_metres in zip(wards, metres.geometry.area, strict=True):
        km2 = square_metres / 1e6
        if not SMALLEST_KM2 <= km2 <= LARGEST_KM2:
            problems.append(f"Ward {ward.code} would be {km2:,.3f} km²; no ward is that size.")
        elif ward.given_km2 and abs(km2 / ward.given_km2 - 1) > GIVEN_AREA_TOLERANCE:
            problems.append(
                f"Ward {ward.code} would be {km2:,.2f} km², but the file says it is "
                f"{ward.given_km2:,.2f} km²."
            )
    return problems


def _overlaps(metres: GeoDataFrame) -> list[str]:
    shapes, codes = list(metres.geometry), list(metres["code"])
    problems = []
    first, second = metres.sindex.query(metres.geometry, predicate="intersects")
    for one, other in zip(first, second, strict=True):
        if one >= other:
            continue
        shared = shapes[one].intersection(shapes[other])
        if shared.area > OVERLAP_KM2 * 1e6:
            problems.append(
                f"Wards {codes[one]} and {codes[other]} overlap by {shared.area / 1e6:,.2f} km², "
                f"around {_lat_lon(shared)}."
            )
    return problems


def _holes(metres: GeoDataFrame) -> list[str]:
    from shapely import Polygon

    whole = metres.geometry.union_all()
    problems = []
    for part in getattr(whole, "geoms", [whole]):
        for ring in getattr(part, "interiors", ()):
            hole = Polygon(ring)
            if hole.area > HOLE_KM2 * 1e6:
                problems.append(
                    f"No ward covers {hole.area / 1e6:,.2f} km² inside the council's area, "
                    f"around {_lat_lon(hole)}. Where that is water, such as a loch of the sea, "
                    "say --allow-gaps."
                )
    return problems


def _far_away(metres: GeoDataFrame, known: Mapping[str, KnownWard]) -> list[str]:
    """Shapes under each other's code, or in another country: far from where we know the ward."""
    import geopandas

    placed = [(i, known[c]) for i, c in enumerate(metres["code"]) if c in known and known[c].centre]
    if not placed:
        return []
    lats, lons = zip(*(ward.centre for _, ward in placed if ward.centre), strict=True)
    centres = geopandas.GeoSeries.from_xy(lons, lats, crs=DEGREES).to_crs(METRES)
    problems = []
    for (i, ward), centre in zip(placed, centres, strict=True):
        km = metres.geometry.iloc[i].distance(centre) / 1000
        if km > FROM_CENTRE_KM:
            problems.append(
                f"Ward {ward.code} ({ward.name}) is drawn {km:,.0f} km from where it is. "
                "Check the codes and the coordinates."
            )
    return problems


def _lat_lon(shape: BaseGeometry) -> str:
    import geopandas

    point = geopandas.GeoSeries([shape.representative_point()], crs=METRES).to_crs(DEGREES).iloc[0]
    return f"latitude {point.y:.4f}, longitude {point.x:.4f}"


def _shapes(wards: list[RawWard], metres: GeoDataFrame, degrees: GeoDataFrame) -> list[WardShape]:
    import shapely

    labels = shapely.get_point(
        [
            shapely.maximum_inscribed_circle(
                max(getattr(s, "geoms", [s]), key=lambda p: p.area), 50
            )
            for s in metres.geometry
        ],
        0,
    )
    places = metres.set_geometry(list(labels), crs=METRES).to_crs(DEGREES).geometry
    found = []
    for ward, shape, km2, label in zip(
        wards, degrees.geometry, metres.geometry.area / 1e6, places, strict=True
    ):
        west, south, east, north = shape.bounds
        margin = 1e-6  # the corners are rounded by half as much
        found.append(
            WardShape(
                code=ward.code,
                name=ward.name,
                number=ward.number,
                geometry=_rounded(shape),
                area_km2=round(float(km2), 6),
                label_lat=round(float(label.y), 6),
                label_lon=round(float(label.x), 6),
                south=math.floor(south / margin) * margin,
                west=math.floor(west / margin) * margin,
                north=math.ceil(north / margin) * margin,
                east=math.ceil(east / margin) * margin,
            )
        )
    return found


def _rounded(shape: BaseGeometry) -> dict[str, Any]:
    geometry = shape.__geo_interface__

    def places(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 6)
        return [places(item) for item in value]

    return {"type": geometry["type"], "coordinates": places(geometry["coordinates"])}

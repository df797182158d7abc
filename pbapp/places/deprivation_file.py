"""Read the data zones of an index of deprivation: how many people, and in which fifth or tenth.

For commands only. The Scottish Index of Multiple Deprivation comes as a table or as a Shapefile;
both are read, and so are GeoJSON and GeoPackage.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pbapp.places import boundary_file, geojson_file, wkb, zips
from pbapp.places.coordinates import DEGREES, box_of, system_of
from pbapp.places.geopackage import START as GEOPACKAGE
from pbapp.places.problems import FileProblems, brief
from pbapp.places.shapefile import SHAPEFILE

MAX_ROWS = 60_000  # Great Britain has some 42,000 small areas
LARGEST_POPULATION = 50_000
ZONE_CODE = re.compile(r"[SEWN][0-9]{8}")
ZONE_FIELDS = (r"dz\d\d_code", r"data_?zone(\d{4})?(code)?", r"dz", r"lsoa\d\dcd", r"gss_code")
FIELDS = {
    "zone": ZONE_FIELDS,
    "people": (r"total_population", r"population", r"sape\d{4}", r"tot_?pop(\d{4})?"),
    "decile": (r"(overall_)?simd_?(\d\d){1,2}(v\d)?_decile", r"decile(v\d)?"),
    "quintile": (r"(overall_)?simd_?(\d\d){1,2}(v\d)?_quintile", r"quintile(v\d)?"),
    "ward": (r"ward_code", r"wd\d\dcd", r"electoralward\d{4}code"),
    "lat": (r"lat", r"latitude"),
    "lon": (r"lon", r"long", r"lng", r"longitude"),
}
EDITION = re.compile(r"(?:overall_)?simd_?((?:\d\d){1,2}(?:v\d)?)_(?:decile|quintile)")
WHOLE = re.compile(r"[0-9]{1,9}(\.0{1,6})?|[0-9]{1,3}(,[0-9]{3})+")

WardAt = Callable[[float, float], str | None]


@dataclass(frozen=True)
class ZoneRow:
    code: str
    ward_code: str
    people: int
    quintile: int
    decile: int | None
    lat: float
    lon: float


@dataclass(frozen=True)
class ReadZones:
    """What a good file holds. `edition` is the index's, where a field's name says it."""

    rows: list[ZoneRow]
    elsewhere: int
    edition: str | None


def read_zones(
    path: Path, *, ward_codes: Iterable[str], ward_at: WardAt, layer: str | None = None
) -> ReadZones:
    """The data zones of one council's wards; raises `FileProblems`.

    A zone's ward is what the file says, and where it says none, what `ward_at` finds at its middle.
    `layer` is the one meant of a file that has several.
    """
    wards = frozenset(ward_codes)
    found: dict[str, ZoneRow] = {}
    problems: list[str] = []
    elsewhere, placeless, edition = 0, 0, None
    for place, fields, middle in _rows(path, layer):
        row, names = _known_fields(fields)
        edition = edition or next((m[1] for n in names if (m := EDITION.fullmatch(n))), None)
        try:
            zone = _zone(row, middle, wards, ward_at)
        except ValueError as problem:
            problems.append(f"{place}: {problem}")
            continue
        if zone is None:
            elsewhere += 1
            placeless += not (row["ward"] or row["lat"] or middle)
            continue
        if zone.code in found:
            problems.append(f"{place}: data zone {zone.code} is in the file twice.")
        found[zone.code] = zone
    if problems:
        raise FileProblems(problems)
    if not found and placeless:
        _no(
            "The file does not say where its data zones are. A table needs lat and lon; or take "
            "the same figures as a Shapefile or GeoPackage, which have the shapes."
        )
    if not found:
        _no(
            "No row of the file is a data zone of a ward that we know. Where the file has no "
            "ward_code, import the ward boundaries first."
        )
    return ReadZones(list(found.values()), elsewhere, f"SIMD {edition}" if edition else None)


def _zone(
    row: Mapping[str, str],
    middle: tuple[float, float] | None,
    wards: frozenset[str],
    ward_at: WardAt,
) -> ZoneRow | None:
    """One zone; None if it is not ours. Raises ValueError with what is wrong."""
    ward = row["ward"].upper()
    if ward and ward not in wards:
        return None
    point = _point(row) or middle
    if not ward:
        ward = (ward_at(*point) if point else None) or ""
        if not ward:
            return None
    code = row["zone"].upper()
    if not ZONE_CODE.fullmatch(code):
        raise ValueError(f"“{brief(row['zone'])}” is not the code of a data zone.")
    if point is None:
        raise ValueError(f"data zone {code} has no lat and lon.")
    decile = _whole(row, "decile", 1, 10) if row["decile"] else None
    if row["quintile"]:
        quintile = _whole(row, "quintile", 1, 5)
        if decile is not None and quintile != (decile + 1) // 2:
            raise ValueError(
                f"data zone {code} is in fifth {quintile}, but in tenth {decile}, which is "
                f"in fifth {(decile + 1) // 2}. Both count from 1, the greatest need."
            )
    elif decile is not None:
        quintile = (decile + 1) // 2
    else:
        raise ValueError(f"data zone {code} has neither quintile nor decile.")
    people = _whole(row, "people", 0, LARGEST_POPULATION)
    return ZoneRow(code, ward, people, quintile, decile, *point)


def _whole(row: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = row[name]
    number = float(text.replace(",", "")) if WHOLE.fullmatch(text) else -1
    if not low <= number <= high:
        raise ValueError(f"{name} is “{brief(text)}”, not a whole number from {low} to {high:,}.")
    return int(number)


def _point(row: Mapping[str, str]) -> tuple[float, float] | None:
    if not row["lat"] and not row["lon"]:
        return None
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
    except ValueError:
        raise ValueError("lat and lon are not both numbers.") from None
    if not (math.isfinite(lat) and 49 <= lat <= 61.5 and math.isfinite(lon) and -9 <= lon <= 2.5):
        raise ValueError(f"{brief(row['lat'])}, {brief(row['lon'])} is not in Britain.")
    return lat, lon


def _known_fields(fields: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The values we know of as text, and the names of all fields."""
    names = [str(name).strip().casefold() for name in fields]
    values = list(fields.values())
    row = {}
    for wanted, patterns in FIELDS.items():
        place = next(
            (i for p in patterns for i, name in enumerate(names) if re.fullmatch(p, name)), None
        )
        value = None if place is None else values[place]
        row[wanted] = "" if value is None else str(value)[:200].strip()
    return row, names


# --- kinds of file ------------------------------------------------------------------------------


def _rows(
    path: Path, layer: str | None
) -> Iterator[tuple[str, Mapping[str, Any], tuple[float, float] | None]]:
    """Where it stands, the fields, and the middle of its shape if it has one."""
    geojson_file.check_size(path)
    with path.open("rb") as file:
        start = file.read(16)
    is_table = not (
        start.startswith((zips.START, GEOPACKAGE, SHAPEFILE))
        or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[", b"<"))
    )
    if is_table:
        for line, fields in _table(path):
            yield f"Line {line:,}", fields, None
        return
    data = boundary_file.load(
        path, codes=ZONE_FIELDS, count=_count_zones, layer=layer, most=MAX_ROWS
    )
    features = geojson_file.features_of(data, most=MAX_ROWS)
    middles = _middles([feature.get("geometry") for feature in features], data)
    for place, (feature, middle) in enumerate(zip(features, middles, strict=True), 1):
        properties = feature.get("properties")
        yield f"Feature {place:,}", properties if isinstance(properties, dict) else {}, middle


def _count_zones(facts: Iterable[Mapping[str, Any]]) -> int:
    codes = Counter(_known_fields(fields)[0]["zone"].upper() for fields in facts)
    return sum(n == 1 for code, n in codes.items() if ZONE_CODE.fullmatch(code))


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="", restval="")
        try:
            names = [name.strip().casefold() for name in reader.fieldnames or []]
            if not any(re.fullmatch(p, name) for p in ZONE_FIELDS for name in names):
                _no(
                    "The first line names no column of data zones (DataZone, dz11_code). It is: "
                    f"{brief(', '.join(names), 200) or 'empty'}"
                )
            for number, row in enumerate(reader):
                if number > MAX_ROWS:
                    _no(f"The file has more than {MAX_ROWS:,} rows.")
                yield reader.line_num, row
        except UnicodeDecodeError:
            _no("The file is not text in UTF-8. Save it as CSV in UTF-8.")
        except csv.Error as error:
            _no(f"Line {reader.line_num:,}: the file is not CSV: {error}.")


def _middles(geometries: list[Any], data: dict[str, Any]) -> list[tuple[float, float] | None]:
    """A point inside each shape; None where there is no shape that can be read."""
    import geopandas
    import shapely

    shapes = [_shape(geometry) for geometry in geometries]
    if not any(shapes):
        return [None] * len(shapes)
    inside = geopandas.GeoSeries(shapely.point_on_surface(shapes))
    known = inside[~(inside.isna() | inside.is_empty)]
    if known.empty:
        return [None] * len(shapes)
    epsg = system_of(box_of(zip(known.x, known.y, strict=True)), geojson_file.epsg_of(data))
    points = inside.set_crs(epsg).to_crs(DEGREES)
    return [
        (round(point.y, 6), round(point.x, 6)) if point is not None and not point.is_empty else None
        for point in points
    ]


def _shape(geometry: Any) -> Any:
    from shapely import GEOSException
    from shapely.geometry import shape

    try:
        found = wkb.to_geojson(geometry) if isinstance(geometry, bytes) else geometry
        if not isinstance(found, dict) or found.get("type") not in ("Polygon", "MultiPolygon"):
            return None
        return shape(found)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, GEOSException):
        return None


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])

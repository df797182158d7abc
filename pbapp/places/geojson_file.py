"""Read a GeoJSON file of wards that a stranger may have made: plain JSON, checked before use.

GDAL is never asked to open such a file: it goes by content, and one that calls itself GeoJSON can
make it run a pipeline or fetch an address.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pbapp.places import wkb
from pbapp.places.coordinates import said_by_name
from pbapp.places.problems import FileProblems, brief

MAX_BYTES = 100 * 1024 * 1024
MAX_FEATURES = 20_000
MAX_POSITIONS = 300_000
GSS_CODE = re.compile(r"[A-Z][0-9]{8}")
# A Shapefile keeps ten letters of a field's name.
CODE_FIELDS = (r"ward_code", r"wd\d\dcd", r"geoid", r"census_code", r"ons_20\d\d", r"code")
NAME_FIELDS = (r"ward_name", r"wd\d\dnm", r"name")
COUNCIL_FIELDS = (r"council_co(de)?", r"lad\d\dcd")
COUNCIL_NAME_FIELDS = (r"council_na(me)?", r"lad\d\dnm")
SHAPES = ("Polygon", "MultiPolygon")
BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True)
class RawWard:
    """One feature as the file has it; `parts` is a MultiPolygon's coordinates, two numbers each."""

    code: str
    name: str | None
    number: int | None
    council_code: str | None
    council_name: str | None
    given_km2: float | None
    parts: list[list[list[tuple[float, float]]]]


@dataclass(frozen=True)
class RawFile:
    """The wards of one council in a file. `epsg` is what the file says of itself, if it does."""

    wards: list[RawWard]
    epsg: int | None
    is_cut_short: bool
    other_wards: int


def read(data: dict[str, Any], council_code: str, known_codes: frozenset[str]) -> RawFile:
    """The council's wards in a FeatureCollection; raises `FileProblems`.

    A ward belongs to the council if the file says so, and where the file does not say, if we know
    its code. A geometry may also be well-known binary, as `boundary_file` gives it.
    """
    features = features_of(data)
    problems: list[str] = []
    wards: list[RawWard] = []
    for place, feature in enumerate(features, 1):
        fields = fields_of(feature)
        code, council = _code_and_council(fields)
        ours = code in known_codes if council is None else council.upper() == council_code
        if not ours or not GSS_CODE.fullmatch(code):
            if ours:
                problems.append(f"Feature {place}: “{brief(code)}” is not a ward code (GSS code).")
            elif code in known_codes:
                problems.append(
                    f"Feature {place}: ward {code} is one of {council_code}'s, but the file says "
                    f"it is {brief(council)}'s."
                )
            continue
        where = f"Ward {code}"
        parts = _parts(feature.get("geometry"), where, problems)
        wards.append(_ward(code, council, fields, parts))
    _refuse(problems)
    if not wards:
        _nothing_found(features, council_code)
    if sum(len(ring) for ward in wards for part in ward.parts for ring in part) > MAX_POSITIONS:
        raise FileProblems(
            [
                f"The shapes have more than {MAX_POSITIONS:,} corners together, too many to show "
                "on a phone. Take the generalised boundaries (ONS calls them BGC)."
            ]
        )
    return RawFile(
        wards=wards,
        epsg=epsg_of(data),
        is_cut_short=is_cut_short(data),
        other_wards=len(features) - len(wards),
    )


def fields_of(feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def count_wards(
    facts: Iterable[Mapping[str, Any]], council_code: str, known_codes: frozenset[str]
) -> int:
    """How many of the council's wards have just one row: in a file of other things, few do."""
    codes = Counter(
        code
        for code, council in map(_code_and_council, facts)
        if GSS_CODE.fullmatch(code) and (council or council_code).upper() == council_code
        if not known_codes or code in known_codes
    )
    return sum(times == 1 for times in codes.values())


def _code_and_council(fields: Mapping[str, Any]) -> tuple[str, str | None]:
    code = str(_field(fields, CODE_FIELDS) or "").strip().upper()
    return code, _text(_field(fields, COUNCIL_FIELDS))


def check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_BYTES:
        _no(
            f"The file has {size / 1e6:,.0f} MB; {MAX_BYTES / 1e6:,.0f} MB is the most we read. "
            "Download the council's wards only, or the generalised boundaries (BGC)."
        )


def load(path: Path) -> dict[str, Any]:
    """A file's JSON object, refusing what only looks like one."""
    return parse(path.read_bytes())


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object of a file or an answer."""
    _refuse_other_formats(raw[:512])
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        _no(f"The file is not text in UTF-8 (byte {error.start:,} is not). Save it as UTF-8.")
    except RecursionError:
        _no("The file holds lists within lists, thousands deep. No boundary needs that.")
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and raw.lstrip(BLANK).startswith(b"{"):
            _no(
                f"The file has more than one JSON object: the next begins in line {error.lineno}. "
                "Export it as one FeatureCollection, not as a line for each feature."
            )
        _no(
            f"The file is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}. "
            "It is no GeoPackage and no zipped Shapefile either."
        )
    except ValueError as error:  # a whole number of thousands of digits
        _no(f"The file is not valid JSON: {brief(error)}")
    if not isinstance(data, dict):
        _no("The file is JSON, but not GeoJSON: it must be one object, a FeatureCollection.")
    return data


def _refuse_other_formats(start: bytes) -> None:
    if start.lstrip(BLANK).startswith(b"<"):
        _no("This is XML (a VRT, KML, GML or web page), not GeoJSON.")
    if not start.strip():
        _no("The file is empty.")


def _no_constant(name: str) -> NoReturn:
    _no(
        f"The file has “{name}” where a number must be, which GeoJSON does not know. Mend that "
        "place, or export the file as a GeoPackage."
    )


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])


def _refuse(problems: list[str]) -> None:
    if problems:
        raise FileProblems(problems)


def features_of(data: dict[str, Any], most: int = MAX_FEATURES) -> list[dict[str, Any]]:
    if "geometryType" in data and "spatialReference" in data:
        _no("This is Esri's own JSON, not GeoJSON. Ask the service for GeoJSON (f=geojson).")
    if data.get("type") != "FeatureCollection":
        _no(
            f"The file's type is “{brief(data.get('type'))}”; boundaries must be a GeoJSON "
            "FeatureCollection."
        )
    features = data.get("features")
    if not isinstance(features, list) or not features:
        _no("The FeatureCollection has no features.")
    if len(features) > most:
        _no(f"The file has {len(features):,} features; {most:,} is the most we read.")
    if not all(isinstance(feature, dict) for feature in features):
        _no("Something in the list of features is not a feature.")
    return features


def is_cut_short(data: dict[str, Any]) -> bool:
    """Whether a feature service says that this is one page of several."""
    properties = data.get("properties")
    holders = [data, properties] if isinstance(properties, dict) else [data]
    return any(holder.get("exceededTransferLimit") is True for holder in holders)


def _nothing_found(features: list[dict[str, Any]], council_code: str) -> NoReturn:
    properties = features[0].get("properties")
    fields = ", ".join(brief(key, 30) for key in properties) if isinstance(properties, dict) else ""
    _no(
        f"The file has {len(features)} features, but no ward of council {council_code}. Its fields "
        f"are: {brief(fields, 300) or 'none'}. A ward's code is looked for in ward_code, WDyyCD, "
        "geoid, Census_Code and CODE, its council in council_code and LADyyCD. Where a file does "
        "not say the council, only wards that we know already are taken."
    )


def _field(fields: Mapping[str, Any], patterns: tuple[str, ...]) -> Any:
    for pattern in patterns:
        for key, value in fields.items():
            if re.fullmatch(pattern, str(key), re.IGNORECASE) and value not in (None, ""):
                return value
    return None


def _text(value: Any, length: int = 120) -> str | None:
    if value is None:
        return None
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[:1000]).split())
    return text[:length] or None


def _ward(code: str, council: str | None, fields: dict[str, Any], parts: Any) -> RawWard:
    number, area = _field(fields, (r"ward_numbe(r)?",)), _field(fields, (r"area_km2",))
    return RawWard(
        code=code,
        name=_text(_field(fields, NAME_FIELDS)),
        number=number if isinstance(number, int) and 0 < number < 1000 else None,
        council_code=council,
        council_name=_text(_field(fields, COUNCIL_NAME_FIELDS)),
        given_km2=float(area) if isinstance(area, (int, float)) and 0 < area < 1e6 else None,
        parts=parts,
    )


# --- shapes ---------------------------------------------------------------------------------


def _parts(geometry: Any, where: str, problems: list[str]) -> list[list[list[tuple[float, float]]]]:
    """A geometry's parts, each a list of closed rings; what is wrong goes to `problems`."""
    if isinstance(geometry, bytes):
        try:
            geometry = wkb.to_geojson(geometry)
        except wkb.BadShape as problem:
            problems.append(f"{where}: its shape cannot be read: {problem}.")
            return []
    shape = geometry.get("type") if isinstance(geometry, dict) else None
    if shape not in SHAPES:
        said = "nothing" if shape is None else f"a {brief(shape)}"
        problems.append(f"{where}: its shape is {said}; it must be a Polygon or MultiPolygon.")
        return []
    coordinates = geometry.get("coordinates")
    raw = [coordinates] if shape == "Polygon" else coordinates
    if not isinstance(raw, list) or not raw:
        problems.append(f"{where}: its shape is empty.")
        return []
    parts = []
    for number, part in enumerate(raw, 1):
        if not isinstance(part, list) or not part:
            problems.append(f"{where}: part {number} of its shape is empty.")
            continue
        rings = [
            _ring(ring, f"{where}, {ring_name(number, place)}", problems)
            for place, ring in enumerate(part)
        ]
        parts.append(rings)
    return parts


def ring_name(part: int, place: int) -> str:
    return f"part {part}, outer ring" if place == 0 else f"part {part}, hole {place}"


def _ring(ring: Any, where: str, problems: list[str]) -> list[tuple[float, float]]:
    if not isinstance(ring, list):
        problems.append(f"{where}: is not a list of positions.")
        return []
    found = []
    for place, position in enumerate(ring, 1):
        numbers = _position(position)
        if numbers is None:
            problems.append(
                f"{where}: position {place} is “{brief(position)}”, not two finite numbers."
            )
            return []
        found.append(numbers)
    if len(found) < 4 or found[0] != found[-1]:
        problems.append(
            f"{where}: has {len(found)} positions and must have at least four, the last one the "
            "same as the first."
        )
        return []
    return found


def _position(position: Any) -> tuple[float, float] | None:
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        return None
    if not all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in position):
        return None
    try:
        x, y = float(position[0]), float(position[1])
    except OverflowError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


# --- coordinates ----------------------------------------------------------------------------


def epsg_of(data: dict[str, Any]) -> int | None:
    """What the file's `crs` member says; None if it has none. Raises for any we do not read."""
    crs = data.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    if not isinstance(properties, dict):
        return said_by_name(str(crs))
    if crs.get("type") == "EPSG":  # as it was before GeoJSON had names
        return said_by_name(f"EPSG:{properties.get('code')}")
    return said_by_name(str(properties.get("name") or properties))

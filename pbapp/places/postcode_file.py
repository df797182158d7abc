"""Read a CSV file of postcodes and their wards, whoever published it.

For commands only: grid references need pyproj, which is loaded when they are there.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pbapp.places.problems import FileProblems, brief
from pbapp.places.queries import is_postcode, tidy_postcode

MAX_ROWS = 3_000_000  # the whole United Kingdom has 2.7 million, the ended ones included
MAX_CELL = 2_000
GSS_CODE = re.compile(r"[A-Z][0-9]{8}")
# Code-Point Open has no header line: postcode, quality, easting, northing, five codes, ward.
CODE_POINT_OPEN = ("pc", "pq", "ea", "no", "cy", "rh", "lh", "cc", "dc", "wc")
FIELDS = {
    "postcode": (r"postcode", r"pcds", r"pcd\d?", r"pc"),
    "ward": (r"ward_code", r"electoralward\d{4}code", r"osward", r"wd\d\dcd", r"ward", r"wc"),
    "council": (r"council_code", r"councilarea\d{4}code", r"oslaua", r"lad\d\dcd", r"dc"),
    "ended": (r"doterm", r"dateofdeletion"),
    "lat": (r"lat", r"latitude"),
    "lon": (r"lon", r"long", r"lng", r"longitude"),
    "easting": (r"easting", r"oseast1m", r"gridreferenceeasting", r"ea"),
    "northing": (r"northing", r"osnrth1m", r"gridreferencenorthing", r"no"),
}
# The Scottish Postcode Directory parts a postcode that straddles a boundary: A is the larger part.
SPLIT_PART = re.compile(r"(.+[0-9][A-Z]{2})([A-E])")


@dataclass(frozen=True)
class PostcodeRow:
    postcode: str
    ward_code: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class ReadPostcodes:
    """What a good file holds, and how many rows were left out of it and why."""

    rows: list[PostcodeRow]
    elsewhere: int
    ended: int
    without_ward: int


@dataclass
class _Counts:
    elsewhere: int = 0
    ended: int = 0
    without_ward: int = 0


def read_postcodes(path: Path, *, ward_codes: Collection[str], council_code: str) -> ReadPostcodes:
    """The postcodes of one council's wards; raises `FileProblems` with the bad rows' lines."""
    wards = frozenset(ward_codes)
    found: dict[str, tuple[int, PostcodeRow]] = {}
    grid: dict[str, tuple[float, float]] = {}
    counts, problems = _Counts(), []
    for line, row in _rows(path):
        if row.get("ended"):
            counts.ended += 1
            continue
        try:
            taken = _read_row(row, wards, council_code, counts, grid)
        except ValueError as problem:
            problems.append(f"Line {line:,}: {problem}")
            continue
        if taken is None:
            continue
        before = found.get(taken.postcode)
        if before and before[1].ward_code != taken.ward_code:
            problems.append(
                f"Line {line:,}: {taken.postcode} is in ward {taken.ward_code} here and in ward "
                f"{before[1].ward_code} on line {before[0]:,}."
            )
        found[taken.postcode] = (line, taken)
    if problems:
        raise FileProblems(problems)
    if not found:
        raise FileProblems(
            [f"No row of the file is for a ward of council {council_code} that we know."]
        )
    return ReadPostcodes(
        rows=_placed([row for _, row in found.values()], grid),
        elsewhere=counts.elsewhere,
        ended=counts.ended,
        without_ward=counts.without_ward,
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the fields we know of each row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        columns: dict[str, int] | None = None
        try:
            for number, cells in enumerate(reader):
                if number > MAX_ROWS:
                    _no(f"The file has more than {MAX_ROWS:,} rows.")
                if not any(cells):
                    continue
                if columns is None:
                    columns, is_header = _columns(cells)
                    if is_header:
                        continue
                yield (
                    reader.line_num,
                    {
                        name: cells[place].strip()[:MAX_CELL] if place < len(cells) else ""
                        for name, place in columns.items()
                    },
                )
        except UnicodeDecodeError:
            _no("The file is not text in UTF-8.")
        except csv.Error as error:
            _no(f"Line {reader.line_num:,}: the file is not CSV: {error}.")
    if columns is None:
        _no("The file is empty.")


def _columns(first: list[str]) -> tuple[dict[str, int], bool]:
    """Which column is what, and whether the first row was a header."""
    is_header = not (len(first) == len(CODE_POINT_OPEN) and is_postcode(first[0]))
    names = [name.strip().casefold() for name in first] if is_header else list(CODE_POINT_OPEN)
    columns = {}
    for field, patterns in FIELDS.items():
        for pattern in patterns:
            places = [i for i, name in enumerate(names) if re.fullmatch(pattern, name)]
            if places:
                columns[field] = places[-1]  # of several years' wards the newest comes last
                break
    for field, wanted in (
        ("postcode", "postcode, pcds, pcd"),
        ("ward", "ward_code, ElectoralWard…Code, osward, WDyyCD"),
    ):
        if field not in columns:
            header = brief(", ".join(first), 200)
            _no(f"The first line names no {field} column ({wanted}). It is: {header}")
    return columns, is_header


def _read_row(
    row: dict[str, str],
    wards: frozenset[str],
    council_code: str,
    counts: _Counts,
    grid: dict[str, tuple[float, float]],
) -> PostcodeRow | None:
    """One row; None if it is not ours to keep. Raises ValueError with what is wrong."""
    ward = row["ward"].upper()
    if not ward:
        counts.without_ward += 1
        return None
    if not GSS_CODE.fullmatch(ward):
        raise ValueError(f"“{brief(row['ward'])}” is not a ward code (GSS code).")
    if ward not in wards:
        if row.get("council", "").upper() == council_code:
            raise ValueError(f"{ward} is no ward of {council_code} that we know.")
        counts.elsewhere += 1
        return None
    text = row["postcode"].upper().replace(" ", "")
    split = SPLIT_PART.fullmatch(text)
    if split and not is_postcode(text):
        if split[2] != "A":
            counts.elsewhere += 1
            return None
        text = split[1]
    if not is_postcode(text):
        raise ValueError(f"“{brief(row['postcode'])}” is not a full postcode.")
    postcode = tidy_postcode(text)
    lat, lon = _pair(row, "lat", "lon", (49.0, 61.5), (-9.0, 2.5))
    if lat is None:
        easting, northing = _pair(row, "easting", "northing", (0, 700_000), (0, 1_300_000))
        if easting is not None and northing is not None:
            grid[postcode] = (easting, northing)
    return PostcodeRow(postcode, ward, lat, lon)


def _pair(
    row: dict[str, str],
    one: str,
    two: str,
    range_one: tuple[float, float],
    range_two: tuple[float, float],
) -> tuple[float | None, float | None]:
    """Two numbers that belong together; both None where the row has none, or zeros for none."""
    first, second = row.get(one, ""), row.get(two, "")
    if not first and not second:
        return None, None
    numbers = []
    for name, text, (low, high) in ((one, first, range_one), (two, second, range_two)):
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"{name} is “{brief(text)}”, not a number.") from None
        if number == 0 or (name == "lat" and number > 99):  # how these sources say "no position"
            return None, None
        if not math.isfinite(number) or not low <= number <= high:
            raise ValueError(f"{name} is {brief(text)}, which is not in Britain.")
        numbers.append(number)
    return numbers[0], numbers[1]


def _placed(rows: list[PostcodeRow], grid: dict[str, tuple[float, float]]) -> list[PostcodeRow]:
    """Give rows with a grid reference their latitude and longitude."""
    if not grid:
        return rows
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(27700, 4326, always_xy=True)
    eastings = [easting for easting, _ in grid.values()]
    northings = [northing for _, northing in grid.values()]
    lons, lats = to_degrees.transform(eastings, northings)
    positions = {
        postcode: (round(lat, 6), round(lon, 6))
        for postcode, lat, lon in zip(grid, lats, lons, strict=True)
    }
    return [
        PostcodeRow(row.postcode, row.ward_code, *positions[row.postcode])
        if row.postcode in positions
        else row
        for row in rows
    ]


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])

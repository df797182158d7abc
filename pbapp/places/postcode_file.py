"""Read CSV files of postcodes and their wards, whoever published them.

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

from pbapp.places.postcode_sources import Source, sources
from pbapp.places.problems import FileProblems, brief
from pbapp.places.queries import is_postcode, tidy_postcode

MAX_ROWS = 3_000_000  # the whole United Kingdom has 2.7 million, the ended ones included
MAX_CELL = 2_000
GSS_CODE = re.compile(r"[A-Z][0-9]{8}")
# Code-Point Open has no header line: postcode, quality, easting, northing, five codes, ward.
CODE_POINT_OPEN = ("pc", "pq", "ea", "no", "cy", "rh", "lh", "cc", "dc", "wc")
# Each publisher's headings, and those of other years: osward and oseast1m of the ONS became
# wd25cd and east1m in 2025.
FIELDS = {
    "postcode": (r"post_?code", r"pcds", r"pcd\d?", r"pc"),
    "ward": (
        r"ward_?code",
        r"electoral_?ward_?(\d{4})?_?code",
        r"admin_ward_code",
        r"osward",
        r"wd\d\dcd",
        r"ward",
        r"wc",
    ),
    "council": (
        r"council_?code",
        r"council_?area_?(\d{4})?_?code",
        r"admin_district_code",
        r"(os)?laua",
        r"lad\d\dcd",
        r"dc",
    ),
    "ended": (r"doterm", r"date_?of_?deletion"),
    "lat": (r"lat", r"latitude"),
    "lon": (r"lon", r"long", r"lng", r"longitude"),
    "easting": (r"eastings?", r"(os)?east1m", r"grid_?reference_?eastings?", r"ea"),
    "northing": (
        r"northings?",
        r"(os)?north1m",
        r"osnrth1m",
        r"grid_?reference_?northings?",
        r"no",
    ),
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
    parts: int = 0
    passed_over: tuple[str, ...] = ()


class _UnknownWard(ValueError):
    """A row of the council's for a ward that we do not have."""

    def __init__(self, ward: str, council_code: str) -> None:
        super().__init__(f"{ward} is no ward of {council_code} that we know.")
        self.ward = ward


class _NotPostcodes(Exception):
    """A file that holds something else: nothing wrong with it, if it came along in a zip."""


@dataclass
class _Counts:
    elsewhere: int = 0
    ended: int = 0
    without_ward: int = 0
    parts: int = 0


def read_postcodes(*paths: Path, ward_codes: Collection[str], council_code: str) -> ReadPostcodes:
    """The postcodes of one council's wards in files, zips and folders.

    Raises `FileProblems` with the bad rows' lines.
    """
    wards = frozenset(ward_codes)
    taking = _Taking(wards, council_code)
    alone = len(paths) == 1
    try:
        for source in sources(paths):
            taking.take(source, alone=alone and source.is_sole)
    except UnicodeDecodeError:
        _no(f"{brief(taking.reading)} is not text in UTF-8. Save it as CSV in UTF-8.")
    if taking.problems:
        raise FileProblems(taking.told())
    if not taking.found:
        raise FileProblems(
            [f"No row of the file is for a ward of council {council_code} that we know."]
        )
    return ReadPostcodes(
        rows=_placed([row for _, row in taking.found.values()], taking.grid),
        elsewhere=taking.counts.elsewhere,
        ended=taking.counts.ended,
        without_ward=taking.counts.without_ward,
        parts=taking.counts.parts,
        passed_over=tuple(taking.passed_over),
    )


class _Taking:
    """What has been read so far, out of one file or several."""

    def __init__(self, wards: frozenset[str], council_code: str) -> None:
        self.wards = wards
        self.council_code = council_code
        self.found: dict[str, tuple[str, PostcodeRow]] = {}
        self.grid: dict[str, tuple[float, float]] = {}
        self.counts = _Counts()
        self.problems: list[str] = []
        self.unknown: dict[str, tuple[int, int]] = {}  # ward: where in `problems`, how often
        self.passed_over: list[str] = []
        self.reading = "The file"

    def take(self, source: Source, *, alone: bool) -> None:
        if not alone:
            self.reading = source.name
        rows = _rows(source.lines)
        try:
            for line, row in rows:
                self._take_row(f"Line {line:,}" if alone else f"{source.name}, line {line:,}", row)
        except _NotPostcodes as problem:
            if source.is_sole:
                _no(str(problem) if alone else f"{source.name}: {problem}")
            self.passed_over.append(source.name)

    def _take_row(self, place: str, row: dict[str, str]) -> None:
        if row.get("ended"):
            self.counts.ended += 1
            return
        try:
            taken = _read_row(row, self.wards, self.council_code, self.counts, self.grid)
        except _UnknownWard as problem:
            at, times = self.unknown.get(problem.ward, (len(self.problems), 0))
            self.unknown[problem.ward] = at, times + 1
            if not times:
                self.problems.append(f"{place}: {problem}")
            return
        except ValueError as problem:
            self.problems.append(f"{place}: {problem}")
            return
        if taken is None:
            return
        before = self.found.get(taken.postcode)
        if before and before[1].ward_code != taken.ward_code:
            self.problems.append(
                f"{place}: {taken.postcode} is in ward {taken.ward_code} here and in ward "
                f"{before[1].ward_code} on {_lower(before[0])}."
            )
        self.found[taken.postcode] = (place, taken)

    def told(self) -> list[str]:
        """All problems, each ward that we do not know once, with what to do about it."""
        told = list(self.problems)
        for at, times in self.unknown.values():
            more = f" {times - 1:,} more rows are for it." if times > 1 else ""
            told[at] += (
                f"{more} Take a file of the same year as the ward boundaries, or import the "
                "boundaries of that year first."
            )
        return told


def _lower(place: str) -> str:
    return place[0].lower() + place[1:] if place.startswith("Line") else place


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the fields we know of each row."""
    reader = csv.reader(lines)
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
            if number == 1 and _is_heading(cells, columns):
                continue  # Code-Point Open's file of headings has them short and long
            yield (
                reader.line_num,
                {
                    name: cells[place].strip()[:MAX_CELL] if place < len(cells) else ""
                    for name, place in columns.items()
                },
            )
    except csv.Error as error:
        _no(f"Line {reader.line_num:,}: the file is not CSV: {error}.")
    if columns is None:
        raise _NotPostcodes("The file is empty.")


def _columns(first: list[str]) -> tuple[dict[str, int], bool]:
    """Which column is what, and whether the first row was a header."""
    is_header = not (len(first) == len(CODE_POINT_OPEN) and is_postcode(first[0]))
    names = [name.strip().casefold() for name in first] if is_header else list(CODE_POINT_OPEN)
    columns = {}
    for field, patterns in FIELDS.items():
        for pattern in patterns:
            places = [i for i, name in enumerate(names) if re.fullmatch(pattern, name)]
            if places:
                columns[field] = max(places, key=lambda i: (_year(names[i]), i))
                break
    for field, wanted in (
        ("postcode", "postcode, pcds, pcd"),
        ("ward", "ward_code, ElectoralWard…Code, osward, WDyyCD"),
    ):
        if field not in columns:
            header = brief(", ".join(first), 200)
            raise _NotPostcodes(
                f"The first line names no {field} column ({wanted}). It is: {header}"
            )
    return columns, is_header


def _year(name: str) -> int:
    """The year in a heading (WD24CD, ElectoralWard2022Code): of several the newest is taken."""
    found = re.search(r"\d{2,4}", name)
    return int(found[0][-2:]) if found else 0


def _is_heading(cells: list[str], columns: dict[str, int]) -> bool:
    place = columns["postcode"]
    name = cells[place].strip().casefold() if place < len(cells) else ""
    return any(re.fullmatch(pattern, name) for pattern in FIELDS["postcode"])


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
            raise _UnknownWard(ward, council_code)
        counts.elsewhere += 1
        return None
    text = row["postcode"].upper().replace(" ", "")
    split = SPLIT_PART.fullmatch(text)
    if split and not is_postcode(text):
        if split[2] != "A":
            counts.parts += 1
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

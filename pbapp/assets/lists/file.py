"""Read a table that somebody saved from a spreadsheet: whatever separates its cells, in any coding.

A file is read as text and nothing else: never by its name, and nothing in it is worked out.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pbapp.assets.lists.columns import guess
from pbapp.refusal import N_, Refused

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 1_000
MOST_COLUMNS = 60
MOST_ABOVE = 5  # lines of a title above the heading
LONGEST_CELL = 5_000
SEPARATORS = (",", ";", "\t", "|")
OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # Excel's and LibreOffice's own files
OTHERS = ("<", "{", "[")  # web pages, XML, JSON


@dataclass(frozen=True)
class Line:
    """One row with its number in the file, counted as a spreadsheet does: the heading is 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    head: list[str]
    lines: list[Line]

    def as_rows(self) -> list[list[Any]]:
        """For keeping as JSON."""
        return [list(self.head), *([line.number, *line.cells] for line in self.lines)]

    @classmethod
    def from_rows(cls, rows: list[list[Any]]) -> Table:
        lines = [Line(int(row[0]), [str(cell) for cell in row[1:]]) for row in rows[1:]]
        return cls([str(name) for name in rows[0]], lines)


def read_list(data: bytes) -> Table:
    """The table in a file; raises `Refused` beside `file` with what is wrong and where."""
    if not data.strip():
        raise Refused(N_("This file is empty."), "file")
    if len(data) > MOST_BYTES:
        raise Refused(N_("This file is larger than 2 MB. Bring it in as two lists."), "file")
    if data.startswith(OFFICE):
        raise Refused(
            N_("This is a spreadsheet's own file. In the spreadsheet, save it as CSV (UTF-8)."),
            "file",
        )
    rows = _rows(_text(data))
    if not rows:
        raise Refused(N_("This file has no rows."), "file")
    head = _head(_used(rows))
    lines = [_line(number, cells, len(head)) for number, cells in rows[1:]]
    if not lines:
        raise Refused(N_("This file has a heading and no rows below it."), "file")
    if len(lines) > MOST_ROWS:
        raise Refused(
            N_(
                "This file has more than %(most)s rows. Keep those of your area, or bring it in "
                "as several lists."
            ),
            "file",
            most=MOST_ROWS,
        )
    return Table(head, lines)


def _text(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 too, else what Windows writes in this country."""
    for coding in _codings(data):
        try:
            text = data.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.lstrip().startswith(OTHERS):
            return text
    raise Refused(N_("We could not read this file as a table. Save it as CSV (UTF-8)."), "file")


def _codings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if 0 in data[:2]:  # a plain letter first, in two bytes and without a mark
        return ("utf-16-be",) if data[0] == 0 else ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Rows that have something in them, each with the number of its row, from the heading on."""
    first, _, rest = text.partition("\n")
    separator, skipped = _separator(text), 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text, separator, skipped = rest, first.strip()[4], 1  # Excel's own hint
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found, line = [], 1
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            line = reader.line_num + 1
            if any(cell.strip() for cell in cells):
                found.append((number, [cell.strip() for cell in cells]))
            if len(found) > MOST_ROWS + MOST_ABOVE + 1:
                break
    except csv.Error as error:
        # Where its row begins: a quotation mark that is never closed is noticed at the very end.
        raise Refused(
            N_("The row that begins on line %(line)s cannot be read. Is a quotation mark missing?"),
            "file",
            line=line + skipped,
        ) from error
    return _from_the_heading(found)


def _separator(text: str) -> str:
    """What stands between the cells of the heading, quoted cells aside."""
    lines = (line for line in text.splitlines() if line.strip())
    bare = ["".join(line.split('"')[::2]) for line in islice(lines, MOST_ABOVE + 1)]
    heading = next((line for line in bare if any(one in line for one in SEPARATORS)), "")
    return max(SEPARATORS, key=heading.count)


def _from_the_heading(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Without the title that some lists have above the names of their columns."""
    if not rows or guess(rows[0][1]) or _filled(rows[0][1]) > 1:
        return rows
    for at, (_, cells) in enumerate(rows[: MOST_ABOVE + 1]):
        if _filled(cells) > 1 and guess(cells):
            return rows[at:]
    return rows


def _filled(cells: list[str]) -> int:
    return sum(bool(cell) for cell in cells)


def _used(rows: list[tuple[int, list[str]]]) -> list[str]:
    """The heading without the columns at its end that spreadsheets leave there, empty all down."""
    heading = rows[0][1]
    width = len(heading)
    while width > 1 and not any("".join(cells[width - 1 : width]) for _, cells in rows):
        width -= 1
    return heading[:width]


def _head(cells: list[str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise Refused(
            N_("This file has more than %(most)s columns. Take out those you do not need."),
            "file",
            most=MOST_COLUMNS,
        )
    names = [
        f"{cell} ({number})".strip() if not cell or cell in cells[: number - 1] else cell
        for number, cell in enumerate(cells, 1)
    ]
    for name in names:
        if len(name) > 100:
            raise Refused(N_("The first row must have the names of the columns."), "file")
        if names.count(name) > 1:
            raise Refused(N_("Two columns are called “%(name)s”."), "file", name=name)
    return names


def _line(number: int, cells: list[str], width: int) -> Line:
    """A row as wide as the heading; empty cells beyond it are dropped, missing ones are empty."""
    while len(cells) > width and not cells[-1]:
        cells.pop()
    longest = [cell[: LONGEST_CELL + 1] for cell in cells]
    return Line(number, longest + [""] * (width - len(longest)))

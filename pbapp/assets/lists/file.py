"""Read a table that somebody saved from a spreadsheet: whatever separates its cells, in any coding.

A file is read as text and nothing else: never by its name, and nothing in it is worked out.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from pbapp.refusal import N_, Refused

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 1_000
MOST_COLUMNS = 60
LONGEST_CELL = 5_000
SEPARATORS = (",", ";", "\t", "|")
OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # Excel's and LibreOffice's own files


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
    head, width = _head(rows[0][1]), len(rows[0][1])
    lines = [_line(number, cells, width) for number, cells in rows[1:]]
    if not lines:
        raise Refused(N_("This file has a heading and no rows below it."), "file")
    if len(lines) > MOST_ROWS:
        raise Refused(
            N_("This file has more than %(most)s rows. Bring it in as several lists."),
            "file",
            most=MOST_ROWS,
        )
    return Table(head, lines)


def _text(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else what Windows writes in this country."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codings: tuple[str, ...] = ("utf-16",)
    else:
        codings = ("utf-8-sig", "cp1252")
    for coding in codings:
        try:
            text = data.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(N_("We could not read this file as a table. Save it as CSV (UTF-8)."), "file")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Rows that have something in them, each with the number of its row."""
    first, _, rest = text.partition("\n")
    separator, skipped = _separator(first), 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text, separator, skipped = rest, first.strip()[4], 1  # Excel's own hint
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = []
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            if any(cell.strip() for cell in cells):
                found.append((number, [cell.strip() for cell in cells]))
            if len(found) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise Refused(
            N_("Line %(line)s cannot be read. Is a quotation mark missing there?"),
            "file",
            line=reader.line_num + skipped,
        ) from error
    return found


def _separator(line: str) -> str:
    """What stands between the cells of the heading, quoted cells aside."""
    bare = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def _head(cells: list[str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise Refused(N_("This file has more than %(most)s columns."), "file", most=MOST_COLUMNS)
    names = [cell or f"({number})" for number, cell in enumerate(cells, 1)]
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

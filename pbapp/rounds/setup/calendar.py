"""Days that a round's dates have to respect: elections, school holidays, committees.

Read from data/calendar.toml and from calendar.toml in the instance folder.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "calendar.toml"


class EntryKind(enum.StrEnum):
    PRE_ELECTION = "pre_election"
    SCHOOL_HOLIDAY = "school_holiday"
    COMMITTEE = "committee"


class CalendarError(Exception):
    """A calendar file cannot be read; the text says what is wrong and where."""


@dataclass(frozen=True)
class Entry:
    """A stretch of days, both ends included. Not `is_confirmed`: only expected so far."""

    kind: EntryKind
    name: str
    first: date
    last: date
    council: str | None
    source: str
    is_confirmed: bool

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, first: date, last: date) -> bool:
        return self.first <= last and first <= self.last


def list_entries(instance: Path, council: str | None) -> list[Entry]:
    """Every entry for one council (GSS code), by first day."""
    entries = _read(FILE)
    own = instance / "calendar.toml"
    if own.is_file():
        entries += _read(own)
    mine = [entry for entry in entries if entry.council in (None, council)]
    return sorted(mine, key=lambda entry: (entry.first, entry.name))


def _read(file: Path) -> list[Entry]:
    try:
        rows = tomllib.loads(file.read_text()).get("entries", [])
        return [_entry(row) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise CalendarError(f"{file.name}: {error}") from error


def _entry(row: dict[str, Any]) -> Entry:
    first = row.get("from", row.get("on"))
    last = row.get("to", first)
    if type(first) is not date or type(last) is not date or last < first:
        raise ValueError(f"“{row.get('name')}” needs `from` and `to`, or `on`, as days")
    return Entry(
        kind=EntryKind(row["kind"]),
        name=str(row["name"]),
        first=first,
        last=last,
        council=row.get("council"),
        source=str(row.get("source", "")),
        is_confirmed=bool(row.get("confirmed", True)),
    )


def first_in_the_way(
    entries: Iterable[Entry], kind: EntryKind, spans: Iterable[tuple[date, date]]
) -> Entry | None:
    """The first entry of a kind that meets one of these stretches, or None."""
    stretches = list(spans)
    for entry in entries:
        if entry.kind is kind and any(entry.overlaps(*span) for span in stretches):
            return entry
    return None


def next_committee(entries: Iterable[Entry], after: date) -> Entry | None:
    """The first committee after a day."""
    return next((e for e in entries if e.kind is EntryKind.COMMITTEE and e.first > after), None)

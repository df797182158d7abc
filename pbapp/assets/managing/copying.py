"""An entry of last year as a new one: all it says, its dated times 52 weeks later."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pbapp.assets.adding.typed import fields_of
from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset
from pbapp.assets.snapshot import entry_of
from pbapp.assets.times import Session

A_YEAR = timedelta(weeks=52)  # so that a Tuesday stays a Tuesday
NOT_COPIED = ("version", "photo", "contact_consent")
YEAR = re.compile(r"(?<!\d)(20\d\d)(?:([/\u2013-])(\d\d))?(?!\d)", re.ASCII)
YEAR_SAID = ("name", "summary", "opening")


def later(session: Session) -> Session:
    """The same time a year on; one without dates is as it was."""
    return replace(session, starts_on=_later(session.starts_on), until_on=_later(session.until_on))


def _later(day: date | None) -> date | None:
    return min(day, date.max - A_YEAR) + A_YEAR if day else None


def next_year(text: str, years: Collection[int]) -> str:
    """A name that says its year ("Gala Day 2026", "Winter 2025/26") with the next one."""

    def later(found: re.Match[str]) -> str:
        year, mark, end = int(found[1]), found[2] or "", found[3]
        if year not in years:
            return found[0]
        return f"{year + 1}{mark}{(int(end) + 1) % 100:02}" if end else str(year + 1)

    return YEAR.sub(later, text)


def years_of(asset: Asset) -> set[int]:
    """The years an entry was for: of its dated times, else of when it was sent in."""
    days = [day for one in asset.sessions for day in (one.starts_on, one.until_on) if day]
    return {day.year for day in days} or {asset.submitted_at.year}


def fields_for_a_copy(asset: Asset) -> dict[str, list[str]]:
    """What the form of a new entry would hold if somebody typed this one again for next year."""
    fields, years = fields_of(asset), years_of(asset)
    for name in YEAR_SAID:
        fields[name] = next_year(fields[name] or "", years)
    for row in fields.get("sessions", ()):
        row.update({name: _later(row[name]) for name in ("starts_on", "until_on")})
    typed: dict[str, list[str]] = {}
    for name, value in fields.items():
        if name not in NOT_COPIED:
            typed.update(_typed(name, value))
    if asset.contact is not None:
        typed["contact_consent"] = ["y"]  # the group gave it, and gives these very words again
    return typed


def _typed(name: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    """A value as a browser would send it, rows and boxes too."""
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from _typed(f"{name}-{part}", inner)
    elif isinstance(value, (list, tuple)) and any(isinstance(one, dict) for one in value):
        for number, row in enumerate(value):
            yield from _typed(f"{name}-{number}", row)
    elif isinstance(value, (list, tuple)):
        yield name, [str(one) for one in value]
    elif isinstance(value, bool):
        if value:
            yield name, ["y"]
    elif value is not None:
        yield name, [_text(value)]


def _text(value: Any) -> str:
    """A time without seconds, as a browser sends it; the rest as it is."""
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)


def entry_for_a_copy(asset: Asset, name: str) -> Entry:
    """A new entry from an old one, under a name that its group has looked at."""
    entry, years = entry_of(asset), years_of(asset)
    return replace(
        entry,
        name=name,
        summary=next_year(entry.summary, years),
        opening=next_year(entry.opening, years),
        sessions=[later(session) for session in entry.sessions],
    )

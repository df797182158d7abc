"""Regular times: when something is next on, whether it is on now, evenings and weekends. Pure.

Times are those of the clock on the wall; one that runs on past midnight belongs to the day it
began on. A monthly time is on the first to fourth, or the last, of its days; one that comes every
second week or month counts from its first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Protocol

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKEND = 0b1100000
EVENING = 18 * 60
NOON, MIDNIGHT = 12 * 60, 24 * 60
LONGEST_NIGHT = 13 * 60
LOOK_AHEAD = timedelta(days=400)  # over a year, so that a yearly time is still found


class Regular(Protocol):
    """A regular time, as `AssetSession` keeps it and `Session` says it."""

    @property
    def days(self) -> int: ...
    @property
    def opens(self) -> int: ...
    @property
    def closes(self) -> int: ...
    @property
    def nth(self) -> int | None: ...
    @property
    def every(self) -> int: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def until_on(self) -> date | None: ...


@dataclass(frozen=True)
class Session:
    """A regular time as somebody typed it; see `AssetSession` for what the fields mean."""

    days: int
    opens: int
    closes: int
    nth: int | None = None
    every: int = 1
    starts_on: date | None = None
    until_on: date | None = None
    use: str = "open"
    note: str = ""


@dataclass(frozen=True)
class Occurrence:
    """One time that it is on: from `start` to `end`, by the clock on the wall, without a zone."""

    start: datetime
    end: datetime


def is_in_order(opens: int, closes: int) -> bool:
    """Whether a time may begin and end so. Ten at night to two is meant, ten to two is a slip."""
    past_midnight = NOON <= opens < MIDNIGHT and closes - opens <= LONGEST_NIGHT
    return 0 <= opens < closes and (closes <= MIDNIGHT or past_midnight)


def end_after(opens: int, end: int) -> int:
    """When what began at `opens` ends, by an hour on the clock: on the next day if need be."""
    return end + MIDNIGHT if end < opens and is_in_order(opens, end + MIDNIGHT) else end


def is_on(regular: Regular, day: date) -> bool:
    """Whether a regular time falls on a day."""
    if not regular.days >> day.weekday() & 1:
        return False
    if regular.starts_on and day < regular.starts_on:
        return False
    if regular.until_on and day > regular.until_on:
        return False
    if regular.nth is not None and not _is_nth(day, regular.nth):
        return False
    return regular.every == 1 or _in_step(regular, day)


def _is_nth(day: date, nth: int) -> bool:
    if nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == nth


def _in_step(regular: Regular, day: date) -> bool:
    first = regular.starts_on
    if first is None:
        return True
    if regular.nth is None:
        weeks = (_monday(day) - _monday(first)).days // 7
        return weeks % regular.every == 0
    months = (day.year - first.year) * 12 + day.month - first.month
    return months % regular.every == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def occurrences(regular: Regular, since: date, until: date) -> Iterator[Occurrence]:
    """Every time it is on from one day to another, both included."""
    day = since
    while day <= until:
        if is_on(regular, day):
            midnight = datetime.combine(day, time())
            yield Occurrence(
                midnight + timedelta(minutes=regular.opens),
                midnight + timedelta(minutes=regular.closes),
            )
        day += timedelta(days=1)


def find_current(regulars: Iterable[Regular], now: datetime) -> Occurrence | None:
    """What is on at this moment, up to when it ends: a time that follows at once is one with it.

    `now` by the clock on the wall.
    """
    yesterday, tomorrow = (now.date() + timedelta(days=days) for days in (-1, 1))
    ahead = [one for r in regulars for one in occurrences(r, yesterday, tomorrow) if one.end > now]
    current: Occurrence | None = None
    for one in sorted(ahead, key=lambda one: one.start):
        if one.start <= (current.end if current else now):
            start = current.start if current else one.start
            current = Occurrence(start, max(one.end, current.end) if current else one.end)
    return current


def find_next(regulars: Iterable[Regular], now: datetime) -> Occurrence | None:
    """The time that begins soonest after this moment, within a little over a year."""
    soonest: Occurrence | None = None
    for regular in regulars:
        for one in occurrences(regular, now.date(), now.date() + LOOK_AHEAD):
            if soonest is not None and one.start >= soonest.start:
                break
            if one.start > now:
                soonest = one
                break
    return soonest


def find_only(regular: Regular) -> date | None:
    """The one day it is on, for a time that does not come again, like a gala day's."""
    first, last = regular.starts_on, regular.until_on
    if first is None or last is None or last - first > timedelta(days=31):
        return None
    found = list(islice(occurrences(regular, first, last), 2))
    return found[0].start.date() if len(found) == 1 else None


def never_is(regular: Regular) -> bool:
    """Whether no such day lies between its first and its last."""
    first, last = regular.starts_on, regular.until_on
    if first is None or last is None:
        return False
    return next(occurrences(regular, first, min(last, first + LOOK_AHEAD)), None) is None


def is_over(regular: Regular, today: date) -> bool:
    """Whether its last day has passed."""
    return regular.until_on is not None and regular.until_on < today


def is_evening(regular: Regular) -> bool:
    """Whether it is on, on a day from Monday to Friday, after six."""
    return bool(regular.days & ~WEEKEND) and regular.closes > EVENING


def is_weekend(regular: Regular) -> bool:
    return bool(regular.days & WEEKEND)


def days_of(regular: Regular) -> list[int]:
    """Its days, Monday 0."""
    return [number for number in range(7) if regular.days >> number & 1]


def rrule(regular: Regular) -> dict[str, str]:
    """Its rule in the words of RFC 5545 (section 3.3.10); weekly or monthly, no other."""
    nth = "" if regular.nth is None else str(regular.nth)
    rule = {
        "FREQ": "WEEKLY" if regular.nth is None else "MONTHLY",
        "BYDAY": ",".join(nth + DAYS[number] for number in days_of(regular)),
    }
    if regular.every > 1:
        rule["INTERVAL"] = str(regular.every)
    if regular.until_on:
        rule["UNTIL"] = f"{regular.until_on:%Y%m%d}"
    return rule

"""The days a cycle gives. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

MONDAY_FIRST = range(7)


def first_day(from_day: date, weekday: int) -> date:
    """The first such day of the week (0 is Monday) on or after a day."""
    return from_day + timedelta(days=(weekday - from_day.weekday()) % 7)


def days_from(first_on: date, weeks: int, today: date) -> Iterator[date]:
    """The cycle's days from today on, for ever."""
    step = timedelta(weeks=weeks)
    past = max(0, -((first_on - today) // step))
    for number in count(past):
        day = first_on + number * step
        if day >= today:
            yield day

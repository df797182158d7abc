"""Regular times: on which days, when next, in the evening, at the weekend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from pbapp.assets import times, times_words
from pbapp.assets.times import Session

TUESDAY, WEDNESDAY, SATURDAY = 1 << 1, 1 << 2, 1 << 5
TUESDAYS = Session(TUESDAY, 600, 720)


def wall(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of December 2026 by the clock on the wall."""
    return datetime.combine(date(2026, 12, day), time(hour, minute))


def test_it_is_on_every_such_day_of_the_week() -> None:
    found = list(times.occurrences(TUESDAYS, date(2026, 12, 1), date(2026, 12, 15)))
    assert [one.start.day for one in found] == [1, 8, 15]
    assert found[0].end - found[0].start == timedelta(hours=2)


@pytest.mark.parametrize(("nth", "days"), [(1, [1]), (2, [8]), (4, [22]), (-1, [29])])
def test_it_is_on_once_a_month(nth: int, days: list[int]) -> None:
    monthly = Session(TUESDAY, 600, 720, nth=nth)
    found = times.occurrences(monthly, date(2026, 12, 1), date(2026, 12, 31))
    assert [one.start.day for one in found] == days


def test_every_second_week_counts_from_the_week_of_its_first_day() -> None:
    fortnightly = Session(TUESDAY | WEDNESDAY, 600, 720, every=2, starts_on=date(2026, 12, 2))
    found = times.occurrences(fortnightly, date(2026, 12, 1), date(2026, 12, 31))
    assert [one.start.day for one in found] == [2, 15, 16, 29, 30]


def test_every_second_month_skips_one() -> None:
    odd = Session(TUESDAY, 600, 720, nth=1, every=2, starts_on=date(2026, 12, 1))
    found = times.occurrences(odd, date(2026, 12, 1), date(2027, 4, 30))
    assert [one.start.month for one in found] == [12, 2, 4]


def test_it_is_over_after_its_last_day() -> None:
    term = Session(TUESDAY, 600, 720, starts_on=date(2026, 12, 1), until_on=date(2026, 12, 8))
    assert [o.start.day for o in times.occurrences(term, date(2026, 11, 1), date(2027, 1, 31))] == [
        1,
        8,
    ]
    assert times.is_over(term, date(2026, 12, 9))
    assert not times.is_over(term, date(2026, 12, 8))


def test_it_is_open_from_its_start_up_to_but_not_at_its_end() -> None:
    hours = [wall(1, 9, 59), wall(1, 10), wall(1, 12)]
    assert [times.find_current([TUESDAYS], one) is not None for one in hours] == [
        False,
        True,
        False,
    ]


def test_what_runs_past_midnight_is_still_on_the_next_day_and_belongs_to_the_first() -> None:
    night = Session(TUESDAY, 1320, times.end_after(1320, 120), until_on=date(2026, 12, 1))
    assert night.closes == 1560
    for now, is_on in ((wall(1, 23), True), (wall(2, 1, 59), True), (wall(2, 2), False)):
        current = times.find_current([night], now)
        assert (current is not None) is is_on
        assert not current or current.end == wall(2, 2)
    assert times.find_current([night], wall(1, 1)) is None
    assert times.find_next([night], wall(1)) == times.Occurrence(wall(1, 22), wall(2, 2))
    assert times.is_in_order(1200, times.end_after(1200, 480))
    for slip in (
        (600, 120),
        (719, 60),
        (720, 120),
        (720, 720),
    ):  # ten to two in the morning is no night out
        assert not times.is_in_order(slip[0], times.end_after(*slip))


def test_times_that_follow_at_once_are_open_as_one() -> None:
    three = [Session(TUESDAY, 780, 900), Session(TUESDAY, 720, 780), TUESDAYS]
    current = times.find_current(three, wall(1, 11))
    assert current == times.Occurrence(wall(1, 10), wall(1, 15))


def test_a_time_that_does_not_come_again_has_one_day_or_none() -> None:
    gala = Session(SATURDAY, 660, 960, starts_on=date(2026, 6, 6), until_on=date(2026, 6, 6))
    assert times.find_only(gala) == date(2026, 6, 6)
    assert not times.never_is(gala)
    assert times.never_is(replace(gala, days=TUESDAY))
    assert times.find_only(replace(gala, until_on=date(2026, 6, 13))) is None
    assert times.find_only(TUESDAYS) is None


def test_the_next_time_is_the_soonest_of_all() -> None:
    both = [Session(SATURDAY, 540, 600), TUESDAYS]
    following = times.find_next(both, wall(1, 10))
    assert following is not None
    assert following.start == wall(5, 9)
    assert times.find_next([], wall(1)) is None


def test_evenings_are_weekdays_after_six_and_weekends_are_days() -> None:
    assert times.is_evening(Session(TUESDAY, 1020, 1140))
    assert not times.is_evening(TUESDAYS)
    late_saturday = Session(SATURDAY, 1140, 1260)
    assert times.is_weekend(late_saturday)
    assert not times.is_evening(late_saturday)


def test_a_rule_is_weekly_or_monthly_in_the_words_of_the_standard() -> None:
    assert times.rrule(Session(TUESDAY | SATURDAY, 600, 720, every=2)) == {
        "FREQ": "WEEKLY",
        "BYDAY": "TU,SA",
        "INTERVAL": "2",
    }
    last = Session(TUESDAY, 600, 720, nth=-1, until_on=date(2026, 12, 29))
    assert times.rrule(last) == {"FREQ": "MONTHLY", "BYDAY": "-1TU", "UNTIL": "20261229"}


@given(
    st.integers(1, 127),
    st.sampled_from([None, -1, 1, 2, 3, 4]),
    st.integers(1, 12),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_what_comes_next_is_on_and_nothing_is_on_before_it(
    days: int, nth: int | None, every: int, today: date
) -> None:
    regular = Session(days, 600, 720, nth=nth, every=every, starts_on=date(2026, 1, 1))
    now = datetime.combine(today, time())
    following = times.find_next([regular], now)
    assert following is not None
    assert times.is_on(regular, following.start.date())
    between = (following.start.date() - today).days
    assert not any(times.is_on(regular, today + timedelta(days=n)) for n in range(between))


@pytest.mark.parametrize(
    ("regular", "words"),
    [
        (TUESDAYS, "Tuesdays, 10am to noon"),
        (Session(TUESDAY | SATURDAY, 570, 1440), "Tuesdays and Saturdays, 9:30am to midnight"),
        (Session(127, 540, 1020), "Every day, 9am to 5pm"),
        (Session(31, 540, 1020), "Monday to Friday, 9am to 5pm"),
        (Session(0b0111100, 540, 1020), "Wednesday to Saturday, 9am to 5pm"),
        (Session(0b0111010, 540, 1020), "Tuesdays, Thursdays, Fridays and Saturdays, 9am to 5pm"),
        (Session(TUESDAY, 600, 720, nth=-1), "The last Tuesday of the month, 10am to noon"),
        (
            Session(TUESDAY, 600, 720, every=2, starts_on=date(2026, 1, 6)),
            "Every 2 weeks on Tuesday, 10am to noon",
        ),
        (Session(SATURDAY, 1320, 1560), "Saturdays, 10pm to 2am"),
        (Session(127, 0, 1440), "Every day, all day"),
        (
            Session(SATURDAY, 660, 960, starts_on=date(2026, 6, 6), until_on=date(2026, 6, 6)),
            "Saturday 6 June 2026, 11am to 4pm",
        ),
    ],
)
def test_a_time_is_said_in_words(app: Flask, regular: Session, words: str) -> None:
    with app.test_request_context():
        assert times_words.said(regular) == words


def test_what_is_on_now_or_next_is_said_by_the_clock_on_the_wall(app: Flask) -> None:
    night, always = Session(TUESDAY, 1320, 1560), Session(127, 0, 1440)
    for at, regular, words in (
        (datetime(2026, 12, 1, 10, 30, tzinfo=UTC), TUESDAYS, "Open now, until noon"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), night, "Next: today, 10pm to 2am"),
        (datetime(2026, 12, 2, 1, 59, tzinfo=UTC), night, "Open now, until 2am"),
        (datetime(2026, 12, 7, 9, 0, tzinfo=UTC), TUESDAYS, "Next: tomorrow, 10am to noon"),
        (datetime(2026, 6, 2, 9, 30, tzinfo=UTC), TUESDAYS, "Open now, until noon"),  # summer
        (datetime(2026, 10, 20, 8, 59, tzinfo=UTC), TUESDAYS, "Next: today, 10am to noon"),
        (datetime(2026, 12, 2, 9, 0, tzinfo=UTC), always, "Open now, day and night"),
        (
            datetime(2026, 12, 2, 9, 0, tzinfo=UTC),
            TUESDAYS,
            "Next: Tuesday 8 December 2026, 10am to noon",
        ),
    ):
        with app.test_request_context(), time_machine.travel(at, tick=False):
            assert times_words.when_next([regular]) == words

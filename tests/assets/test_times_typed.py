"""Regular times in a cell of a table: read as meant, or refused with their words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.assets.times import Session
from pbapp.assets.times_typed import read_times, typed
from pbapp.refusal import Refused

notes = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    opens = draw(st.integers(0, 1439))
    latest = 1440 if opens < 720 else max(1440, opens + 780)
    every = draw(st.integers(1, 12))
    dates = st.dates(date(2020, 1, 1), date(2040, 1, 1))
    first, last = sorted((draw(dates), draw(dates)))
    return Session(
        draw(st.integers(1, 127)),
        opens,
        draw(st.integers(opens + 1, latest)),
        draw(st.sampled_from([None, 1, 2, 3, 4, -1])),
        every,
        first if every > 1 or draw(st.booleans()) else None,
        draw(st.sampled_from([None, last])),
        draw(st.sampled_from(["open", "free"])),
        draw(notes),
    )


def test_a_dash_in_a_note_stays_one() -> None:
    (one,) = read_times('Tue 10:00–12:00 "Tea – and ""talk"" — free"')
    assert (one.opens, one.closes, one.note) == (600, 720, 'Tea – and "talk" — free')


@given(st.lists(sessions(), max_size=4))
def test_what_is_written_is_read_back(known: list[Session]) -> None:
    assert read_times(typed(known)) == known


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tue 10:00-12:00; Thu 18:00-20:00", [Session(2, 600, 720), Session(8, 1080, 1200)]),
        ("Tuesdays and Thursdays 10am to noon", [Session(10, 600, 720)]),
        ("Every Tuesday and Thursday, 10am - 12 noon", [Session(10, 600, 720)]),
        ("Mon\u2013Fri 9.30am\u20135pm;", [Session(31, 570, 1020)]),
        ("daily 18:00-24:00", [Session(127, 1080, 1440)]),
        ("Every day, 12pm-midnight", [Session(127, 720, 1440)]),
        ("the first Tue 12am-1am", [Session(2, 0, 60, 1)]),
        ("Fri 10 p.m. to 2:30 a.m.", [Session(16, 1320, 1590)]),
        (
            "free every 2 weeks on Sat 10:00-12:00 from 2026-01-03",
            [Session(32, 600, 720, None, 2, date(2026, 1, 3), None, "free")],
        ),
        (
            'last Fri 18:00-20:00 "bring; ""a"" mat"',
            [Session(16, 1080, 1200, -1, note='bring; "a" mat')],
        ),
        ("", []),
    ],
)
def test_times_are_read_as_people_write_them(text: str, meant: list[Session]) -> None:
    assert read_times(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "sometimes",
        "Tue",
        "Tue 10-12",
        "Tue 25:00-26:00",
        "Tue 10:60-12:00",
        "Tue 13pm-14pm",
        "Tue 24:00-24:00",
        "Tue 12:00-10:00",
        "Fri-Mon 10:00-12:00",
        "Tue 10:00-12:00 and more",
        "Tue 10:00-12:00 until 2026-02-30",
        "Tue 10:00-12:00 from 2026-02-02 until 2026-01-01",
        "every 2 weeks Tue 10:00-12:00",
        "every 2 months Tue 10:00-12:00 from 2026-01-01",
        "every 13 weeks Tue 10:00-12:00 from 2026-01-01",
        "Tue \u0661\u0660:00-12:00",
        "Tue 10:00-12:00; Wed",
        'Tue 10:00-12:00 "open',
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_times(text)
    assert refused.value.field == "sessions"


@given(st.text(alphabet='Tue Wedfrilast1nd0:-;,"&tomamnoon', max_size=60))
def test_any_cell_is_read_or_refused(text: str) -> None:
    try:
        read_times(text)
    except Refused:
        return

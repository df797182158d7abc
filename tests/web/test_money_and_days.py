"""Amounts are read strictly and written as people write them; days and hours likewise."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from wtforms import ValidationError

from pbapp.web import babel
from pbapp.web.forms import pence, plain_text, pounds
from pbapp.web.redirects import safe_next


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("450", 45000), ("£1,200.50", 120050), (" 0.05 ", 5), ("£ 3", 300), ("1.5", 150)],
)
def test_amounts_are_read(typed: str, expected: int, app: Flask) -> None:
    with app.test_request_context():
        assert pence(typed) == expected


@pytest.mark.parametrize(
    "typed", ["١٢", "1_000", "-5", "1e3", "NaN", "12.345", "ten", "1.2.3", "", ".", "½"]
)
def test_what_is_no_amount_is_refused(typed: str, app: Flask) -> None:
    with app.test_request_context(), pytest.raises(ValidationError):
        pence(typed)


@given(st.integers(0, 10**12))
def test_an_amount_written_is_read_back(amount: int) -> None:
    assert pence(pounds(min(amount, 10**10))) == min(amount, 10**10)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(1_250_000, "£12,500"), (1_250_050, "£12,500.50"), (0, "£0"), (-500, "-£5"), (5, "£0.05")],
)
def test_money_reads_as_people_write_it(app: Flask, amount: int, expected: str) -> None:
    with app.test_request_context():
        assert babel.money(amount) == expected


def test_days_and_hours_read_in_local_time(app: Flask) -> None:
    with app.test_request_context():
        assert babel.day(date(2026, 12, 4)) == "Friday 4 December 2026"
        assert babel.moment(datetime(2026, 12, 4, 17, tzinfo=UTC)) == "Friday 4 December 2026, 5pm"
        summer = datetime(2027, 6, 4, 16, 30, tzinfo=UTC)
        assert babel.moment(summer) == "Friday 4 June 2027, 5:30pm"
        assert babel.time_of_day(datetime(2026, 12, 4, 12, tzinfo=UTC)) == "noon"
        late = datetime(2027, 6, 4, 23, 30, tzinfo=UTC)
        assert babel.day(late) == "Saturday 5 June 2027"


@time_machine.travel(datetime(2026, 11, 21, 23, 36, tzinfo=UTC), tick=False)
def test_how_long_ago_is_counted_in_nights(app: Flask) -> None:
    with app.test_request_context():
        assert babel.ago(datetime(2026, 11, 15, 10, tzinfo=UTC)) == "6 days ago"
        assert babel.ago(datetime(2026, 11, 21, 20, 36, tzinfo=UTC)) == "3 hours ago"
        assert babel.ago(datetime(2026, 10, 31, 10, tzinfo=UTC)) == "3 weeks ago"


@given(st.text())
def test_plain_text_keeps_no_invisible_marks(typed: str) -> None:
    kept = plain_text(typed)
    assert kept is not None
    assert not {"\0", "\u202e", "\u200b"} & set(kept)
    assert plain_text(kept) == kept


@given(st.text(min_size=1))
def test_a_redirect_never_leaves_the_site(target: str) -> None:
    from urllib.parse import urljoin, urlsplit

    # As a browser reads it: back slashes are slashes, and tabs and line ends are dropped.
    read = safe_next(target, "/home").replace("\\", "/")
    read = "".join(c for c in read if c not in "\t\r\n")
    assert urlsplit(urljoin("https://here.example/x", read)).netloc == "here.example"

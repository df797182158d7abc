"""Working days: weekends and closed days are not counted, nor is the first day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pbapp.boards.service_clock import ServiceClock, days_after

FRIDAY = date(2026, 12, 18)


@pytest.mark.parametrize(
    ("days", "closed", "due"),
    [
        (0, (), FRIDAY),
        (1, (), date(2026, 12, 21)),
        (5, (), date(2026, 12, 25)),
        (5, (date(2026, 12, 25), date(2026, 12, 28)), date(2026, 12, 29)),
        (5, (date(2026, 12, 19),), date(2026, 12, 25)),
    ],
)
def test_so_many_working_days_later(days: int, closed: tuple[date, ...], due: date) -> None:
    assert days_after(FRIDAY, days, closed) == due


def test_a_board_has_its_own_days_or_the_usual() -> None:
    clock = ServiceClock({(1, "proposal"): 1}, {1: frozenset({date(2026, 12, 21)})})
    since = datetime(2026, 12, 18, 23, 0, tzinfo=UTC)
    assert clock.due_on(1, "proposal", since) == date(2026, 12, 22)
    assert clock.due_on(2, "proposal", since) == date(2027, 1, 1)

"""The service clock: how many working days a board takes, and when something is due.

Days are counted in UTC. The day on which something came in is not counted; what came on a Friday
and may take one day is due on Monday.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Date, cast, delete, literal, null, select, union_all

from pbapp.boards.models import AllowedDays, ClosedDay
from pbapp.db import db, flush

DAY = timedelta(days=1)
# The usual number of working days by kind; a board may have its own.
USUAL = {
    "proposal": 10,
    "asset": 5,
    "refusal": 5,
    "appeal": 10,
    "complaint": 5,
    "complaint 2": 20,
    "claim": 5,
    "tie": 5,
    "interest": 10,
    "concern": 3,
    "question": 5,
    "passport": 10,
    "check": 20,
    "straight": 10,
}
TO_APPEAL = 10  # working days in which a decision can be appealed


def days_after(start: date, days: int, closed: Collection[date] = ()) -> date:
    """The working day that is so many working days after a day."""
    on = start
    while days > 0:
        on += DAY
        if on.weekday() < 5 and on not in closed:
            days -= 1
    return on


@dataclass(frozen=True)
class ServiceClock:
    """What the boards of one page allow themselves, read at once."""

    allowed: dict[tuple[int, str], int] = field(default_factory=dict)
    closed: dict[int, frozenset[date]] = field(default_factory=dict)
    _known: dict[tuple[int, str, date], date] = field(default_factory=dict, repr=False)

    def days(self, board_id: int | None, kind: str) -> int:
        return self.allowed.get((board_id or 0, kind), USUAL.get(kind, 10))

    def due_on(self, board_id: int | None, kind: str, since: datetime) -> date:
        """The last day on which it is in time; many things of a queue came on the same day."""
        key = (board_id or 0, kind, since.date())
        if key not in self._known:
            closed = self.closed.get(board_id or 0, frozenset())
            self._known[key] = days_after(since.date(), self.days(board_id, kind), closed)
        return self._known[key]


def clock_of(board_ids: Iterable[int]) -> ServiceClock:
    """The service clock of these boards, in one query."""
    ids = list(board_ids)
    own = select(
        AllowedDays.board_id, AllowedDays.kind, AllowedDays.days, cast(null(), Date).label("on")
    ).where(AllowedDays.board_id.in_(ids))
    off = select(ClosedDay.board_id, literal(""), literal(0), ClosedDay.on).where(
        ClosedDay.board_id.in_(ids)
    )
    allowed: dict[tuple[int, str], int] = {}
    closed: dict[int, set[date]] = {}
    for board_id, kind, days, on in db.session.execute(union_all(own, off)):
        if on is None:
            allowed[board_id, kind] = days
        else:
            closed.setdefault(board_id, set()).add(on)
    return ServiceClock(allowed, {board_id: frozenset(days) for board_id, days in closed.items()})


def appeal_until(board_id: int | None, decided_at: datetime) -> date:
    """The last day on which a decision can be appealed."""
    closed = clock_of([board_id] if board_id else []).closed.get(board_id or 0, frozenset())
    return days_after(decided_at.date(), TO_APPEAL, closed)


def set_clock(board_id: int, days: dict[str, int], closed: Iterable[date]) -> None:
    """Keep what a board allows itself; a kind with its usual number is not kept."""
    db.session.execute(delete(AllowedDays).where(AllowedDays.board_id == board_id))
    db.session.execute(delete(ClosedDay).where(ClosedDay.board_id == board_id))
    for kind, number in days.items():
        if USUAL.get(kind) != number:
            db.session.add(AllowedDays(board_id=board_id, kind=kind, days=number))
    db.session.add_all(ClosedDay(board_id=board_id, on=on) for on in sorted(set(closed)))
    flush()

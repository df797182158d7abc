"""The seven moments an officer chooses, and the phases they make."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from pbapp.refusal import N_, Refused
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import PhaseDates

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MORNING, NOON, EVENING = time(9), time(12), time(17)


@dataclass(frozen=True)
class Dates:
    """Proposals close when checking begins; voting closes when the count begins; the count ends
    when the result is out. `interest` is None in a round without that phase."""

    opens: datetime
    closes: datetime
    checked: datetime
    vote_opens: datetime
    vote_closes: datetime
    result: datetime
    interest: datetime | None = None

    @property
    def in_order(self) -> list[tuple[str, datetime]]:
        """Field names and moments as they have to follow each other."""
        first = [("interest", self.interest)] if self.interest else []
        rest = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "interest"]
        return [*first, *rest]

    def phases(self) -> list[PhaseDates]:
        found = [
            PhaseDates(PhaseKind.SUBMISSION, self.opens, self.closes),
            PhaseDates(PhaseKind.REVIEW, self.closes, self.checked),
            PhaseDates(PhaseKind.VOTING, self.vote_opens, self.vote_closes),
            PhaseDates(PhaseKind.COUNTING, self.vote_closes, self.result),
            PhaseDates(PhaseKind.PUBLISHED, self.result),
        ]
        if self.interest is not None:
            found.insert(0, PhaseDates(PhaseKind.INTEREST, self.interest, self.opens))
        return found

    def keeping(self, standing: Dates | None) -> Dates:
        """These dates, with the seconds of those that stand where the minute is the same."""
        before = dict(standing.in_order) if standing else {}
        kept = {}
        for name, moment in self.in_order:
            old = before.get(name)
            same = old is not None and old.replace(second=0, microsecond=0) == moment
            kept[name] = old if old is not None and same else moment
        return Dates(**kept)

    def moved(self, by: timedelta) -> Dates:
        """The same dates so much later."""
        return Dates(**{name: moment + by for name, moment in self.in_order})

    def check_order(self) -> None:
        """Refuse, beside the later of two, what comes too early. Voting may open at once."""
        for (earlier, before), (later, after) in pairwise(self.in_order):
            may_touch = (earlier, later) == ("checked", "vote_opens")
            if after < before or (after == before and not may_touch):
                raise Refused(N_("This has to come after the date above it."), later)


def dates_of(round: Round) -> Dates | None:
    """A round's dates as chosen; None if a phase is missing."""
    kinds = (PhaseKind.SUBMISSION, PhaseKind.REVIEW, PhaseKind.VOTING, PhaseKind.PUBLISHED)
    opens, checks, voting, result = (find_phase(round, kind) for kind in kinds)
    if not (opens and checks and voting and result and opens.ends_at):
        return None
    if checks.ends_at is None or voting.ends_at is None:
        return None
    interest = find_phase(round, PhaseKind.INTEREST)
    return Dates(
        opens=opens.starts_at,
        closes=opens.ends_at,
        checked=checks.ends_at,
        vote_opens=voting.starts_at,
        vote_closes=voting.ends_at,
        result=result.starts_at,
        interest=interest.starts_at if interest else None,
    )


def preset(weeks: dict[str, int], *, interest: bool, today: date, zone: ZoneInfo) -> Dates:
    """A template's dates: opening on a Monday at 9, closing on a Friday at 5, in local time."""

    def at(day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=zone)

    start = today + weeks["opens"] * WEEK
    monday = start + (7 - start.weekday()) % 7 * DAY
    opens = monday + 2 * WEEK if interest else monday
    closes = opens + weeks["proposals"] * WEEK - 3 * DAY
    checked = closes + weeks["checks"] * WEEK
    vote_opens = checked + (weeks["look"] - 1) * WEEK + 3 * DAY
    vote_closes = vote_opens + weeks["voting"] * WEEK - 3 * DAY
    return Dates(
        opens=at(opens, MORNING),
        closes=at(closes, EVENING),
        checked=at(checked, EVENING),
        vote_opens=at(vote_opens, MORNING),
        vote_closes=at(vote_closes, EVENING),
        result=at(vote_closes + weeks["count"] * WEEK, NOON),
        interest=at(monday, MORNING) if interest else None,
    )


def a_year_on(dates: Dates, now: datetime) -> Dates:
    """The same weekdays a year (52 weeks) later, or as many years as it takes to lie ahead."""
    moved = dates.moved(52 * WEEK)
    while moved.in_order[0][1] <= now:
        moved = moved.moved(52 * WEEK)
    return moved


def public_spans(dates: Dates, zone: ZoneInfo) -> list[tuple[date, date]]:
    """The days on which a round is in public: proposals asked for, voting, the result."""
    days: dict[str, Any] = {name: moment.astimezone(zone).date() for name, moment in dates.in_order}
    return [
        (days.get("interest", days["opens"]), days["closes"]),
        (days["vote_opens"], days["vote_closes"]),
        (days["result"], days["result"]),
    ]

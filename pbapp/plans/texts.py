"""A plan as text: what a file holds, what a draft holds, and what is adopted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pbapp.plans.models import ActionStatus, Direction, DriverKind


@dataclass(frozen=True)
class Line:
    """An action or aim in the plan's own words, and in plain ones.

    Who leads, who helps, by when and how it goes is for actions alone. `continues` is the action of
    an earlier plan that this one carries on, where its words have changed since.
    """

    text: str
    plain: str = ""
    lead: str = ""
    partners: Sequence[str] = ()
    due_on: date | None = None
    status: ActionStatus = ActionStatus.PLANNED
    progress: str = ""
    continues: int | None = None


@dataclass(frozen=True)
class DriverText:
    """A strategy that a priority hangs from."""

    kind: DriverKind
    name: str
    reviewed_on: date | None = None


@dataclass(frozen=True)
class IndicatorText:
    """A figure to watch. `readings` are days and whole numbers of 10^-`decimals` units."""

    slug: str
    name: str
    direction: Direction
    source: str
    unit: str = ""
    decimals: int = 0
    least: int | None = None
    most: int | None = None
    readings: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True)
class PriorityText:
    """What a plan says of one priority. `slug` names the priority for good; `title` may change."""

    slug: str
    title: str
    summary: str
    why: str
    success: str
    context: str = ""
    actions: Sequence[Line] = ()
    aims: Sequence[Line] = ()
    drivers: Sequence[DriverText] = ()
    indicators: Sequence[IndicatorText] = ()


@dataclass(frozen=True)
class PlanText:
    """A whole plan."""

    title: str
    starts_on: date
    ends_on: date
    source: str
    introduction: str
    priorities: Sequence[PriorityText]

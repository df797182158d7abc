"""Read a plan from a structured file (TOML), with everything that is wrong with it said at once.

    [plan]
    title = "Coatbridge Local Outcome Improvement Plan"
    starts_on = 2021-04-01
    ends_on = 2027-12-31
    source = "Where the plan was published"
    introduction = "…"                                   # may be left out

    [[priorities]]
    slug = "poverty"                                     # its address, for good
    title = "Poverty"
    summary = "One line."
    context = "What people said."                        # may be left out
    why = "Why it is a priority."
    success = "What success looks like."

    [[priorities.actions]]                               # "We will…"
    words = "As the plan has it."
    plain = "As people say it."                          # these may be left out
    lead = "The partner that answers for it"
    partners = ["Who helps"]
    due_on = 2026-03-31
    status = "planned"                                   # under_way, done, stopped
    progress = "What has been done"

    [[priorities.aims]]                                  # "What are we trying to improve?"
    words = "As the plan has it."

    [[priorities.drivers]]
    kind = "national"                                    # local, improvement, governance
    name = "A law, strategy or programme"
    reviewed_on = 2025-11-01

    [[priorities.indicators]]
    slug = "food-parcels"
    name = "Emergency food parcels given out in a year"
    unit = "parcels"
    direction = "down"                                   # which way is better
    source = "Who measures it"
    decimals = 0
    least = 0
    most = 100000
    readings = [{ on = 2024-03-31, value = 4120 }]

Other keys are left alone. The whole file is read before anything is kept.
"""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from pbapp.boards.queries import is_slug
from pbapp.places.problems import FileProblems, brief
from pbapp.plans.models import ActionStatus, Direction, DriverKind
from pbapp.plans.texts import DriverText, IndicatorText, Line, PlanText, PriorityText

MOST_BYTES = 2_000_000
Kind = TypeVar("Kind", bound=StrEnum)


def read_plan(content: bytes) -> PlanText:
    """Read a file; raises `FileProblems` with a sentence for each thing to put right."""
    if len(content) > MOST_BYTES:
        raise FileProblems(["The file is larger than 2 MB. A plan is a few pages of text."])
    try:
        facts = tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise FileProblems(["The file is not text in UTF-8."]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileProblems([f"The file is not TOML: {brief(error, 200)}."]) from error
    return read_facts(facts)


def read_facts(facts: dict[str, Any]) -> PlanText:
    """The same from what a file holds, for whoever has read it; days are `date`s."""
    reader = _Reader()
    plan = reader.plan(facts)
    if reader.problems:
        raise FileProblems(reader.problems)
    return plan


class _Reader:
    """Reads what it can and notes what is wrong, each with its place in the file."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def plan(self, facts: dict[str, Any]) -> PlanText:
        its = facts.get("plan")
        if not isinstance(its, dict):
            self.problems.append("[plan] is missing.")
            its = {}
        priorities = self._tables(facts, "priorities", "")
        if not priorities:
            self.problems.append("There is no [[priorities]]: a plan needs at least one.")
        return PlanText(
            title=self._text(its, "title", "plan", 200),
            starts_on=self._day(its, "starts_on", "plan") or date.min,
            ends_on=self._day(its, "ends_on", "plan") or date.max,
            source=self._text(its, "source", "plan", 300),
            introduction=self._text(its, "introduction", "plan", optional=True),
            priorities=tuple(
                self._priority(one, f"priorities[{n}]") for n, one in enumerate(priorities, 1)
            ),
        )

    def _priority(self, facts: dict[str, Any], place: str) -> PriorityText:
        return PriorityText(
            slug=self._slug(facts, place),
            title=self._text(facts, "title", place, 120),
            summary=self._text(facts, "summary", place, 300),
            context=self._text(facts, "context", place, optional=True),
            why=self._text(facts, "why", place),
            success=self._text(facts, "success", place),
            actions=[self._action(*one) for one in self._each(facts, "actions", place)],
            aims=[self._line(*one) for one in self._each(facts, "aims", place)],
            drivers=[self._driver(*one) for one in self._each(facts, "drivers", place)],
            indicators=[self._indicator(*one) for one in self._each(facts, "indicators", place)],
        )

    def _line(self, facts: dict[str, Any], place: str) -> Line:
        return Line(
            self._text(facts, "words", place), self._text(facts, "plain", place, optional=True)
        )

    def _action(self, facts: dict[str, Any], place: str) -> Line:
        partners = facts.get("partners", [])
        if not isinstance(partners, list) or not all(isinstance(one, str) for one in partners):
            self.problems.append(f"{place}.partners has to be a list of names.")
            partners = []
        return Line(
            self._text(facts, "words", place),
            self._text(facts, "plain", place, optional=True),
            lead=self._text(facts, "lead", place, 200, optional=True),
            partners=[" ".join(one.split()) for one in partners],
            due_on=self._day(facts, "due_on", place, optional=True),
            status=self._one_of(ActionStatus, facts, "status", place, ActionStatus.PLANNED),
            progress=self._text(facts, "progress", place, 2000, optional=True),
        )

    def _driver(self, facts: dict[str, Any], place: str) -> DriverText:
        return DriverText(
            kind=self._one_of(DriverKind, facts, "kind", place),
            name=self._text(facts, "name", place, 300),
            reviewed_on=self._day(facts, "reviewed_on", place, optional=True),
        )

    def _indicator(self, facts: dict[str, Any], place: str) -> IndicatorText:
        decimals = facts.get("decimals", 0)
        if not isinstance(decimals, int) or not 0 <= decimals <= 4:
            self.problems.append(f"{place}.decimals has to be a whole number from 0 to 4.")
            decimals = 0
        readings = [
            (self._day(one, "on", where) or date.min, self._value(one, "value", where, decimals))
            for one, where in self._each(facts, "readings", place)
        ]
        return IndicatorText(
            slug=self._slug(facts, place),
            name=self._text(facts, "name", place, 200),
            unit=self._text(facts, "unit", place, 40, optional=True),
            direction=self._one_of(Direction, facts, "direction", place),
            source=self._text(facts, "source", place, 300),
            decimals=decimals,
            least=self._value(facts, "least", place, decimals) if "least" in facts else None,
            most=self._value(facts, "most", place, decimals) if "most" in facts else None,
            readings=[(on, value or 0) for on, value in readings],
        )

    # --- one value ---

    def _slug(self, facts: dict[str, Any], place: str) -> str:
        value = self._text(facts, "slug", place, 60)
        if value and not is_slug(value):
            self.problems.append(
                f"{place}.slug has to be small letters, digits and hyphens, like mental-health."
            )
        return value

    def _text(
        self,
        facts: dict[str, Any],
        name: str,
        place: str,
        most: int | None = None,
        optional: bool = False,
    ) -> str:
        value = facts.get(name, "" if optional else None)
        if not isinstance(value, str) or not (value.strip() or optional):
            self.problems.append(f"{place}.{name} has to be text.")
            return ""
        if "\0" in value or (most is not None and len(value.strip()) > most):
            self.problems.append(f"{place}.{name} can have at most {most} characters.")
        return value.strip()

    def _day(
        self, facts: dict[str, Any], name: str, place: str, optional: bool = False
    ) -> date | None:
        value = facts.get(name)
        if value is None and optional:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.problems.append(f"{place}.{name} has to be a day like 2027-03-31, without quotes.")
            return None
        return value

    def _one_of(
        self,
        kinds: type[Kind],
        facts: dict[str, Any],
        name: str,
        place: str,
        otherwise: Kind | None = None,
    ) -> Kind:
        value = facts.get(name, otherwise)
        if value in set(kinds):
            return kinds(value)
        known = ", ".join(kind.value for kind in kinds)
        self.problems.append(f"{place}.{name} has to be one of: {known}.")
        return next(iter(kinds))

    def _value(self, facts: dict[str, Any], name: str, place: str, decimals: int) -> int | None:
        """A number as a whole number of 10^-decimals."""
        value = facts.get(name)
        number = Decimal(value) if isinstance(value, int | Decimal) else None
        if number is None or isinstance(value, bool) or not number.is_finite():
            self.problems.append(f"{place}.{name} has to be a number.")
            return None
        scaled = number.scaleb(decimals)
        if scaled != scaled.to_integral_value() or abs(scaled) > 10**15:
            self.problems.append(
                f"{place}.{name} can have {decimals} decimal places: {brief(value)} has more."
            )
            return None
        return int(scaled)

    def _tables(self, facts: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
        value = facts.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problems.append(f"{place}{'.' if place else ''}{name} has to be a list of tables.")
            return []
        return value

    def _each(self, facts: dict[str, Any], name: str, place: str) -> list[tuple[Any, str]]:
        tables = self._tables(facts, name, place)
        return [(one, f"{place}.{name}[{n}]") for n, one in enumerate(tables, 1)]

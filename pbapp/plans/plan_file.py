"""Read a plan from a structured file (TOML), with everything that is wrong with it said at once.

    [plan]
    title = "Our Local Outcome Improvement Plan"
    starts_on = 2021-04-01
    ends_on = 2027-12-31
    source = "Where the plan was published"
    introduction = "…"                                   # may be left out

    [[priorities]]
    slug = "warm-homes"                                  # its address, for good
    title = "Warm homes"
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

from datetime import date
from decimal import Decimal
from typing import Any

from pbapp.boards.toml_file import TomlReader, read_toml
from pbapp.places.problems import FileProblems, brief
from pbapp.plans.models import ActionStatus, Direction, DriverKind
from pbapp.plans.texts import DriverText, IndicatorText, Line, PlanText, PriorityText


def read_plan(content: bytes) -> PlanText:
    """Read a file; raises `FileProblems` with a sentence for each thing to put right."""
    return read_facts(read_toml(content))


def read_facts(facts: dict[str, Any]) -> PlanText:
    """The same from what a file holds, for whoever has read it; days are `date`s."""
    reader = _Reader()
    plan = reader.plan(facts)
    if reader.problems:
        raise FileProblems(reader.problems)
    return plan


class _Reader(TomlReader):
    """A plan's tables."""

    def plan(self, facts: dict[str, Any]) -> PlanText:
        its = facts.get("plan")
        if not isinstance(its, dict):
            self.problems.append("[plan] is missing.")
            its = {}
        priorities = self.tables(facts, "priorities", "")
        if not priorities:
            self.problems.append("There is no [[priorities]]: a plan needs at least one.")
        return PlanText(
            title=self.text(its, "title", "plan", 200),
            starts_on=self.day(its, "starts_on", "plan") or date.min,
            ends_on=self.day(its, "ends_on", "plan") or date.max,
            source=self.text(its, "source", "plan", 300),
            introduction=self.text(its, "introduction", "plan", optional=True),
            priorities=tuple(
                self._priority(one, f"priorities[{n}]") for n, one in enumerate(priorities, 1)
            ),
        )

    def _priority(self, facts: dict[str, Any], place: str) -> PriorityText:
        return PriorityText(
            slug=self.slug(facts, place),
            title=self.text(facts, "title", place, 120),
            summary=self.text(facts, "summary", place, 300),
            context=self.text(facts, "context", place, optional=True),
            why=self.text(facts, "why", place),
            success=self.text(facts, "success", place),
            actions=[self._action(*one) for one in self.each(facts, "actions", place)],
            aims=[self._line(*one) for one in self.each(facts, "aims", place)],
            drivers=[self._driver(*one) for one in self.each(facts, "drivers", place)],
            indicators=[self._indicator(*one) for one in self.each(facts, "indicators", place)],
        )

    def _line(self, facts: dict[str, Any], place: str) -> Line:
        return Line(
            self.text(facts, "words", place), self.text(facts, "plain", place, optional=True)
        )

    def _action(self, facts: dict[str, Any], place: str) -> Line:
        partners = facts.get("partners", [])
        if not isinstance(partners, list) or not all(isinstance(one, str) for one in partners):
            self.problems.append(f"{place}.partners has to be a list of names.")
            partners = []
        return Line(
            self.text(facts, "words", place),
            self.text(facts, "plain", place, optional=True),
            lead=self.text(facts, "lead", place, 200, optional=True),
            partners=[" ".join(one.split()) for one in partners],
            due_on=self.day(facts, "due_on", place, optional=True),
            status=self.one_of(ActionStatus, facts, "status", place, ActionStatus.PLANNED),
            progress=self.text(facts, "progress", place, 2000, optional=True),
        )

    def _driver(self, facts: dict[str, Any], place: str) -> DriverText:
        return DriverText(
            kind=self.one_of(DriverKind, facts, "kind", place),
            name=self.text(facts, "name", place, 300),
            reviewed_on=self.day(facts, "reviewed_on", place, optional=True),
        )

    def _indicator(self, facts: dict[str, Any], place: str) -> IndicatorText:
        decimals = facts.get("decimals", 0)
        if not isinstance(decimals, int) or not 0 <= decimals <= 4:
            self.problems.append(f"{place}.decimals has to be a whole number from 0 to 4.")
            decimals = 0
        readings = [
            (self.day(one, "on", where) or date.min, self._value(one, "value", where, decimals))
            for one, where in self.each(facts, "readings", place)
        ]
        return IndicatorText(
            slug=self.slug(facts, place),
            name=self.text(facts, "name", place, 200),
            unit=self.text(facts, "unit", place, 40, optional=True),
            direction=self.one_of(Direction, facts, "direction", place),
            source=self.text(facts, "source", place, 300),
            decimals=decimals,
            least=self._value(facts, "least", place, decimals) if "least" in facts else None,
            most=self._value(facts, "most", place, decimals) if "most" in facts else None,
            readings=[(on, value or 0) for on, value in readings],
        )

    # --- a figure ---

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

"""Write a plan as the file that `plan_file` reads: nothing is lost on the way there and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pbapp.plans.models import Indicator, Plan, PriorityVersion
from pbapp.plans.texts import DriverText, IndicatorText, Line, PlanText, PriorityText


def text_of(
    plan: Plan, versions: Iterable[PriorityVersion], indicators: Mapping[int, Sequence[Indicator]]
) -> PlanText:
    """A plan that was adopted, as text. `indicators` by priority id; those not there are none."""
    return PlanText(
        title=plan.title,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        source=plan.source,
        introduction=plan.introduction,
        priorities=[_priority(v, indicators.get(v.priority_id, ())) for v in versions],
    )


def _priority(version: PriorityVersion, indicators: Sequence[Indicator]) -> PriorityText:
    return PriorityText(
        slug=version.priority.slug,
        title=version.title,
        summary=version.summary,
        context=version.context,
        why=version.why,
        success=version.success,
        actions=[
            Line(
                text=one.text,
                plain=one.plain,
                lead=one.lead,
                partners=one.partners.splitlines(),
                due_on=one.due_on,
                status=one.status,
                progress=one.progress,
                continues=one.id,
            )
            for one in version.actions
        ],
        aims=[Line(text=one.text, plain=one.plain) for one in version.aims],
        drivers=[DriverText(one.kind, one.name, one.reviewed_on) for one in version.drivers],
        indicators=[
            IndicatorText(
                slug=one.slug,
                name=one.name,
                direction=one.direction,
                source=one.source,
                unit=one.unit,
                decimals=one.decimals,
                least=one.least,
                most=one.most,
                readings=[(reading.taken_on, reading.value) for reading in one.readings],
            )
            for one in indicators
        ],
    )


# --- as the tables of a file ------------------------------------------------------------------


def facts_of(text: PlanText) -> dict[str, Any]:
    """What the file holds, as `read_facts` takes it. What is empty is left out."""
    return {
        "plan": _kept(
            title=text.title,
            starts_on=text.starts_on,
            ends_on=text.ends_on,
            source=text.source,
            introduction=text.introduction,
        ),
        "priorities": [
            _kept(
                slug=one.slug,
                title=one.title,
                summary=one.summary,
                context=one.context,
                why=one.why,
                success=one.success,
                actions=[_action(line) for line in one.actions],
                aims=[_kept(words=line.text, plain=line.plain) for line in one.aims],
                drivers=[
                    _kept(kind=driver.kind.value, name=driver.name, reviewed_on=driver.reviewed_on)
                    for driver in one.drivers
                ],
                indicators=[_indicator(figure) for figure in one.indicators],
            )
            for one in text.priorities
        ],
    }


def _action(line: Line) -> dict[str, Any]:
    return _kept(
        words=line.text,
        plain=line.plain,
        lead=line.lead,
        partners=list(line.partners),
        due_on=line.due_on,
        status=line.status.value,
        progress=line.progress,
    )


def _indicator(figure: IndicatorText) -> dict[str, Any]:
    def scaled(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-figure.decimals)

    return _kept(
        slug=figure.slug,
        name=figure.name,
        unit=figure.unit,
        direction=figure.direction.value,
        source=figure.source,
        decimals=figure.decimals,
        least=scaled(figure.least),
        most=scaled(figure.most),
        readings=[{"on": on, "value": scaled(value)} for on, value in figure.readings],
    )


def _kept(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def write_plan(text: PlanText) -> str:
    """The file, in TOML."""
    facts = facts_of(text)
    lines = ["[plan]", *_pairs(facts["plan"])]
    for priority in facts["priorities"]:
        lines += ["", "[[priorities]]", *_pairs(priority)]
        for part in ("actions", "aims", "drivers", "indicators"):
            for one in priority.get(part, ()):
                lines += ["", f"[[priorities.{part}]]", *_pairs(one)]
    return "\n".join(lines) + "\n"


def _pairs(facts: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} = {_value(value)}" for name, value in facts.items() if not _is_tables(name, value)
    ]


def _is_tables(name: str, value: Any) -> bool:
    return name != "readings" and isinstance(value, list) and isinstance(value[0], dict)


def _value(value: Any) -> str:
    if isinstance(value, str):
        # TOML's basic strings are JSON's, but for DEL, which has to be escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return str(value)

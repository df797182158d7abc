"""What a draft holds, as plain JSON: begun from a plan, changed a part at a time, made a plan.

    {"plan": {title, introduction, source, ends_on},
     "priorities": [{slug, is_new, title, summary, context, why, success,
                     actions: [{key, words, plain, lead, partners, due_on, continues}],
                     aims: [{key, words, plain}],
                     drivers: [{key, kind, name, reviewed_on}],
                     indicators: [{key, slug, is_new, name, unit, direction, source, decimals,
                                   least, most}]}]}

Days are ISO text, bounds whole numbers of 10^-decimals units. A `key` names an entry for good.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pbapp.plans.models import Action, Direction, DriverKind
from pbapp.plans.texts import DriverText, IndicatorText, Line, PlanText, PriorityText

PARTS = ("actions", "aims", "drivers", "indicators")
ABOUT = ("title", "introduction", "source", "ends_on")
TEXTS = ("title", "summary", "context", "why", "success")

Content = dict[str, Any]


def new_key() -> str:
    return secrets.token_hex(4)


def empty(title: str) -> Content:
    """Where a board has no plan yet."""
    return {
        "plan": {"title": title, "introduction": "", "source": "", "ends_on": None},
        "priorities": [],
    }


def begin(text: PlanText) -> Content:
    """A copy of a plan, to be changed."""
    return {
        "plan": {
            "title": text.title,
            "introduction": text.introduction,
            "source": text.source,
            "ends_on": text.ends_on.isoformat(),
        },
        "priorities": [_priority(one) for one in text.priorities],
    }


def _priority(text: PriorityText) -> dict[str, Any]:
    return {
        "slug": text.slug,
        "is_new": False,
        **{name: getattr(text, name) for name in TEXTS},
        "actions": [
            {
                "key": new_key(),
                "words": line.text,
                "plain": line.plain,
                "lead": line.lead,
                "partners": list(line.partners),
                "due_on": _iso(line.due_on),
                "continues": line.continues,
            }
            for line in text.actions
        ],
        "aims": [{"key": new_key(), "words": line.text, "plain": line.plain} for line in text.aims],
        "drivers": [
            {
                "key": new_key(),
                "kind": one.kind.value,
                "name": one.name,
                "reviewed_on": _iso(one.reviewed_on),
            }
            for one in text.drivers
        ],
        "indicators": [
            {
                "key": new_key(),
                "slug": one.slug,
                "is_new": False,
                "name": one.name,
                "unit": one.unit,
                "direction": one.direction.value,
                "source": one.source,
                "decimals": one.decimals,
                "least": one.least,
                "most": one.most,
            }
            for one in text.indicators
        ],
    }


def new_priority(slug: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": slug,
        "is_new": True,
        **{name: values.get(name, "") for name in TEXTS},
        **{part: [] for part in PARTS},
    }


def to_text(
    content: Content,
    starts_on: date,
    live: Mapping[int, Action],
    reviewed: Mapping[tuple[str, str], date],
) -> PlanText:
    """The plan a draft becomes.

    How actions that go on stand (`live`, by id) and when strategies were looked at again
    (`reviewed`, by kind and name) is taken as it is now: both move on while a draft is written.
    """
    its = content["plan"]
    return PlanText(
        title=its["title"],
        starts_on=starts_on,
        ends_on=_day(its["ends_on"]) or date.max,
        source=its["source"],
        introduction=its["introduction"],
        priorities=[_priority_text(one, live, reviewed) for one in content["priorities"]],
    )


def _priority_text(
    its: Mapping[str, Any],
    live: Mapping[int, Action],
    reviewed: Mapping[tuple[str, str], date],
) -> PriorityText:
    return PriorityText(
        slug=its["slug"],
        **{name: its[name] for name in TEXTS},
        actions=[_line(one, live) for one in its["actions"]],
        aims=[Line(one["words"], one["plain"]) for one in its["aims"]],
        drivers=[
            DriverText(DriverKind(one["kind"]), one["name"], _newest(one, reviewed))
            for one in its["drivers"]
        ],
        indicators=[
            IndicatorText(
                slug=one["slug"],
                name=one["name"],
                unit=one["unit"],
                direction=Direction(one["direction"]),
                source=one["source"],
                decimals=one["decimals"],
                least=one["least"],
                most=one["most"],
            )
            for one in its["indicators"]
        ],
    )


def _line(one: Mapping[str, Any], live: Mapping[int, Action]) -> Line:
    line = Line(
        text=one["words"],
        plain=one["plain"],
        lead=one["lead"],
        partners=tuple(one["partners"]),
        due_on=_day(one["due_on"]),
        continues=one["continues"],
    )
    now = live.get(one["continues"] or 0)
    if now is None:
        return line
    return Line(**{**vars(line), "status": now.status, "progress": now.progress})


def _newest(one: Mapping[str, Any], reviewed: Mapping[tuple[str, str], date]) -> date | None:
    days = (_day(one["reviewed_on"]), reviewed.get((one["kind"], one["name"])))
    return max((day for day in days if day), default=None)


# --- looking at it ----------------------------------------------------------------------------


def find_priority(content: Content, slug: str) -> dict[str, Any] | None:
    return next((one for one in content["priorities"] if one["slug"] == slug), None)


def find_entry(priority: Mapping[str, Any], part: str, key: str) -> dict[str, Any] | None:
    return next((one for one in priority[part] if one["key"] == key), None)


def flatten(content: Content) -> dict[str, Any]:
    """A draft as fields for its history: `plan.title`, `poverty.why`, `poverty.actions.1f2e…`."""
    return dict(_fields(content))


def _fields(content: Content) -> Iterator[tuple[str, Any]]:
    for name in ABOUT:
        yield f"plan.{name}", content["plan"][name]
    yield "plan.order", [one["title"] for one in content["priorities"]]
    for priority in content["priorities"]:
        slug = priority["slug"]
        for name in TEXTS:
            yield f"{slug}.{name}", priority[name]
        for part in PARTS:
            for entry in priority[part]:
                yield f"{slug}.{part}.{entry['key']}", {**entry}
            yield f"{slug}.{part}.order", [told(entry) for entry in priority[part]]


def told(entry: Mapping[str, Any]) -> str:
    """What stands for an entry in a list."""
    return str(entry.get("plain") or entry.get("words") or entry.get("name"))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

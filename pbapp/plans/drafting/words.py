"""A draft in words: its parts, what is missing, and its history for everybody to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.audit.words import an_officer
from pbapp.audit.words import told as tell_edits
from pbapp.plans.drafting.queries import Lack
from pbapp.plans.models import Direction, DriverKind
from pbapp.plans.progress import written
from pbapp.plans.words import BETTER, DRIVER
from pbapp.web.babel import day

PART = {
    "actions": _l("We will…"),
    "aims": _l("What are we trying to improve?"),
    "drivers": _l("What it hangs from"),
    "indicators": _l("How we can tell"),
}
ADD = {
    "actions": _l("Add an action"),
    "aims": _l("Add an aim"),
    "drivers": _l("Add a law or strategy"),
    "indicators": _l("Add a figure"),
}
FIELD = {
    "title": _l("Name"),
    "introduction": _l("What it is about"),
    "source": _l("Source"),
    "ends_on": _l("Runs until"),
    "summary": _l("In one line"),
    "context": _l("What people said"),
    "why": _l("Why it is a priority"),
    "success": _l("What success looks like"),
    "order": _l("What is in it, in order"),
    **PART,
}
LACK = {
    Lack.END: _l("Say which day the plan runs until."),
    Lack.SOURCE: _l("Say where the plan is published."),
    Lack.PRIORITIES: _l("Add a priority."),
    Lack.TEXTS: _l("Say why it is a priority and what success looks like."),
}


def told(revisions: Iterable[Revision], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Edits for the page's `history` macro. `titles` names priorities by their address."""
    found = list(revisions)
    names = {field for one in found for field in one.changes}
    return tell_edits(
        found,
        fields={name: _field(name, titles) for name in names},
        value=lambda name, value: _value(name.split(".")[-1], value),
        who=an_officer,
    )


def _field(name: str, titles: Mapping[str, str]) -> str:
    """`poverty.actions.1f2e3d4c` as "Poverty: We will…"."""
    slug, part, *rest = name.split(".")
    label = FIELD.get(part, part)
    if rest == ["order"]:
        label = _("%(list)s (the order)", list=label)
    return str(label) if slug == "plan" else f"{titles.get(slug, slug)}: {label}"


def _value(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "ends_on":
        return day(date.fromisoformat(value))
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return entry(value) if isinstance(value, dict) else str(value)


def entry(its: Mapping[str, Any]) -> str:
    """All that a list's entry says, in one line."""
    parts = [its.get("words") or its.get("name") or "", its.get("plain") or "", *_more(its)]
    return " · ".join(part for part in parts if part)


def _more(its: Mapping[str, Any]) -> list[str]:
    found = []
    if its.get("lead"):
        found.append(_("Led by %(partner)s", partner=its["lead"]))
    if its.get("partners"):
        found.append(_("with %(partners)s", partners=", ".join(its["partners"])))
    if its.get("due_on"):
        found.append(_("due %(day)s", day=day(date.fromisoformat(its["due_on"]))))
    if its.get("kind"):
        found.append(str(DRIVER[DriverKind(its["kind"])]))
    if its.get("reviewed_on"):
        found.append(_("looked at on %(day)s", day=day(date.fromisoformat(its["reviewed_on"]))))
    if its.get("direction"):
        found += [its["unit"], str(BETTER[Direction(its["direction"])]), its["source"]]
        found += [
            label % {"n": written(its[name], its["decimals"])}
            for name, label in (("least", _("at least %%(n)s")), ("most", _("at most %%(n)s")))
            if its[name] is not None
        ]
    return found

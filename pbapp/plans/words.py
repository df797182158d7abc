"""How states of an action, kinds of driver and directions are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.audit.words import an_officer
from pbapp.audit.words import told as tell_edits
from pbapp.plans.models import ActionStatus, Direction, DriverKind
from pbapp.web.babel import day

STATUS = {
    ActionStatus.PLANNED: _l("Planned"),
    ActionStatus.UNDER_WAY: _l("Under way"),
    ActionStatus.DONE: _l("Done"),
    ActionStatus.STOPPED: _l("Stopped"),
}
TONE = {
    ActionStatus.PLANNED: "neutral",
    ActionStatus.UNDER_WAY: "info",
    ActionStatus.DONE: "good",
    ActionStatus.STOPPED: "warn",
}
DRIVER = {
    DriverKind.NATIONAL: _l("National law or strategy"),
    DriverKind.LOCAL: _l("Local strategy"),
    DriverKind.IMPROVEMENT: _l("Improvement programme"),
    DriverKind.GOVERNANCE: _l("Way of working together"),
}
BETTER = {
    Direction.UP: _l("more is better"),
    Direction.DOWN: _l("less is better"),
}
FIELD = {
    "status": _l("How it goes"),
    "progress": _l("In words"),
    "taken_on": _l("Day"),
    "value": _l("Reading"),
    "source": _l("Source"),
}


def told(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """What was said of an action or a reading before, for the page's `history` macro.

    A note names the partner that spoke of its own action, or says why a reading was put right.
    """
    found = []
    for one in revisions:
        entry = tell_edits([one], fields=FIELD, value=_value, who=an_officer)[0]
        if one.note and one.subject_type == "action":
            entry["who"] = _("by %(partner)s", partner=one.note)
        elif one.note:
            entry["what"] = _("Put right: %(why)s", why=one.note)
        found.append(entry)
    return found


def _value(name: str, value: str) -> str:
    if name == "taken_on":
        return day(date.fromisoformat(value))
    return str(STATUS[ActionStatus(value)]) if name == "status" else value

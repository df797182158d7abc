"""How states of an action, kinds of driver and directions are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.plans.models import ActionStatus, Direction, DriverKind

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


def told(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """What was said of an action before, for the page's `history` macro."""
    label = {"status": _("How it goes"), "progress": _("In words")}
    return [
        {
            "who": _("by an officer"),
            "at": revision.at,
            "what": _("Changed"),
            "changes": [
                (label[name], _value(name, before), _value(name, after))
                for name, (before, after) in revision.changes.items()
            ],
        }
        for revision in revisions
    ]


def _value(name: str, value: str) -> str:
    return str(STATUS[ActionStatus(value)]) if name == "status" else value

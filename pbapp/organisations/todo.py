"""What a group has to do next about a proposal or an award, and by when.

Proposals and awards live upstairs; the page hands them in, and only what it shows is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

SOON = timedelta(days=28)


@dataclass(frozen=True)
class Bid:
    """A proposal, why it came back if it did, and until when it can be changed."""

    proposal: Any
    reason: str = ""
    until: datetime | None = None
    can_edit: bool = False


@dataclass(frozen=True)
class Due:
    """One thing that an award asks of its group. `is_now`: within four weeks, or late."""

    text: str
    on: date | None = None
    is_late: bool = False
    is_now: bool = True


def bid(proposal: Any, decision: Any, can_edit: bool) -> Bid:
    """`decision` is the one that stands on the proposal, if there is one."""
    reason = decision.reason if decision and proposal.state in ("returned", "refused") else ""
    if proposal.state != "returned" or not can_edit:
        return Bid(proposal, reason, can_edit=can_edit)
    voting = [phase.starts_at for phase in proposal.round.phases if phase.kind == "voting"]
    return Bid(proposal, reason, voting[0] if voting else None, can_edit)


def award(award: Any, today: date) -> tuple[Any, list[Due]]:
    """An award and what it asks of the group, the earliest first."""
    if award.state == "offered":
        return award, [Due(_("Say whether you take the money"))]
    if award.state != "approved":
        return award, []
    due = [(step.name, step.due_on) for step in award.milestones if step.done_on is None]
    if award.spend_by is not None:
        due.append((_("Spend the money and send the last report"), award.spend_by))
    return award, [
        Due(text, on, is_late=on < today, is_now=on <= today + SOON)
        for text, on in sorted(due, key=lambda one: one[1])
    ]

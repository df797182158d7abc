"""How notings, questions and actions are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.audit.words import an_officer
from pbapp.audit.words import told as tell_edits
from pbapp.delivery.models import AwardState
from pbapp.delivery.words import STATE as AWARD_STATE
from pbapp.papers.followup.queries import list_noted
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.queries import list_counts
from pbapp.plans.models import ActionStatus
from pbapp.plans.words import STATUS, TONE
from pbapp.results.models import Count

WAITING = (AwardState.ACCEPTED,)
FIELD = {
    "answer": _l("The answer"),
    "status": _l("How it goes"),
    "progress": _l("In words"),
}

__all__ = ["AWARD_STATE", "STATUS", "TONE", "WAITING", "to_note", "told"]


def to_note(meeting: Meeting) -> list[Count]:
    """Results that are out and that the board has not noted, the newest first."""
    counts = list_counts(meeting.board)
    noted = list_noted([count.round_id for count in counts])
    return [count for count in counts if count.round_id not in noted]


def told(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """Edits of a question or an action, for the page's `history` macro."""
    return tell_edits(revisions, fields=FIELD, value=_value, who=an_officer)


def _value(name: str, value: str) -> str:
    return str(STATUS[ActionStatus(value)]) if name == "status" else value

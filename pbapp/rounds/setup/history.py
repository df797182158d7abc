"""A round's public history: each edit and each step, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from pbapp.audit.models import Event, Revision
from pbapp.audit.queries import list_revisions
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.setup import words
from pbapp.rounds.setup.queries import SUBJECT, list_told_events
from pbapp.rounds.words import phase_name
from pbapp.web.babel import moment


def list_entries(round: Round) -> list[dict[str, Any]]:
    """Newest first, each with when, who by role, what, and the changes in words."""
    found = [_edit(one) for one in list_revisions(SUBJECT, round.id)]
    found += [_step(event) for event in list_told_events(round)]
    return sorted(found, key=lambda entry: entry["at"], reverse=True)


def _edit(revision: Revision) -> dict[str, Any]:
    begun = revision.note == "round.begun"
    return {
        "at": revision.at,
        "who": _("a voting lead of the board"),
        "what": _("The round was begun") if begun else _("The set-up was changed"),
        "changes": words.changes(revision),
    }


def _step(event: Event) -> dict[str, Any]:
    return {
        "at": event.at,
        "who": _("a voting lead of the board"),
        "what": words.event_name(event),
        "changes": words.event_changes(event),
    }


def extension(event: Event) -> dict[str, str]:
    """More time for a phase: which, until when, and why."""
    facts = event.facts
    return {
        "phase": phase_name(PhaseKind(facts["phase"])),
        "until": moment(datetime.fromisoformat(facts["to"])),
        "reason": facts["reason"],
    }

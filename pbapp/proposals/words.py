"""Proposals in words: their state, the names of their parts, and their history."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pbapp.audit.models import Revision
from pbapp.decisions.models import Decision, Outcome
from pbapp.proposals.models import (
    FundingKind,
    Permission,
    Proposal,
    ProposalState,
    Standing,
    TieKind,
)


def state_words(proposal: Proposal) -> str:
    return {
        ProposalState.SUBMITTED: _("Being checked"),
        ProposalState.RETURNED: _("Sent back to the group"),
        ProposalState.ON_BALLOT: _("On the ballot"),
        ProposalState.REFUSED: _("Refused"),
        ProposalState.WITHDRAWN: _("Withdrawn"),
        ProposalState.MERGED: _("Joined with another"),
    }[proposal.state]


TONES = {
    ProposalState.SUBMITTED: "info",
    ProposalState.RETURNED: "warn",
    ProposalState.ON_BALLOT: "good",
    ProposalState.REFUSED: "bad",
    ProposalState.WITHDRAWN: "neutral",
    ProposalState.MERGED: "neutral",
}


def part_name(field: str) -> str:
    """What a part of a proposal is called on its page."""
    return {
        "title": _("Title"),
        "summary": _("In one line"),
        "what": _("What will happen"),
        "who_benefits": _("Who gains"),
        "young": _("Children or young people take part"),
        "young_ages": _("Their ages"),
        "has_safeguarding": _("Adults who work with them are checked (PVG)"),
        "priority": _("Priority"),
        "how_it_helps": _("How it helps"),
        "supports": _("Other priorities it helps"),
        "ward": _("Ward"),
        "where_words": _("Where"),
        "point": _("Point on the map"),
        "costs": _("Costs"),
        "cost": _("All costs together"),
        "minimum": _("Smallest amount that would work"),
        "funding": _("From elsewhere"),
        "running_costs": _("Who pays after that"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "permissions": _("Permissions"),
        "picture": _("Pictures"),
        "documents": _("Documents"),
        "ties": _("What is here already"),
        "answers": _("The round's own questions"),
    }.get(field, field)


def funding_name(kind: FundingKind) -> str:
    return {
        FundingKind.OWN: _("Our own money"),
        FundingKind.OTHER: _("Money from another funder"),
        FundingKind.IN_KIND: _("In kind: time, rooms or things"),
    }[kind]


def tie_name(kind: TieKind) -> str:
    return {
        TieKind.USES: _("Uses it"),
        TieKind.STRENGTHENS: _("Makes it stronger"),
        TieKind.CREATES: _("Would make it"),
        TieKind.AT_RISK: _("Could do it harm"),
    }[kind]


def permission_name(permission: Permission) -> str:
    return {
        Permission.LANDOWNER: _("From who owns the land or building"),
        Permission.PLANNING: _("Planning permission"),
        Permission.BUILDING: _("Building warrant"),
        Permission.ROADS: _("From the roads service"),
        Permission.EVENT: _("Licence for an event"),
        Permission.OTHER: _("Any other permission"),
    }[permission]


def standing_name(standing: Standing) -> str:
    return {
        Standing.HAVE: _("We have it"),
        Standing.ASKED: _("We have asked"),
        Standing.NOT_YET: _("We need it and have not asked yet"),
        Standing.NOT_NEEDED: _("Not needed"),
    }[standing]


def sender(proposal: Proposal) -> str:
    """From whom it comes; a resident is not named in public."""
    if proposal.organisation is not None:
        return proposal.organisation.name
    return proposal.entered_for or _("A resident")


def revision_name(revision: Revision) -> str:
    """What sort of change made a version."""
    return {
        "joined": _("Joined from several proposals"),
        "sent in again": _("Changed and sent in again"),
    }.get(revision.note or "", _("Changed"))


def history(
    proposal: Proposal, decisions: list[Decision], revisions: list[Revision], *, with_reasons: bool
) -> list[dict[str, Any]]:
    """What happened to a proposal, newest first; reasons only for its group and for officers."""
    group = sender(proposal)
    found: list[dict[str, Any]] = [
        {"what": _("Sent in"), "at": proposal.submitted_at, "who": group, "changes": []}
    ]
    for revision in revisions:
        found.append(
            {
                "what": revision_name(revision),
                "at": revision.at,
                "who": group,
                "changes": [
                    (part_name(field), before, after)
                    for field, (before, after) in revision.changes.items()
                ],
            }
        )
    for decision in decisions:
        if decision.undone_at is None:
            found.append(_decided(decision, with_reasons))
    if proposal.state in (ProposalState.WITHDRAWN, ProposalState.MERGED):
        what = state_words(proposal)
        found.append({"what": what, "at": proposal.updated_at, "who": group, "changes": []})
    return sorted(found, key=lambda entry: entry["at"], reverse=True)


def _decided(decision: Decision, with_reasons: bool) -> dict[str, Any]:
    if decision.outcome is Outcome.APPROVED:
        what = _("Checked and put on the ballot")
    elif decision.outcome is Outcome.REFUSED:
        what = _("Refused: %(reason)s", reason=decision.reason)
    elif with_reasons:
        what = _("Sent back: %(reason)s", reason=decision.reason)
    else:
        what = _("Sent back to the group for changes")
    return {"what": what, "at": decision.at, "who": _("An officer"), "changes": []}

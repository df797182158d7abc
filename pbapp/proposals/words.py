"""Proposals in words: their state, the names of their parts, and their history."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pbapp.audit.models import Revision
from pbapp.decisions.models import Decision, Outcome
from pbapp.proposals.models import Proposal, ProposalState


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
        "priority": _("Priority"),
        "how_it_helps": _("How it helps"),
        "ward": _("Ward"),
        "where_words": _("Where"),
        "point": _("Point on the map"),
        "costs": _("Costs"),
        "cost": _("All costs together"),
        "minimum": _("Smallest amount that would work"),
        "picture": _("Picture"),
    }.get(field, field)


def history(
    proposal: Proposal, decisions: list[Decision], revisions: list[Revision], *, with_reasons: bool
) -> list[dict[str, Any]]:
    """What happened to a proposal, newest first; reasons only for its group and for officers."""
    group = proposal.organisation.name if proposal.organisation else _("The group")
    found: list[dict[str, Any]] = [
        {"what": _("Sent in"), "at": proposal.submitted_at, "who": group, "changes": []}
    ]
    for revision in revisions:
        again = revision.note == "sent in again"
        found.append(
            {
                "what": _("Joined from several proposals")
                if revision.note == "joined"
                else _("Changed and sent in again")
                if again
                else _("Changed"),
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
    if proposal.state is ProposalState.WITHDRAWN:
        withdrawn = {"what": _("Withdrawn"), "at": proposal.updated_at, "who": group, "changes": []}
        found.append(withdrawn)
    if proposal.state is ProposalState.MERGED:
        joined = {"what": _("Joined with another"), "at": proposal.updated_at, "changes": []}
        found.append({**joined, "who": group})
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

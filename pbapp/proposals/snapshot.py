"""What a proposal says, field by field, as plain text: for its history and for comparing."""

from __future__ import annotations

from pbapp.proposals.models import Proposal
from pbapp.refusal import in_pounds


def snapshot(proposal: Proposal) -> dict[str, str]:
    """Field name to what stands there now."""
    minimum = proposal.minimum_pence
    return {
        "title": proposal.title,
        "summary": proposal.summary,
        "what": proposal.what,
        "who_benefits": proposal.who_benefits,
        "priority": proposal.priority.name if proposal.priority else "",
        "how_it_helps": proposal.how_it_helps,
        "ward": proposal.area.name if proposal.area else "",
        "where_words": proposal.where_words,
        "point": "" if proposal.lat is None else f"{proposal.lat:.4f}, {proposal.lon:.4f}",
        "costs": "; ".join(
            f"{line.description}: {in_pounds(line.amount_pence)}" for line in proposal.cost_lines
        ),
        "cost": in_pounds(proposal.cost_pence),
        "minimum": "" if minimum is None else in_pounds(minimum),
        "picture": proposal.photo.alt if proposal.photo else "",
    }

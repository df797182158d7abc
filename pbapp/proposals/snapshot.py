"""What a proposal says, field by field, as plain text: for its history and for comparing."""

from __future__ import annotations

from pbapp.proposals.models import Proposal
from pbapp.refusal import in_pounds


def snapshot(proposal: Proposal) -> dict[str, str]:
    """Field name to what stands there now."""
    return {**_idea(proposal), **_money(proposal), **_more(proposal)}


def _idea(proposal: Proposal) -> dict[str, str]:
    safe = {None: "", True: "yes", False: "no"}[proposal.has_safeguarding]
    pictures = [proposal.photo] if proposal.photo else []
    pictures += [one.upload for one in proposal.more_pictures]
    return {
        "title": proposal.title,
        "summary": proposal.summary,
        "what": proposal.what,
        "who_benefits": proposal.who_benefits,
        "young": "yes" if proposal.is_for_young else "",
        "young_ages": proposal.young_ages,
        "has_safeguarding": safe,
        "priority": proposal.priority.name if proposal.priority else "",
        "how_it_helps": proposal.how_it_helps,
        "supports": "\n".join(f"{s.priority.name}: {s.how_it_helps}" for s in proposal.supports),
        "ward": ", ".join(area.name for area in proposal.wards),
        "where_words": proposal.where_words,
        "point": "" if proposal.lat is None else f"{proposal.lat:.4f}, {proposal.lon:.4f}",
        "picture": "; ".join(picture.alt for picture in pictures),
    }


def _money(proposal: Proposal) -> dict[str, str]:
    minimum = proposal.minimum_pence
    return {
        "costs": "; ".join(
            f"{line.description}: {in_pounds(line.amount_pence)}" for line in proposal.cost_lines
        ),
        "cost": in_pounds(proposal.cost_pence),
        "minimum": "" if minimum is None else in_pounds(minimum),
        "funding": "; ".join(
            f"{line.description}: {in_pounds(line.amount_pence)}" for line in proposal.funding
        ),
        "running_costs": proposal.running_costs,
    }


def _more(proposal: Proposal) -> dict[str, str]:
    return {
        "starts_on": proposal.starts_on.isoformat() if proposal.starts_on else "",
        "ends_on": proposal.ends_on.isoformat() if proposal.ends_on else "",
        "permissions": "; ".join(f"{what}: {how}" for what, how in proposal.permissions.items()),
        "documents": "; ".join(one.title for one in proposal.documents),
        "ties": "; ".join(
            f"{tie.kind.value}: {tie.asset.name if tie.asset else tie.words}"
            for tie in proposal.ties
        ),
        "answers": "\n".join(f"{one.question.text} {one.answer}" for one in proposal.answers),
    }

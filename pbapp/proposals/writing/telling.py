"""Who is written to when a proposal has come in."""

from __future__ import annotations

from flask import url_for

from pbapp.messages import services as messages
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import contact_of
from pbapp.proposals.writing.models import ProposalDraft


def say_it_came(proposal: Proposal, draft: ProposalDraft) -> None:
    """To who sent it in; or to whom an officer entered it for, if they left an address."""
    if draft.is_change:
        return
    url = url_for(
        "proposals.detail", slug=proposal.round.slug, number=proposal.number, _external=True
    )
    contact = contact_of(proposal)
    if contact is None:
        return
    messages.write(
        key=f"proposal received {proposal.id}",
        to=contact.email,
        template="proposal_entered" if proposal.entered_for else "proposal_received",
        context={
            "name": proposal.entered_for,
            "title": proposal.title,
            "round": proposal.round.title,
            "url": url,
        },
        language=contact.language,
    )

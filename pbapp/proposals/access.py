"""Load the proposal an address names, for those who may read it."""

from __future__ import annotations

from flask import abort

from pbapp.accounts.viewer import the_account
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import find_by_number, is_author, is_public
from pbapp.rounds.access import get_round, sees_hidden


def get_proposal(slug: str, number: int) -> Proposal:
    """A proposal this viewer may read, or 404.

    What waits is for its authors, for officers, and for those invited to the round to read bids.
    """
    round = get_round(slug)
    proposal = find_by_number(round, number) or abort(404)
    if not (is_public(proposal) or is_ours(proposal) or sees_hidden(round)):
        abort(404)
    return proposal


def is_ours(proposal: Proposal) -> bool:
    """Whether the viewer is one of those who wrote it."""
    account = the_account()
    return account is not None and is_author(account, proposal)

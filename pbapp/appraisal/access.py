"""Load what an address names, for those who may work on it."""

from __future__ import annotations

from flask import abort, request

from pbapp.accounts.viewer import me
from pbapp.appraisal.queries import capacity_in
from pbapp.boards.access import is_officer_of
from pbapp.boards.site import use_board
from pbapp.proposals import queries as proposals
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import require


def get_for_officer(proposal_id: int) -> Proposal:
    """A bid of one of the officer's boards; 403 for another board's, 404 if there is none."""
    proposal = proposals.find(proposal_id) or abort(404)
    require(is_officer_of(proposal.round.board_id))
    if proposal.round.board is not None:
        use_board(proposal.round.board)
    return proposal


def get_own_round(slug: str) -> Round:
    """A round of one of the officer's boards; 403 for another board's."""
    round = get_round(slug)
    require(is_officer_of(round.board_id))
    return round


def get_round_to_review(slug: str) -> Round:
    """A round that the viewer was invited to, or appraises."""
    round = get_round(slug)
    require(capacity_in(round, me()) is not None)
    return round


def get_to_review(slug: str, number: int) -> Proposal:
    """A bid of a round that the viewer was invited to; a withdrawn one is not for reading."""
    round = get_round_to_review(slug)
    proposal = proposals.find_by_number(round, number) or abort(404)
    if proposal.state in (ProposalState.WITHDRAWN, ProposalState.MERGED):
        abort(404)
    return proposal


def seen_version() -> int:
    """The version a form was made from; -1 fits none."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1

"""Load the round an address names, and put its board's name on the page."""

from __future__ import annotations

from flask import abort

from pbapp.accounts.viewer import the_account
from pbapp.boards.access import is_officer_of
from pbapp.boards.site import use_board
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_any_round, find_round, is_member


def get_round(slug: str) -> Round:
    """The round with this address, or 404.

    One that is being set up, or a rehearsal, is there only for those who work on it.
    """
    round = find_round(slug) or _find_hidden(slug) or abort(404)
    if round.board is not None:
        use_board(round.board)
    return round


def _find_hidden(slug: str) -> Round | None:
    if the_account() is None:
        return None
    round = find_any_round(slug)
    return round if round is not None and sees_hidden(round) else None


def sees_hidden(round: Round) -> bool:
    """Whether the viewer works on this round: an officer of its board, or invited to it."""
    account = the_account()
    if account is None:
        return False
    return is_officer_of(round.board_id) or is_member(round, account.email)

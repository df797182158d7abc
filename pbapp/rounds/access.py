"""Load the round an address names, and put its board's name on the page."""

from __future__ import annotations

from flask import abort

from pbapp.boards.site import use_board
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round


def get_round(slug: str) -> Round:
    """The round with this address, or 404."""
    round = find_round(slug) or abort(404)
    if round.board is not None:
        use_board(round.board)
    return round

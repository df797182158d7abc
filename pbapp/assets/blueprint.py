"""The room's blueprint, and whose board a request is about."""

from __future__ import annotations

from flask import Blueprint, abort, request

from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import the_board, use_board

bp = Blueprint("assets", __name__)


def chosen_board(slug: str | None = None) -> Board:
    """The board named in the address (`?board=`), else the installation's first; 404 if none."""
    slug = slug or request.args.get("board")
    board = boards.find_board(slug) if slug else the_board()
    if board is None:
        abort(404)
    use_board(board)
    return board

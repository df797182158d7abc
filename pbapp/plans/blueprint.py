"""The blueprint that the pages of a board's plan share, and what they begin with."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.plans import queries
from pbapp.plans.models import Priority

bp = Blueprint("plans", __name__, url_prefix="/boards/<slug>")

Page = str | Response | tuple[str, int]


def get_board(slug: str) -> Board:
    board = boards.find_board(slug) or abort(404)
    use_board(board)
    return board


def get_priority(slug: str, priority: str) -> tuple[Board, Priority]:
    board = get_board(slug)
    return board, queries.find_priority(board.id, priority) or abort(404)

"""The pages of a board's meetings: where they hang, and what each begins with."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from pbapp.boards.access import is_officer_of, is_on_board, roles_here
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import find_board
from pbapp.boards.site import use_board
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.meetings.queries import find_meeting
from pbapp.web.access import require

bp = Blueprint("meetings", __name__, url_prefix="/boards/<slug>")

Page = str | Response | tuple[str, int]


def get_board(slug: str) -> Board:
    board = find_board(slug) or abort(404)
    use_board(board)
    return board


def get_meeting(slug: str, meeting_id: int) -> Meeting:
    board = get_board(slug)
    return find_meeting(board.id, meeting_id) or abort(404)


def runs(board_id: int) -> bool:
    """Whether the viewer sees to this board's meetings: its clerk or its chair."""
    return is_officer_of(board_id, Role.CLERK) or Role.CHAIR in roles_here(board_id)


def is_inside(board_id: int) -> bool:
    """Whether the viewer reads what is before the board alone."""
    return is_on_board(board_id)


def own_board(slug: str) -> Board:
    """A board whose meetings the viewer sees to; nobody else gets further."""
    board = get_board(slug)
    require(runs(board.id))
    return board


def own_meeting(slug: str, meeting_id: int) -> Meeting:
    board = own_board(slug)
    return find_meeting(board.id, meeting_id) or abort(404)


def address_of(meeting: Meeting, *, whole: bool = False) -> str:
    return url_for(
        "meetings.detail", slug=meeting.board.slug, meeting_id=meeting.id, _external=whole
    )

"""For moderators: whose ward changed with new boundaries, and what lies outside the board now."""

from __future__ import annotations

from flask import render_template

from pbapp.assets.blueprint import bp
from pbapp.assets.settling.queries import find_report
from pbapp.boards.access import moderates, my_boards
from pbapp.boards.models import Role
from pbapp.web.access import access


@bp.get("/desk/assets/wards")
@access(moderates)
def wards_report() -> str:
    """The newest look at the entries of each board that one moderates."""
    boards = my_boards(Role.MODERATOR)
    return render_template(
        "assets/settling/report.html",
        reports=[(board, find_report(board)) for board in boards],
    )

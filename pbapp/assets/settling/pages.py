"""For moderators: whose ward changed with new boundaries, and what lies outside the board now."""

from __future__ import annotations

from flask import render_template

from pbapp.assets.blueprint import bp
from pbapp.assets.settling.queries import find_report
from pbapp.boards.access import board_ids_of, my_boards
from pbapp.boards.models import Role
from pbapp.web.access import access


def moderates(**_arguments: object) -> bool:
    """A moderator of some board: who decides on entries looks after where they are."""
    return bool(board_ids_of({Role.MODERATOR}))


@bp.get("/desk/assets/wards")
@access(moderates)
def wards_report() -> str:
    """The newest look at the entries of each board that one moderates."""
    boards = my_boards(Role.MODERATOR)
    return render_template(
        "assets/settling/report.html",
        reports=[(board, find_report(board)) for board in boards],
    )

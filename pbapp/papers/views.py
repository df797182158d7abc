"""Reports to a board: made from the official count, to be read on paper and read out."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from pbapp.boards.access import is_on_board
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.boards.site import use_board
from pbapp.papers import pages, queries
from pbapp.papers.followup import views as followup_pages  # noqa: F401
from pbapp.papers.meetings import running_pages  # noqa: F401 — pages of `meetings_bp`
from pbapp.papers.meetings import views as meeting_pages  # noqa: F401
from pbapp.papers.meetings.blueprint import bp as meetings_bp
from pbapp.papers.packs import views as pack_pages  # noqa: F401
from pbapp.results.access import sight
from pbapp.results.pages import not_yet, stories_of
from pbapp.rounds.access import get_round
from pbapp.web.access import access, anyone

bp = Blueprint("papers", __name__, url_prefix="/boards/<slug>/papers")
blueprints = (bp, meetings_bp)


def get_board(slug: str) -> Board:
    board = find_board(slug) or abort(404)
    use_board(board)
    return board


@bp.get("")
@access(anyone)
def index(slug: str) -> str:
    """A board's reports, newest first."""
    board = get_board(slug)
    counts = queries.list_counts(board, inside=is_on_board(board.id))
    return render_template("papers/index.html", board=board, counts=counts)


@bp.get("/<round_slug>")
@access(anyone)
def detail(slug: str, round_slug: str) -> str:
    """The report on one round. Members of the board read it once the votes are counted."""
    board = get_board(slug)
    round = get_round(round_slug)
    if round.board_id != board.id:
        abort(404)
    seen = sight(round, board_too=True)
    if not seen.counts:
        return render_template("results/not_yet.html", **not_yet(round, seen))
    stories = stories_of(seen.counts)
    title = _("Result of %(round)s", round=round.title)
    return render_template("papers/detail.html", title=title, seen=seen, **pages.report(stories))

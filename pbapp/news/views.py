"""A board's page of news, its newsletters for good, feeds, and sheets for notice boards."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, render_template, request

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.boards.site import use_board
from pbapp.news import (
    atom,
    happenings,
    letters,
    notice_board,
    queries,
    subjects,  # noqa: F401 — so that what people follow has a name
)
from pbapp.news.models import Newsletter
from pbapp.rounds.access import get_round
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.context import settings
from pbapp.web.qr import qr_code

bp = Blueprint("news", __name__, url_prefix="/boards/<slug>")
round_bp = Blueprint("round_news", __name__, url_prefix="/rounds/<slug>")
blueprints = (bp, round_bp, letters.bp)

KEEP = 300  # seconds a reader's program may keep a feed


@bp.get("/news")
@access(anyone)
def index(slug: str) -> str:
    """What is new on a board, newest first."""
    board = _board(slug)
    return render_template("news/index.html", board=board, items=happenings.of_board(board))


@bp.get("/news/<int:number>")
@access(anyone)
def letter(slug: str, number: int) -> str:
    """A newsletter, for good."""
    board, found = _letter(slug, number)
    return render_template(
        "news/letter.html", board=board, letter=found, name=happenings.name_of(found.audience)
    )


@bp.get("/news/<int:number>/print")
@access(anyone)
def print_letter(slug: str, number: int) -> str:
    """One A4 page in large print for a notice board, with a code that leads to the page."""
    board, found = _letter(slug, number)
    code = qr_code(f"{settings().public_url}/boards/{slug}/news/{number}")
    paragraphs, is_cut = notice_board.fitting(found.paragraphs)
    return render_template(
        "news/print.html",
        board=board,
        letter=found,
        paragraphs=paragraphs,
        is_cut=is_cut,
        code=code,
    )


@bp.get("/notice-board")
@access(anyone)
def notice(slug: str) -> str:
    """What is open on a board now, as a sheet for notice boards."""
    board = _board(slug)
    return render_template(
        "news/notice_board.html",
        board=board,
        now=clock.now(),
        open=notice_board.what_is_open(board),
        code=qr_code(f"{settings().public_url}/boards/{slug}"),
    )


@bp.get("/news.atom")
@access(anyone)
def feed(slug: str) -> Response:
    """The page of news for a feed reader."""
    board = _board(slug)
    page = f"/boards/{slug}/news"
    return _feed(board.name, board.name, page, page, happenings.of_board(board))


@round_bp.get("/news.atom")
@access(anyone)
def round_feed(slug: str) -> Response:
    """What is new in one round."""
    round = get_round(slug)
    if not round.is_public:
        abort(404)
    author = round.board.name if round.board else round.title
    page = f"/rounds/{slug}"
    return _feed(round.title, author, f"{page}/news", page, happenings.of_round(round))


def _feed(title: str, author: str, path: str, page: str, items: list[happenings.Item]) -> Response:
    made = atom.write(
        title=title,
        author=author,
        site=settings().public_url,
        path=f"{path}.atom",
        page=page,
        items=items,
        begun=datetime(2026, 1, 1, tzinfo=UTC),
        language=page_language(),
    )
    response = Response(made, mimetype=atom.MEDIA_TYPE)
    response.cache_control.public = True
    response.cache_control.max_age = KEEP
    response.vary.add("Accept-Language")
    response.add_etag()
    if items:
        response.last_modified = items[0].at
    response.make_conditional(request)
    return response


def _board(slug: str) -> Board:
    board = find_board(slug) or abort(404)
    use_board(board)
    return board


def _letter(slug: str, number: int) -> tuple[Board, Newsletter]:
    board = _board(slug)
    return board, queries.find_sent(board.id, number) or abort(404)

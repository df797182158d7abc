"""The thread of a board: the money as a picture, a table and files, and every priority's steps."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.boards.site import use_board
from pbapp.thread import drawing, files, queries, words
from pbapp.web.access import access, anyone
from pbapp.web.babel import local_day
from pbapp.web.context import settings

bp = Blueprint("thread", __name__, url_prefix="/boards/<slug>")
blueprints = (bp,)


@bp.get("/thread")
@access(anyone)
def detail(slug: str) -> str:
    """From the plan to pounds spent and lives changed, and where the thread is broken."""
    board = _board(slug)
    threads, strands = queries.find_whole(board)
    return render_template(
        "thread/detail.html",
        board=board,
        told=[(thread, words.tell(thread)) for thread in threads],
        strands=strands,
        pictures=drawing.draw(strands),
        words=words,
    )


@bp.get("/thread.csv")
@access(anyone)
def as_csv(slug: str) -> Response:
    """A line for each project that won money."""
    board = _board(slug)
    content = files.thread_csv(queries.list_strands(board), settings().public_url)
    return _download(content, "text/csv; charset=utf-8", f"{board.slug}-thread.csv")


@bp.get("/thread.json")
@access(anyone)
def as_json(slug: str) -> Response:
    """The same, with every priority's steps."""
    board = _board(slug)
    threads, strands = queries.find_whole(board)
    content = files.thread_json(
        board,
        [(thread, words.tell(thread)) for thread in threads],
        strands,
        base=settings().public_url,
        as_of=local_day(clock.now()),
    )
    return _download(content, "application/json", f"{board.slug}-thread.json")


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


def _board(slug: str) -> Board:
    board = find_board(slug) or abort(404)
    use_board(board)
    return board

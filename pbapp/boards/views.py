"""A board's page and the pages of its wards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries as assets
from pbapp.assets.gifts import queries as gifts
from pbapp.assets.words import KINDS
from pbapp.boards import queries, services, words
from pbapp.boards.access import is_on_board
from pbapp.boards.colours import shades_of
from pbapp.boards.models import Board
from pbapp.boards.site import the_ward, use_board
from pbapp.db import db
from pbapp.engagement import queries as engagement
from pbapp.gaps import queries as gaps
from pbapp.gaps import words as gap_words
from pbapp.gaps.ward import queries as ward_gaps
from pbapp.maps.queries import board_subject, find_part
from pbapp.places.models import Area
from pbapp.plans import queries as plans
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.results import queries as results
from pbapp.rounds import queries as rounds
from pbapp.rounds.words import state_words
from pbapp.thread import queries as thread
from pbapp.web.access import access, anyone, require
from pbapp.web.babel import page_language
from pbapp.web.refusals import say_no

bp = Blueprint("boards", __name__, url_prefix="/boards")
look_bp = Blueprint("look", __name__, url_prefix="/look")
blueprints = (bp, look_bp)

LISTED_AT_ONCE = 10


@bp.get("/")
@access(anyone)
def index() -> str:
    """The boards of this installation."""
    return render_template("boards/index.html", boards=queries.list_boards())


@bp.get("/<slug>")
@access(anyone)
def detail(slug: str) -> str:
    """What the board is, where, what it works on, and what is open now."""
    board = _load(slug)
    summary = gaps.find_summary(board.id, clock.now())
    return render_template(
        "boards/detail.html",
        board=board,
        wards=queries.list_wards(board),
        parts={link.area_id for link in board.board_areas if link.is_part},
        entries=assets.count_by_ward(board.id),
        confirmed=gap_words.confirmed_share(summary.share_fresh),
        priorities=plans.list_priorities(board.id),
        helped=assets.count_by_priority(board.id),
        plan=plans.find_plan(board.id),
        rounds=_rounds(board),
        won=_won(board),
        reached=sum(one.people or 0 for one in engagement.list_heard(board.id)),
        helpers=len({one.account_id for one in queries.list_roles_held(board)}),
        reads_log=is_on_board(board.id),
        map=find_part(board_subject(board.id), page_language()),
    )


@bp.route("/<slug>/members", methods=["GET", "POST"])
@access(anyone)
def members(slug: str) -> str | Response:
    """Who does what for the board and since when; names only of those who want it."""
    board, account = _load(slug), the_account()
    if request.method == "POST":
        require(account is not None)
        try:
            services.show_name(
                board=board,
                account=account or abort(403),
                is_shown=request.form.get("named") == "yes",
            )
            db.session.commit()
        except Refused as refused:
            say_no(refused)
        return redirect(url_for(".members", slug=slug), 303)
    held = queries.list_roles_held(board)
    return render_template(
        "boards/members.html",
        board=board,
        roles=[(role, [one for one in held if one.role is role]) for role in words.ROLE],
        mine=[one for one in held if account is not None and one.account_id == account.id],
        words=words,
    )


@bp.get("/<slug>/wards/<code>")
@access(anyone)
def ward(slug: str, code: str) -> str:
    """One ward, by its number or its GSS code; the code is the lasting address."""
    board = _load(slug)
    wards = [link.area for link in board.board_areas]
    found = the_ward(board, code)
    now = clock.now()
    strengths = ward_gaps.find_strengths(board, found.id, now)
    undecided = proposals.list_undecided(board, now)
    return render_template(
        "boards/ward.html",
        board=board,
        ward=found,
        is_part=any(b.is_part for b in board.board_areas if b.area_id == found.id),
        kinds=[(k.value, w) for k, w in KINDS.items() if k != "individual"],
        kind_words=KINDS,
        strengths=strengths,
        offered=gifts.find_offered(board.id, found.id),
        themes=[(gap_words.theme(slug), number) for slug, number in strengths.themes],
        helped=_most_helped(board, strengths.helping),
        times=gap_words.times_told(strengths.cover),
        shared=[
            (one.asset, gap_words.free_told(one.free), gap_words.free_next(one.free))
            for one in ward_gaps.list_shared(board.id, found.id, clock.today())
        ],
        coming=ward_gaps.list_coming(board.id, found.id, limit=LISTED_AT_ONCE),
        to_check=ward_gaps.list_to_check(board.id, found.id, now, limit=LISTED_AT_ONCE),
        proposals=[one for one in undecided if found in one.wards and not _is_for_all(one, wards)],
        everywhere=sum(_is_for_all(one, wards) for one in undecided),
        awards=[a for a in results.awards_in_ward(found) if a.count.round.board_id == board.id],
        map=find_part(board_subject(board.id), page_language()),
    )


@look_bp.get("/<colour>.css")
@access(anyone)
def look(colour: str) -> Response:
    """The shades of the council's colour. A colour keeps its address, so browsers may keep it."""
    try:
        shades = shades_of(f"#{colour}")
    except Refused:
        abort(404)
    css = (
        f":root{{--accent:{shades.accent};--accent-dark:{shades.dark};"
        f"--accent-wash:{shades.wash}}}\n"
    )
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FlaskResponse(css, mimetype="text/css", headers=kept)


def _won(board: Board) -> dict[str, int]:
    """Currency to what projects of the board have won so far and kept."""
    found: dict[str, int] = {}
    for one in thread.list_strands(board):
        if one.stage is not thread.Stage.RETURNED:
            found[one.round.currency] = found.get(one.round.currency, 0) + one.awarded
    return found


def _is_for_all(proposal: Any, wards: list[Area]) -> bool:
    """Whether it is for the whole area, said in one word or ward by ward."""
    return not proposal.wards or set(wards) <= set(proposal.wards)


def _most_helped(board: Board, helping: list[tuple[int, int]]) -> list[tuple[Any, int]]:
    """The plan's priorities that something here helps, the most helped first."""
    versions = {v.priority_id: v for v in plans.list_priorities(board.id)}
    return [(versions[one], number) for one, number in helping if one in versions]


def _rounds(board: Board) -> dict[str, list[tuple[Any, str]]]:
    """What is being decided, and what was: each round with its state in words."""
    now = clock.now()
    found: dict[str, list[tuple[Any, str]]] = {"open": [], "over": []}
    for round in rounds.list_rounds(board):
        found["over" if rounds.state_of(round, now).is_decided else "open"].append(
            (round, state_words(round, now))
        )
    return found


def _load(slug: str) -> Board:
    board = queries.find_board(slug)
    if board is None:
        abort(404)
    use_board(board)
    return board

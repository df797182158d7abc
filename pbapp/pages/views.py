"""Home and the service pages."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from sqlalchemy import text
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.assets import queries as assets
from pbapp.boards.queries import list_boards, list_wards
from pbapp.boards.site import the_board
from pbapp.db import db
from pbapp.gaps import queries as gaps
from pbapp.gaps import words as gap_words
from pbapp.maps.shown import map_of
from pbapp.pages.home import action_for, price_priorities
from pbapp.plans import queries as plans
from pbapp.proposals import queries as proposals
from pbapp.results import queries as results
from pbapp.rounds import queries as rounds
from pbapp.rounds.words import state_words, timeline
from pbapp.web.access import access, anyone

bp = Blueprint("pages", __name__)
blueprints = (bp,)


@bp.get("/")
@access(anyone)
def home() -> str:
    """What the board is deciding now, the one thing to do, and what came of the last vote."""
    board = the_board()
    if board is None:
        return render_template("pages/empty.html")
    now = clock.now()
    going_on = rounds.list_rounds(board)
    first = going_on[0] if going_on else None
    last = results.last_result(board)
    listed = proposals.list_public(first) if first else []
    return render_template(
        "pages/home.html",
        board=board,
        round=first,
        state_words=state_words(first, now) if first else "",
        action=action_for(first, now) if first else None,
        phases=timeline(first, now) if first else [],
        priorities=price_priorities(plans.list_priorities(board.id), listed),
        others=[
            (other, state_words(other, now))
            for other in going_on[1:]
            if not rounds.state_of(other, now).is_over and (not last or other.id != last.round.id)
        ],
        last=last,
        boards=[one for one in list_boards() if one.id != board.id],
        wards=list_wards(board),
        entries=assets.count_by_ward(board.id),
        confirmed=gap_words.confirmed_share(gaps.find_summary(board.id, now).share_fresh),
        map=map_of(board.id),
    )


@bp.get("/accessibility")
@access(anyone)
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@bp.get("/privacy")
@access(anyone)
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/cookies")
@access(anyone)
def cookies() -> str:
    return render_template("pages/cookies.html")


@bp.get("/how-voting-works")
@access(anyone)
def how_voting_works() -> str:
    return render_template("pages/how_voting_works.html")


@bp.get("/health")
@access(anyone)
def health() -> Response:
    """Whether the database answers; for monitors, without a word about what is in it."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")

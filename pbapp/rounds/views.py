"""A board's rounds, and one round: what is decided, how much money, what to do now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.boards.queries import find_board
from pbapp.boards.site import the_board, use_board
from pbapp.proposals import queries as proposals
from pbapp.rounds import words
from pbapp.rounds.access import get_round
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import can_vote, list_rounds, pot_total, state_of
from pbapp.tally.digest import canonical
from pbapp.web.access import access, anyone

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
blueprints = (bp,)


@bp.get("")
@access(anyone)
def index() -> str:
    """A board's rounds: what is going on first."""
    asked = request.args.get("board")
    board = (find_board(asked) or abort(404)) if asked else the_board()
    if board is not None:
        use_board(board)
    now = clock.now()
    rounds = [
        (round, words.state_words(round, now), pot_total(round))
        for round in (list_rounds(board) if board else [])
    ]
    return render_template("rounds/index.html", board=board, rounds=rounds)


@bp.get("/<slug>")
@access(anyone)
def detail(slug: str) -> str:
    """What is being decided, with whose money, by which rule, and the one thing to do now."""
    round = get_round(slug)
    now = clock.now()
    return render_template(
        "rounds/detail.html",
        round=round,
        state=words.state_words(round, now),
        timeline=words.timeline(round, now),
        state_kind=state_of(round, now).kind,
        action=_action(round),
        no_vote=_no_vote(round),
        pot=pot_total(round),
        tally=proposals.count_by_state(round),
    )


@bp.get("/<slug>/sealed.json")
@access(anyone)
def sealed(slug: str) -> Response:
    """Exactly the text whose SHA-256 is the seal."""
    round = get_round(slug)
    if round.config_hash is None or round.config is None:
        abort(404)
    return Response(canonical(round.config), mimetype="application/json")


def _action(round: Round) -> dict[str, Any]:
    """The one big button: vote, send in a proposal, see the result, or read the proposals."""
    here = url_for("rounds.detail", slug=round.slug)
    now = clock.now()
    if can_vote(round, now):
        return {
            "label": _("Vote now"),
            "url": f"{here}/vote",
            "text": _("You need your postcode and an e-mail address. It takes a few minutes."),
        }
    if proposals.can_send_in(round, now):
        return {
            "label": _("Send in a proposal"),
            "url": url_for("proposals.new", slug=round.slug),
            "text": _("For groups. You can stop at any time and go on later."),
        }
    if round.is_imported or state_of(round, now).kind is PhaseKind.PUBLISHED:
        return {"label": _("See the result"), "url": f"{here}/results", "text": ""}
    return {
        "label": _("Read the proposals"),
        "url": url_for("proposals.index", slug=round.slug),
        "text": "",
    }


def _no_vote(round: Round) -> str:
    """Why nobody can vote now; said only where people may expect to."""
    gate = can_vote(round, clock.now())
    return "" if round.is_imported else words.why_not(gate)

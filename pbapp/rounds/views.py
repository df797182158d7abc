"""A board's rounds, and one round: what is decided, how much money, what to do now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.appraisal.queries import capacity_in
from pbapp.boards.access import is_on_board
from pbapp.boards.queries import find_board
from pbapp.boards.site import the_board, use_board
from pbapp.proposals import queries as proposals
from pbapp.rounds import words
from pbapp.rounds.access import get_round, sees_hidden
from pbapp.rounds.models import Connection, PhaseKind, Round
from pbapp.rounds.queries import (
    can_vote,
    find_phase,
    list_extensions,
    list_rounds,
    pot_total,
    result_is_out,
    state_of,
)
from pbapp.rounds.setup import history, rule_words
from pbapp.rounds.setup import queries as set_up
from pbapp.rounds.setup import views as set_up_pages
from pbapp.rounds.setup import words as set_up_words
from pbapp.tally.digest import canonical
from pbapp.web import icalendar
from pbapp.web.access import access, anyone, require, signed_in

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
board_bp = Blueprint("round_calendars", __name__, url_prefix="/boards")
blueprints = (bp, board_bp, *set_up_pages.blueprints)


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
        reviews=_reviews(round),
        on_board=is_on_board(round.board_id),
        action=_action(round),
        no_vote=_no_vote(round),
        pot=pot_total(round),
        tally=proposals.count_by_state(round),
        guards=rule_words.guards(round),
        underspend_name=words.underspend_name,
        after=rule_words.after_the_count(round),
        connections=[set_up_words.connection_name(Connection(c)) for c in round.connections],
        interest=find_phase(round, PhaseKind.INTEREST),
        extensions=[history.extension(event) for event in list_extensions(round)],
    )


def _reviews(round: Round) -> bool:
    """Whether the viewer reads and scores the bids of this round."""
    account = the_account()
    return account is not None and capacity_in(round, account) is not None


@bp.get("/<slug>/history")
@access(anyone)
def changes(slug: str) -> str:
    """Everything that was changed in the round's set-up, newest first."""
    round = get_round(slug)
    return render_template("rounds/history.html", round=round, entries=history.list_entries(round))


@bp.get("/<slug>/calendar.ics")
@access(anyone)
def calendar(slug: str) -> Response:
    """The dates of a round, for a calendar programme."""
    round = get_round(slug)
    return _calendar(round.title, [round])


@board_bp.get("/<slug>/calendar.ics")
@access(anyone)
def board_calendar(slug: str) -> Response:
    """The dates of all of a board's public rounds."""
    board = find_board(slug) or abort(404)
    return _calendar(board.name, list_rounds(board))


def _calendar(name: str, rounds: Iterable[Round]) -> Response:
    happenings = [
        icalendar.Happening(
            uid=f"round-{round.id}-{phase.kind.value}@{request.host}",
            starts_at=phase.starts_at,
            ends_at=phase.ends_at,
            title=f"{round.title}: {words.phase_name(phase.kind)}",
            text=round.summary,
            url=url_for("rounds.detail", slug=round.slug, _external=True),
        )
        for round in rounds
        for phase in round.phases
    ]
    body = icalendar.write(name, happenings, clock.now())
    response = Response(body, mimetype="text/calendar")
    response.headers["Cache-Control"] = "max-age=3600"
    response.vary.add("Accept-Language")
    return response


@bp.get("/<slug>/progress")
@access(signed_in)
def progress(slug: str) -> str:
    """For the people invited: how far the set-up is, what changed, who else is in it."""
    round = get_round(slug)
    require(sees_hidden(round))
    now = clock.now()
    return render_template(
        "rounds/progress.html",
        round=round,
        state=words.state_words(round, now),
        timeline=words.timeline(round, now),
        missing=[
            (set_up_words.part_name(part), set_up_words.missing(what))
            for part, what in set_up.list_missing(round)
        ]
        if not round.is_public
        else [],
        tally=proposals.count_by_state(round),
        entries=history.list_entries(round)[:10],
        reviews=_reviews(round),
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
    if state_of(round, now).kind is PhaseKind.INTEREST and round.interest_words:
        return {
            "label": _("Tell us your idea in short"),
            "url": url_for("interest.say", slug=round.slug),
            "text": _("Four questions, before you write a whole proposal."),
        }
    if proposals.can_send_in(round, now):
        return {
            "label": _("Send in a proposal"),
            "url": url_for("writing.new", slug=round.slug),
            "text": _("For groups. You can stop at any time and go on later."),
        }
    if result_is_out(round, now):
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

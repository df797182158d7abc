"""What the voting pages share: their address, the moment a request came in, and the five steps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.ballots import queries, words
from pbapp.ballots.booth import Booth
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.turnstile import Turnstile
from pbapp.db import db
from pbapp.rounds.access import get_round as find_visible
from pbapp.rounds.models import Round
from pbapp.rounds.queries import VotingGate, can_vote
from pbapp.web.babel import time_of_day
from pbapp.web.context import settings

bp = Blueprint("ballots", __name__, url_prefix="/rounds/<slug>")

TURNSTILE = "pbapp ballots turnstile"

Page = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def init_app(app: Flask) -> None:
    """Note when each request came in, before anything can keep it waiting."""
    inner = app.wsgi_app

    def stamped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["pbapp.entered_at"] = clock.now()
        return inner(environ, start_response)

    app.extensions[TURNSTILE] = Turnstile()
    app.wsgi_app = stamped  # type: ignore[method-assign]
    app.add_template_filter(time_of_day)
    app.add_template_global(lambda round: Booth(round).choices, "chosen_in")
    app.add_template_global(words.place_words)


def the_turnstile() -> Turnstile:
    found: Turnstile = current_app.extensions[TURNSTILE]
    return found


def get_whole(slug: str) -> Round:
    """The round of this address; a rehearsal only for those who work on it."""
    return find_visible(slug)


def get_round(slug: str) -> tuple[Round, VotingGate]:
    """The round, and whether this request came in time to vote in it."""
    round = get_whole(slug)
    gate = can_vote(round, request.environ["pbapp.entered_at"])
    if gate:
        queries.check_key(round, settings().keys)
    return round, gate


def shut_page(round: Round, sentence: str) -> Page:
    db.session.rollback()
    status = 200 if request.method == "GET" else 409
    html = render_template("ballots/shut.html", round=round, sentence=sentence, booth=Booth(round))
    return html, status


def step_page(name: str, round: Round, step: int, status: int = 200, **context: Any) -> Page:
    """One of the five steps; 422 when its form has something to say."""
    booth, form = Booth(round), context["form"]
    voter = queries.find_voter(round, booth.voter_id)
    html = render_template(
        f"ballots/{name}.html",
        round=round,
        booth=booth,
        step=step,
        has_voted=voter is not None and queries.has_voted(voter, settings().keys),
        others=queries.others_with_contact(voter) if voter and step == 3 else 0,
        try_postcode=queries.example_postcode(round) if step == 1 else None,
        is_demo=settings().is_demo,
        **context,
    )
    return html, 422 if status == 200 and form and form.errors else status


@bp.errorhandler(KeyMissing)
def _paused(_error: KeyMissing) -> Page:
    """Our fault, and nobody can be let in until it is put right."""
    db.session.rollback()
    logging.getLogger("pbapp").critical("the key of a round is missing or is not its own")
    round = get_whole((request.view_args or {})["slug"])
    html = render_template("ballots/paused.html", round=round)
    return html, 503, {"Retry-After": "600"}

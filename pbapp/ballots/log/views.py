"""The public log: its page, the file that programs check, and the report that the box was empty."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, render_template, request

from pbapp.ballots import queries as box
from pbapp.ballots.log import due, queries
from pbapp.ballots.log.models import BallotBatch
from pbapp.ballots.log.words import method_words
from pbapp.ballots.pages import Page, bp
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.roll import voids
from pbapp.boards.models import Role
from pbapp.boards.words import role_words
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone
from pbapp.web.babel import say


def _get_logged(slug: str) -> Round:
    round = get_round(slug)
    return abort(404) if round.is_imported else round


@bp.get("/log")
@access(anyone)
def log(slug: str) -> Page:
    """The sealed batches and the head now; how many ballots count, once the box is shut."""
    round = _get_logged(slug)
    shut = box.is_box_shut(round)
    batches = queries.list_batches(round.id)
    return render_template(
        "ballots/log.html",
        round=round,
        batches=batches,
        head=batches[-1].head if batches else round.config_hash,
        closes_at=box.closes_at(round),
        counts=box.ballots_by_channel(round) if shut else None,
        was_used=box.was_used(round),
        declared=paper.declared_totals(round) if shut else [],
        set_aside=voids.set_aside(round),
        many=due.MANY,
        fewest=due.FEWEST,
    )


@bp.get("/log.json")
@access(anyone)
def log_json(slug: str) -> Response:
    """The whole log with every leaf, for programs: see docs/engineers/ballot-box.md."""
    round = _get_logged(slug)
    last = queries.last_batch(round.id)
    response = Response(mimetype="application/json")
    response.set_etag(f"{queries.FORMAT}-{last.n if last else 0}-{queries.head_now(round)}")
    response.cache_control.public = True
    response.cache_control.max_age = 60
    response.make_conditional(request)
    if response.status_code == 200:
        text = json.dumps(queries.document(round), ensure_ascii=False, indent=0)
        response.set_data(f"{text}\n")
    return response


@bp.get("/log/zero")
@access(anyone)
def zero(slug: str) -> Page:
    """What was found in the box the moment the round was sealed, to print and sign."""
    round = _get_logged(slug)
    if round.config is None or round.config_hash is None:
        abort(404)
    found = queries.find_zero_report(round)
    return render_template(
        "ballots/log_zero.html",
        round=round,
        config=round.config,
        report=found,
        method_words=method_words,
        by_role=role_words(Role(found.facts["role"])) if found else None,
    )


@bp.app_template_global("log_of")
def log_of(round: Round) -> dict[str, Any]:
    """What other pages say of a round's log: the closing batch, why it is open, the zero report."""
    refused = due.why_not_close(round)
    return {
        "close": queries.find_close(round.id),
        "why_open": say(refused) if refused else None,
        "has_zero": queries.find_zero_report(round) is not None,
    }


@bp.app_template_global("closed_log_of")
def closed_log_of(round: Round) -> BallotBatch | None:
    """The batch that closed a round's log, if it is closed: one query for a page that has few."""
    return queries.find_close(round.id)

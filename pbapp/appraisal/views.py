"""All bids of a round: what is done and missing, as a page, a file, and on paper."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from pbapp.accounts.viewer import me
from pbapp.appraisal import (  # noqa: F401 — their pages hang on this room's blueprints
    criteria_pages,
    dossier_pages,
    group_pages,
    listing,
    queries,
    review_pages,
    services,
    words,
)
from pbapp.appraisal.access import get_own_round
from pbapp.appraisal.blueprint import bp, round_bp
from pbapp.appraisal.merging import views as merging_pages  # noqa: F401 — and these
from pbapp.appraisal.merging.queries import ids_waiting
from pbapp.boards.access import any_officer, is_officer_of, is_on_board
from pbapp.db import db
from pbapp.proposals.deciding import DECIDERS
from pbapp.proposals.showing import Bid
from pbapp.proposals.words import sender, state_words
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, require, signed_in
from pbapp.web.forms import plain_text

blueprints = (bp, round_bp)
for blueprint in blueprints:
    blueprint.context_processor(lambda: {"sender": sender, "bid_words": Bid})

Page = str | Answer | tuple[str, int]


@bp.get("/rounds/<slug>/appraisal")
@access(any_officer)
def index(slug: str) -> str:
    """Every bid of the round with what is done and what is missing, in the order asked for."""
    round = get_own_round(slug)
    bids = queries.list_bids(round, me())
    order = request.args.get("order", "number")
    shown = listing.waiting(bids) if request.args.get("show") == "waiting" else bids
    return render_template(
        "appraisal/index.html",
        round=round,
        bids=[(bid, words.missing(bid)) for bid in listing.in_order(shown, order)],
        all=len(bids),
        waiting=len(listing.waiting(bids)),
        whole=sum(not words.missing(bid) for bid in bids),
        order=order if order in listing.ORDERS else "number",
        show=request.args.get("show", ""),
        costs_words=words.costs_words,
        advice_words=words.advice_words,
        advice_tones=words.ADVICE_TONES,
        state_words=state_words,
        merging=ids_waiting(round),
        undeclared=_undeclared(round, bids),
    )


def _undeclared(round: Round, bids: list[queries.Bid]) -> int:
    """How many waiting bids an appraiser has not said of yet whether they have a connection."""
    if not is_officer_of(round.board_id, *DECIDERS):
        return 0
    return sum(bid.said is None for bid in listing.waiting(bids))


@bp.get("/rounds/<slug>/appraisal.csv")
@access(any_officer)
def table(slug: str) -> Response:
    """The same as a table for a spreadsheet."""
    round = get_own_round(slug)
    response = Response(listing.table(queries.list_bids(round, me())), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=appraisal-{round.slug}.csv"
    return response


@bp.route("/rounds/<slug>/appraisal/connections", methods=["GET", "POST"])
@access(any_officer)
def connections(slug: str) -> Page:
    """Say for all waiting bids at once whether one has a connection, in one form."""
    round = get_own_round(slug)
    bids = [bid for bid in listing.waiting(queries.list_bids(round, me())) if bid.said is None]
    if request.method == "POST":
        for bid in bids:
            typed = request.form.get(f"what_{bid.proposal.id}")
            if typed is not None:  # one that came in meanwhile was not on their page
                services.declare(
                    proposal=bid.proposal, by=me(), what=(plain_text(typed) or "")[:500]
                )
        db.session.commit()
        flash(_("Noted for every bid on the list."), "success")
        return redirect(url_for(".index", slug=slug), 303)
    return render_template(
        "appraisal/connections.html",
        round=round,
        bids=bids,
        who=queries.names_behind([bid.proposal for bid in bids]),
    )


@round_bp.get("/committee")
@access(signed_in)
def committee(slug: str) -> str:
    """For the chair and the committee, to print: what is advised, what it costs, how it scored."""
    round = get_round(slug)
    require(is_on_board(round.board_id))
    bids = listing.for_committee(queries.list_bids(round, me()))
    return render_template(
        "appraisal/committee.html",
        round=round,
        bids=bids,
        criteria=queries.criteria_of(round),
        advice_words=words.advice_words,
        total=sum(bid.proposal.cost_pence for bid in bids),
    )

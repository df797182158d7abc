"""The steering group, community reviewers and appraisers read and score the bids of a round."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.appraisal import forms, queries, services, showing
from pbapp.appraisal.access import get_round_to_review, get_to_review
from pbapp.appraisal.blueprint import round_bp as bp
from pbapp.db import db
from pbapp.decisions import conflicts
from pbapp.proposals.deciding import SUBJECT
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.web.access import access, signed_in
from pbapp.web.babel import say
from pbapp.web.forms import Form
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


@bp.get("/review")
@access(signed_in)
def index(slug: str) -> str:
    """The bids to read: which wait for this person's scores, and which have them."""
    round = get_round_to_review(slug)
    bids = queries.list_bids(round, me())
    return render_template(
        "appraisal/review.html",
        round=round,
        bids=[bid for bid in bids if queries.is_open(bid.proposal)],
        decided=[bid for bid in bids if not queries.is_open(bid.proposal)],
    )


@bp.get("/review/<int:number>")
@access(signed_in)
def bid(slug: str, number: int) -> Page:
    """Read one bid and score it, once one has said whether one has a connection."""
    return _show(get_to_review(slug, number))


def _show(
    proposal: Proposal, sent: Form | None = None, connection: Form | None = None
) -> tuple[str, int]:
    account = me()
    refused = queries.why_not_score(proposal, account)
    said = conflicts.find(SUBJECT, proposal.id, account.id)
    back = (_("All bids"), url_for(".index", slug=proposal.round.slug))
    if said is None and refused is None:
        html = render_template(
            "appraisal/connection.html",
            round=proposal.round,
            proposal=proposal,
            who=queries.names_behind([proposal])[proposal.id],
            form=connection or forms.ConnectionForm(),
            action=url_for(".declare", slug=proposal.round.slug, number=proposal.number),
            back=back,
        )
    else:
        html = render_template(
            "appraisal/bid.html",
            round=proposal.round,
            proposal=proposal,
            form=sent or showing.my_scores_form(proposal, account),
            why_not=say(refused) if refused else "",
            said=said,
            is_open=queries.is_open(proposal),
            connection_form=connection or forms.ConnectionForm(),
            **showing.scores(proposal, account, names=False),
        )
    wrong = any(form is not None and form.errors for form in (sent, connection))
    return html, 422 if wrong else 200


@bp.post("/review/<int:number>/connection")
@access(signed_in)
def declare(slug: str, number: int) -> Page:
    """Say whether one has a connection to this bid or its group."""
    proposal = get_to_review(slug, number)
    form = forms.ConnectionForm()
    if not form.validate_on_submit():
        return _show(proposal, connection=form)
    try:
        services.declare(proposal=proposal, by=me(), what=form.said)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Noted."), "success")
    return redirect(url_for(".bid", slug=slug, number=number), 303)


@bp.post("/review/<int:number>")
@access(signed_in)
def send(slug: str, number: int) -> Page:
    """Send one's own scores; then the others' are shown, without names."""
    proposal = get_to_review(slug, number)
    form = showing.my_scores_form(proposal, me())
    if not form.validate_on_submit():
        return _show(proposal, form)
    try:
        services.send_scores(
            proposal=proposal, by=me(), points=form.points, comment=form.comment.data or ""
        )
    except Refused as refused:
        blame(form, refused)
        return _show(get_to_review(slug, number), form)
    db.session.commit()
    flash(_("Your scores are in. Now you see all of them."), "success")
    return redirect(url_for(".bid", slug=slug, number=number), 303)

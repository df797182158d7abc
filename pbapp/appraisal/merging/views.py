"""Officers offer to make one bid of several; the people behind each read it and answer."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.appraisal import services as appraisal
from pbapp.appraisal.access import get_for_officer
from pbapp.appraisal.blueprint import bp, round_bp
from pbapp.appraisal.merging import forms, queries, services
from pbapp.appraisal.merging.models import Merge, MergeState
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.db import db
from pbapp.proposals import deciding
from pbapp.proposals import queries as proposals
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.web.access import access, require, signed_in
from pbapp.web.babel import say
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


@bp.route("/proposals/<int:proposal_id>/merge", methods=["GET", "POST"])
@access(any_officer)
def merge(proposal_id: int) -> Page:
    """Choose the bids that could be one, then write what the whole would say."""
    whole = get_for_officer(proposal_id)
    refused = appraisal.why_not_check(whole, me()) or deciding.why_not(whole, me())
    others = queries.list_to_join(whole)
    chosen = [one for one in others if str(one.id) in request.args.getlist("with")]
    if refused or not chosen:
        standing = queries.find_open([whole.id])
        if standing is not None and request.method == "POST":  # a second click
            return redirect(_page_of(standing), 303)
        return _choose(whole, others, say(refused) if refused else "", standing)
    bids = proposals.load_whole([whole.id, *(one.id for one in chosen)])
    bids.sort(key=lambda one: (one.id != whole.id, one.number))
    form = forms.merge_form(bids)
    if request.method == "GET" or not form.validate_on_submit():
        return _show_draft(whole, bids, form)
    try:
        made = services.offer(
            whole=whole,
            others=chosen,
            draft=form.draft,
            why=form.why.data or "",
            by=me(),
        )
    except Refused as refusal:
        blame(form, refusal)
        return _show_draft(get_for_officer(proposal_id), bids, form)
    db.session.commit()
    flash(_("Offered. Everybody behind these bids gets an e-mail in a minute."), "success")
    return redirect(_page_of(made), 303)


def _page_of(made: Merge) -> str:
    return url_for("review.merging", slug=made.round.slug, merge_id=made.id)


def _choose(
    whole: Proposal, others: list[Proposal], why_not: str, standing: Merge | None
) -> tuple[str, int]:
    html = render_template(
        "appraisal/merging/choose.html",
        round=whole.round,
        proposal=whole,
        others=others,
        why_not=why_not,
        standing=standing,
    )
    return html, 409 if request.method == "POST" else 200


def _show_draft(whole: Proposal, bids: list[Proposal], form: forms.MergeForm) -> tuple[str, int]:
    html = render_template(
        "appraisal/merging/draft.html", round=whole.round, proposal=whole, bids=bids, form=form
    )
    return html, 422 if form.errors else 200


def _get(slug: str, merge_id: int) -> Merge:
    """An offer, for those behind its bids and for officers of the board."""
    round = get_round(slug)
    found = queries.find(merge_id)
    if found is None or found.round_id != round.id:
        abort(404)
    require(is_officer_of(round.board_id) or bool(queries.own_part_ids(found, me())))
    return found


@round_bp.route("/merging/<int:merge_id>", methods=["GET", "POST"])
@access(signed_in)
def merging(slug: str, merge_id: int) -> Page:
    """What the bids would be as one, who has agreed, and one's own answer."""
    found = _get(slug, merge_id)
    form = forms.MergeAnswerForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _show(found, form)
    try:
        services.answer(
            merge=found,
            by=me(),
            agrees=form.agrees.data == "yes",
            words=form.words.data or "",
        )
    except Refused as refused:
        blame(form, refused)
        return _show(_get(slug, merge_id), form)
    db.session.commit()
    flash(_("Thank you. Everybody behind these bids hears what comes of it."), "success")
    return redirect(url_for(".merging", slug=slug, merge_id=merge_id), 303)


def _show(found: Merge, form: forms.MergeAnswerForm) -> tuple[str, int]:
    own = queries.own_part_ids(found, me())
    waits = found.state is MergeState.OFFERED and found.expires_at > clock.now()
    html = render_template(
        "appraisal/merging/offer.html",
        round=found.round,
        merge=found,
        draft=services.draft_of(found),
        own=own,
        waits=waits,
        can_answer=waits and any(p.proposal_id in own and p.agrees is None for p in found.parts),
        can_take_back=waits and deciding.why_not(found.whole, me()) is None,
        form=form,
    )
    return html, 422 if form.errors else 200


@round_bp.post("/merging/<int:merge_id>/take-back")
@access(signed_in)
def take_back(slug: str, merge_id: int) -> Response:
    """No longer offer it."""
    found = _get(slug, merge_id)
    require(is_officer_of(found.round.board_id))
    try:
        services.take_back(merge=found, by=me())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Taken back. The bids stay as they are."), "success")
    return redirect(url_for(".merging", slug=slug, merge_id=merge_id), 303)

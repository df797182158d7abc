"""The group behind a bid reads the officer's figures and answers."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.appraisal import forms, queries, services, words
from pbapp.appraisal.blueprint import round_bp as bp
from pbapp.db import db
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import speaks_for
from pbapp.refusal import Refused
from pbapp.web.access import access, require, signed_in
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


@bp.route("/proposals/<int:number>/costs", methods=["GET", "POST"])
@access(signed_in)
def costs(slug: str, number: int) -> Page:
    """Both figures of each line with the reason, and what the group says to them."""
    proposal = get_proposal(slug, number)
    require(is_ours(proposal))
    dossier = queries.find_dossier(proposal.id)
    data = {}
    if dossier is not None and dossier.costs_agreed is not None:
        data = {"agrees": "yes" if dossier.costs_agreed else "no", "words": dossier.costs_words}
    form = forms.CostsAnswerForm(data=data)
    if request.method == "GET" or not form.validate_on_submit():
        return _show(proposal, form)
    try:
        services.answer_costs(
            proposal=proposal,
            by=me(),
            agrees=form.agrees.data == "yes",
            words=form.words.data or "",
        )
    except Refused as refused:
        blame(form, refused)
        return _show(get_proposal(slug, number), form)
    db.session.commit()
    flash(_("Thank you. The officers see your answer."), "success")
    return redirect(url_for("proposals.detail", slug=slug, number=number), 303)


def _show(proposal: Proposal, form: forms.CostsAnswerForm) -> tuple[str, int]:
    found = words.costs(proposal, queries.find_dossier(proposal.id))
    if found is None:
        abort(404)
    html = render_template(
        "appraisal/costs.html",
        round=proposal.round,
        proposal=proposal,
        costs=found,
        form=form,
        can_answer=found["fit"]
        and found["is_changed"]
        and proposal.round.sealed_at is None
        and speaks_for(me(), proposal),
    )
    return html, 422 if form.errors else 200

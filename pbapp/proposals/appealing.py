"""A group asks for another look at what was decided on its proposal."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import the_account
from pbapp.db import db
from pbapp.decisions import appealing
from pbapp.decisions import queries as decisions
from pbapp.decisions.forms import AppealForm
from pbapp.decisions.models import Decision, Outcome
from pbapp.proposals import deciding
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.blueprint import bp
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.web.access import access, signed_in
from pbapp.web.babel import say


@bp.route("/proposals/<int:number>/appeal", methods=["GET", "POST"])
@access(signed_in)
def appeal(slug: str, number: int) -> str | Response | tuple[str, int]:
    """The group says why; somebody who took no part in the decision answers."""
    proposal = get_proposal(slug, number)
    account = the_account()
    if account is None or not is_ours(proposal):
        abort(403)
    form = AppealForm()
    page = url_for(".detail", slug=slug, number=number)
    if form.validate_on_submit():
        try:
            deciding.appeal(
                proposal=proposal,
                by=account,
                reason=form.reason.data or "",
                link=url_for(".detail", slug=slug, number=number, _external=True),
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("We have your appeal. We write to you when it is answered."), "success")
            return redirect(page, 303)
    barred = deciding.why_not_appeal(proposal)
    standing = decisions.find_latest(deciding.SUBJECT, str(proposal.id))
    html = render_template(
        "proposals/appeal.html",
        proposal=proposal,
        round=proposal.round,
        form=form,
        barred=say(barred) if barred else "",
        decision=standing,
        until=appealing.until(standing, proposal.round.board_id) if standing else None,
    )
    return html, 422 if form.reason.errors else 409 if form.form_errors else 200


def facts_for(proposal: Proposal, decision: Decision | None, *, ours: bool) -> dict[str, Any]:
    """What the proposal's page says of a refusal and of an appeal."""
    if decision is None or decision.outcome is Outcome.APPROVED:
        return {"refusal": None, "appeal": None, "appeal_until": None}
    open_to_appeal = ours and deciding.why_not_appeal(proposal) is None
    refused = decision.outcome is Outcome.REFUSED
    until = appealing.until(decision, proposal.round.board_id) if open_to_appeal else None
    return {
        "refusal": decisions.find_agreed(decision.id) if refused else None,
        "appeal": decisions.find_appeal_of(decision.id),
        "appeal_until": until,
    }

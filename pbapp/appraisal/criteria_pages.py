"""What a round checks and scores: for everybody to read, and for its people to settle."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.appraisal import forms, queries, settling, words
from pbapp.appraisal.access import seen_version
from pbapp.appraisal.blueprint import round_bp as bp
from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone, require, signed_in
from pbapp.web.babel import say
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


@bp.get("/criteria")
@access(anyone)
def criteria(slug: str) -> str:
    """How every bid of this round is checked and scored, before anybody writes one."""
    round = get_round(slug)
    account = the_account()
    terms = queries.find_terms(round)
    return render_template(
        "appraisal/criteria.html",
        round=round,
        checks=[words.check_words(key) for key in queries.checks_of(round)],
        criteria=queries.criteria_of(round),
        publishes_scores=terms is not None and terms.publishes_scores,
        changes=[_told(one) for one in list_revisions(settling.SUBJECT, round.id)],
        may_settle=account is not None and settling.may_settle(round, account),
        stands=_why_stand(round),
    )


def _told(revision: Revision) -> dict[str, Any]:
    """One change to the criteria, for `history`."""
    return {
        "what": _("Settled"),
        "at": revision.at,
        "who": _("the steering group or an officer"),
        "changes": [
            (_part_name(part), _part_words(before), _part_words(after))
            for part, (before, after) in revision.changes.items()
        ],
    }


def _part_name(part: str) -> str:
    if part == "publishes_scores":
        return _("Average scores are published")
    return _("Criterion %(number)s", number=part)


def _part_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value or ""


def _why_stand(round: Round) -> str:
    refused = queries.why_criteria_stand(round)
    return say(refused) if refused else ""


@bp.route("/criteria/edit", methods=["GET", "POST"])
@access(signed_in)
def settle(slug: str) -> Page:
    """Officers and the steering group settle the criteria; every change is public."""
    round = get_round(slug)
    require(settling.may_settle(round, me()))
    terms = queries.find_terms(round)
    form = forms.criteria_form(
        queries.criteria_of(round),
        publishes_scores=terms is not None and terms.publishes_scores,
    )
    if request.method == "GET" or not form.validate_on_submit():
        return _show(round, form)
    try:
        settling.save_criteria(
            round=round,
            by=me(),
            criteria=form.criteria,
            publishes_scores=bool(form.publishes_scores.data),
            version=seen_version(),
        )
    except Refused as refused:
        blame(form, refused)
        return _show(get_round(slug), form)
    db.session.commit()
    flash(_("The criteria are settled. Everybody can read them now."), "success")
    return redirect(url_for(".criteria", slug=slug), 303)


def _show(round: Round, form: forms.CriteriaForm) -> tuple[str, int]:
    html = render_template(
        "appraisal/settle.html",
        round=round,
        form=form,
        rows=range(1, settling.MOST_CRITERIA + 1),
        version=queries.newest_change(round),
        stands=_why_stand(round),
        now=queries.criteria_of(round) if form.form_errors else [],
    )
    return html, 422 if form.errors else 200

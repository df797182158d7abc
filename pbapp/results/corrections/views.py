"""For everybody: object to a result, read objections and answers, and a result's history."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.queries import tidy_email
from pbapp.boards.access import is_officer_of
from pbapp.boards.words import role_words
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results.access import sight
from pbapp.results.corrections import desk_pages, objecting, queries, words
from pbapp.results.corrections.forms import ObjectionForm
from pbapp.results.corrections.models import Correction
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

bp = Blueprint("objections", __name__, url_prefix="/rounds/<slug>")
blueprints = (bp, desk_pages.bp)

Page = str | Response | tuple[str, int]


@bp.app_template_global("the_corrections_of")
def the_corrections_of(round: Round) -> list[Correction]:
    """What was corrected in a round's result, in order."""
    return [] if round.is_imported else queries.list_corrections(round)


@bp.get("/objections")
@access(anyone)
def index(slug: str) -> Page:
    """Objections with their answers, and how to object."""
    return _page(_published(slug), ObjectionForm(formdata=None, key=secrets.token_hex(16)))


@bp.post("/objections")
@access(anyone)
@limited("objections", tries=10, seconds=3600)
def make(slug: str) -> Page:
    """Keep an objection and give it a number; a second press finds the first."""
    round, form = _published(slug), ObjectionForm()
    if not form.validate_on_submit():
        return _page(round, form)
    try:
        made = objecting.object_to(
            round=round,
            key=form.key.data or "",
            body=form.body.data or "",
            name=form.name.data or "",
            email=tidy_email(form.email.data or ""),
            language=page_language(),
        )
        db.session.commit()
    except Refused as refused:
        blame(form, refused)
        return _page(round, form)
    flash(
        _(
            "We have your objection. Its number is %(number)s: write it down. The answer will be "
            "on this page.",
            number=made.reference,
        ),
        "success",
    )
    return redirect(url_for(".index", slug=slug), 303)


@bp.get("/result-history")
@access(anyone)
def history(slug: str) -> Page:
    """Each edition of the result: what was corrected, why and by whom."""
    round = _published(slug)
    corrections = queries.list_corrections(round)
    return render_template(
        "results/corrections/history.html",
        round=round,
        corrections=corrections,
        published_at=queries.published_at(round),
        who={one.id: _by_two(one) for one in corrections},
        kinds=words.KIND,
    )


def _by_two(correction: Correction) -> str:
    """In which roles two people corrected it; never their names."""
    first, second = correction.asked_role, correction.agreed_role or correction.asked_role
    return _("%(first)s and %(second)s", first=role_words(first), second=role_words(second))


def _published(slug: str) -> Round:
    """A round of this service whose result is out."""
    round = get_round(slug)
    if round.is_imported or not sight(round).is_public:
        abort(404)
    return round


def _page(round: Round, form: ObjectionForm) -> Page:
    html = render_template(
        "results/corrections/objections.html",
        round=round,
        form=form,
        objections=queries.list_objections(round),
        until=queries.objections_until(round),
        may_object=queries.may_object(round),
        findings=words.FINDING,
        days=queries.OBJECT_FOR.days,
        answers=is_officer_of(round.board_id),
    )
    return html, 422 if form.errors or form.form_errors else 200

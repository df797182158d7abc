"""At the desk: answer objections, and correct a result with a second person."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.ballots.closing.pages import get_own
from pbapp.boards.access import any_officer, is_officer_of, officer_or_counter
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results import queries as results
from pbapp.results.corrections import correcting, objecting, queries, words
from pbapp.results.corrections.forms import AnswerForm, CorrectionForm, PressForm
from pbapp.results.corrections.models import CorrectionKind, Finding, Objection
from pbapp.results.models import Allocation
from pbapp.rounds.models import Round
from pbapp.web.access import access
from pbapp.web.refusals import blame, say_no

bp = Blueprint("corrections", __name__, url_prefix="/desk/rounds/<slug>")

Page = str | Response | tuple[str, int]


# --- objections -----------------------------------------------------------------------------


@bp.get("/objections")
@access(any_officer)
def objections(slug: str) -> Page:
    """Every objection in its own words, those that wait first."""
    round, _account = _own(slug)
    found = sorted(queries.list_objections(round), key=lambda one: one.answered_at is not None)
    return render_template(
        "results/corrections/desk_objections.html",
        round=round,
        objections=found,
        findings=words.FINDING,
        until=queries.objections_until(round),
    )


@bp.route("/objections/<int:id>", methods=["GET", "POST"])
@access(any_officer)
def objection(slug: str, id: int) -> Page:
    """One objection, and the answer that everybody reads."""
    round, account = _own(slug)
    found = queries.find_objection(round, id) or abort(404)
    shown = queries.digest_of_answer(found)
    form = AnswerForm(obj=None if found.answered_at is None else found, seen=shown)
    if form.validate_on_submit():
        try:
            objecting.answer(
                objection=found,
                seen=form.seen.data or "",
                summary=form.summary.data or "",
                words=form.answer.data or "",
                finding=Finding(form.finding.data),
                by=account,
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            flash(_("Answered. Everybody can read it."), "success")
            return redirect(url_for(".objections", slug=slug), 303)
    return _objection_page(round, found, form)


def _objection_page(round: Round, found: Objection, form: AnswerForm) -> Page:
    now = queries.digest_of_answer(found)
    theirs, form.seen.data = form.seen.data != now, now
    html = render_template(
        "results/corrections/desk_objection.html",
        round=round,
        objection=found,
        theirs=theirs,
        findings=words.FINDING,
        form=form,
        forgets_after=objecting.FORGET_AFTER.days,
    )
    return html, 422 if form.errors or form.form_errors else 200


# --- corrections ----------------------------------------------------------------------------


@bp.get("/correct")
@access(officer_or_counter)
def correction(slug: str) -> Page:
    """The correction that waits for a second person, or the form to ask for one."""
    round, _account = _own(slug, counters_too=True)
    return _correction_page(round, _form(round))


@bp.post("/correct")
@access(officer_or_counter)
def ask(slug: str) -> Page:
    """The first of two asks for a correction."""
    round, account = _own(slug, counters_too=True)
    form = _form(round)
    if not form.validate_on_submit():
        return _correction_page(round, form)
    try:
        correcting.ask(
            round=round,
            by=account,
            kind=CorrectionKind(form.kind.data),
            what=form.what.data or "",
            reason=form.reason.data or "",
            withdrawn=form.withdrawn.data or (),
        )
        db.session.commit()
    except Refused as refused:
        blame(form, refused)
        return _correction_page(round, form)
    flash(_("Asked for. Now a second person has to look at it and agree."), "success")
    return redirect(url_for(".correction", slug=slug), 303)


@bp.post("/correct/agree")
@access(officer_or_counter)
def agree(slug: str) -> Page:
    """The second person agrees."""
    said = _("Agreed. The corrected result is published as soon as it is counted.")
    return _press(slug, correcting.agree, said)


@bp.post("/correct/take-back")
@access(officer_or_counter)
def take_back(slug: str) -> Page:
    """A voting lead takes back what nobody has agreed to."""
    return _press(slug, correcting.take_back, _("Taken back."))


def _press(slug: str, verb: Callable[..., object], said: str) -> Page:
    round, account = _own(slug, counters_too=True)
    form = PressForm()
    if form.validate_on_submit():
        try:
            verb(round=round, seen=form.seen.data or "", by=account)
        except Refused as refused:
            say_no(refused)
        else:
            db.session.commit()
            flash(said, "success")
    return redirect(url_for(".correction", slug=slug), 303)


def _form(round: Round) -> CorrectionForm:
    """With every project of the ballot to tick, and those ticked that cannot win as it stands."""
    form = CorrectionForm(withdrawn=sorted(correcting.withdrawn_now(round)))
    form.withdrawn.choices = [(row.project_key, row.title) for row in _rows(round)]
    return form


def _rows(round: Round) -> list[Allocation]:
    counts = results.list_official_counts(round)
    return [row for count in counts for row in results.list_allocations(count)]


def _correction_page(round: Round, form: CorrectionForm) -> Page:
    waiting = queries.find_open(round)
    rows = _rows(round)
    titles = {row.project_key: row.title for row in rows}
    found = (waiting.found if waiting else None) or {"winners": {}}
    won = {key for keys in found["winners"].values() for key in keys}
    now = {row.project_key for row in rows if row.is_funded}
    html = render_template(
        "results/corrections/correct.html",
        round=round,
        form=form,
        waiting=waiting,
        seen=queries.digest_of(waiting) if waiting else "",
        has_failed=waiting is not None and correcting.has_failed(waiting),
        kinds=words.KIND,
        set_aside=[titles[key] for key in waiting.withdrawn] if waiting else [],
        gained=sorted(titles[key] for key in won - now),
        lost=sorted(titles[key] for key in now - won),
        me=the_account(),
        leads=is_officer_of(round.board_id, Role.VOTING_LEAD),
        corrections=queries.list_corrections(round),
    )
    return html, 422 if form.errors or form.form_errors else 200


def _own(slug: str, *, counters_too: bool = False) -> tuple[Round, Account]:
    """A counted round of one of the viewer's boards, and the viewer."""
    round, account = get_own(slug, counters_too=counters_too)
    if results.find_official_count(round) is None:
        abort(404)
    return round, account

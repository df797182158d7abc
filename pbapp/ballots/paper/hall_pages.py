"""The desk in a hall: a page that works while the connection is gone, and what it sends later."""

from __future__ import annotations

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from pbapp.ballots.paper import hall, queries, tables
from pbapp.ballots.paper.forms import FINDINGS, WHY_CONFLICT, FindingForm, TableForm
from pbapp.ballots.paper.models import Finding, PaperChannel, Taken, Venue, WhyConflict
from pbapp.ballots.paper.pages import Page, bp, get_own
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone
from pbapp.web.babel import say
from pbapp.web.context import settings
from pbapp.web.offline import worker_script
from pbapp.web.refusals import say_no

# A paper has been given already, so details that cannot be read are a conflict, not a typing error.
UNREADABLE = {
    "postcode": WhyConflict.NOT_IN_AREA,
    "age_band": WhyConflict.TOO_YOUNG,
    "name": WhyConflict.UNCLEAR,
}


@bp.get("/hall/")
@access(any_officer)
def hall_desk(slug: str) -> Page:
    """The desk itself. A browser keeps this page, so nothing of anybody stands in it."""
    round, _account = get_own(slug)
    halls = _halls(round)
    if not halls:
        flash(_("Add the hall or stall where the table is first."), "warning")
        return redirect(url_for(".new_venue", slug=slug), 303)
    return render_template("ballots/paper/hall.html", round=round, form=_form(round))


@bp.get("/hall/worker.js")
@access(anyone)
def hall_worker(slug: str) -> Response:
    """The script that keeps the page at hand; it may only do so for addresses beside it."""
    return worker_script()


@bp.get("/hall/token")
@access(any_officer)
def hall_token(slug: str) -> Response:
    """A fresh token for sending: the page that was kept has none."""
    get_own(slug)
    return jsonify(token=generate_csrf())


@bp.post("/hall/check")
@access(any_officer)
def hall_check(slug: str) -> tuple[Response, int]:
    """What the voters' list says of a person, before a paper is given."""
    round, account = get_own(slug)
    form = _form(round)
    if not form.validate():
        return jsonify(errors=[str(errors[0]) for errors in form.errors.values()]), 422
    try:
        person = tables.look_up(round=round, keys=settings().keys, details=form.details, by=account)
    except Refused as refused:
        db.session.rollback()
        return jsonify(errors=[say(refused)]), 422
    db.session.commit()  # the round's key, if this was the first person
    state = "may"
    if person.voted_on_paper:
        state = "paper"
    elif person.voted_online:
        state = "online"
    return jsonify(state=state, ward=person.ward), 200


@bp.post("/hall/entries")
@access(any_officer)
def hall_entry(slug: str) -> tuple[Response, int]:
    """One paper that was given, with the key of its entry: marked, marked before, or a conflict."""
    round, account = get_own(slug)
    form = _form(round)
    is_whole = form.validate()
    unreadable = next((UNREADABLE[f] for f in UNREADABLE if f in form.errors), None)
    try:
        venue = _hall_of(round, form.venue.data)
        if not is_whole and unreadable is None:
            raise Refused(_("This entry cannot be read."))
        answer = hall.take(
            round=round,
            keys=settings().keys,
            venue=venue,
            key=request.form.get("key", ""),
            details=form.details if is_whole else None,
            why=unreadable,
            by=account,
        )
    except Refused as refused:
        db.session.rollback()
        return jsonify(errors=[say(refused)]), 422
    db.session.commit()
    return jsonify(_told(answer)), 200


def _told(answer: hall.Answer) -> dict[str, str]:
    outcome = answer.outcome.value
    if answer.is_replay:
        outcome = "again" if answer.outcome is Taken.MARKED else "settled"
    return {"outcome": outcome, "why": str(WHY_CONFLICT[answer.why]) if answer.why else ""}


def _halls(round: Round) -> list[Venue]:
    return [v for v in queries.list_venues(round) if v.channel is PaperChannel.HALL]


def _form(round: Round) -> TableForm:
    form = TableForm(round)
    form.venue.choices = [(str(venue.id), venue.name) for venue in _halls(round)]
    return form


def _hall_of(round: Round, id: str | None) -> Venue:
    found = next((venue for venue in _halls(round) if str(venue.id) == id), None)
    if found is None:
        raise Refused(_("Choose where you are."), "venue")
    return found


# --- conflicts ------------------------------------------------------------------------------


@bp.get("/paper/conflicts")
@access(any_officer)
def conflicts(slug: str) -> Page:
    """Papers given to people who could not be marked, for two officers."""
    round, account = get_own(slug)
    listed = hall.list_conflicts(round)
    people = {entry.said_by_id for entry in listed if entry.said_by_id}
    return render_template(
        "ballots/paper/conflicts.html",
        round=round,
        conflicts=listed,
        me=account,
        names=queries.names_of(people),
        whys=WHY_CONFLICT,
        findings=FINDINGS,
    )


@bp.route("/paper/conflicts/<key>", methods=["GET", "POST"])
@access(any_officer)
def conflict(slug: str, key: str) -> Page:
    """The first officer says what happened."""
    round, account = get_own(slug)
    entry = hall.find_conflict(round, key) or abort(404)
    form = FindingForm()
    if form.validate_on_submit():
        finding, note = Finding(form.finding.data), form.note.data or ""
        try:
            hall.say(round=round, entry=entry, finding=finding, note=note, by=account)
        except Refused as refused:
            say_no(refused)
        else:
            db.session.commit()
            flash(_("Noted. Now a second officer has to agree."), "success")
        return redirect(url_for(".conflicts", slug=slug), 303)
    why = WHY_CONFLICT[entry.why] if entry.why else ""
    html = render_template(
        "ballots/paper/conflict.html", round=round, entry=entry, form=form, why=why
    )
    return html, 422 if form.errors else 200


@bp.post("/paper/conflicts/<key>/agree")
@access(any_officer)
def agree_to_conflict(slug: str, key: str) -> Page:
    """The second officer agrees."""
    round, account = get_own(slug)
    entry = hall.find_conflict(round, key) or abort(404)
    try:
        hall.agree(round=round, entry=entry, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Settled. The papers of the place are counted so."), "success")
    return redirect(url_for(".conflicts", slug=slug), 303)

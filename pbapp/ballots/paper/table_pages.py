"""The voting table at the desk: find a person, mark them, give them a paper."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from pbapp.ballots.paper import queries, tables
from pbapp.ballots.paper.forms import CHANNELS, SetAsideForm, TableForm
from pbapp.ballots.paper.models import PaperChannel, Venue, WhySetAside
from pbapp.ballots.paper.pages import Page, bp, get_own
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.access import access
from pbapp.web.context import settings
from pbapp.web.refusals import blame


@bp.route("/table", methods=["GET", "POST"])
@access(any_officer)
def table(slug: str) -> Page:
    """Check a person, or a declaration, and mark the voters' list. Nothing typed is kept."""
    round, account = get_own(slug)
    form = _table_form(round)
    if not form.validate_on_submit():
        return _table_page(round, form, None, 422 if form.errors else 200)
    person = None
    try:
        venue = _venue(round, form.venue.data)
        details = form.details
        if request.form.get("do") == "mark":
            tables.mark(round=round, keys=settings().keys, venue=venue, details=details, by=account)
            db.session.commit()
            flash(_marked_words(venue), "success")
            return redirect(url_for(".table", slug=slug, place=venue.id), 303)
        person = tables.look_up(round=round, keys=settings().keys, details=details, by=account)
        db.session.commit()  # the round's key, if this was the first person
    except Refused as refused:
        blame(form, refused)
    return _table_page(round, form, person, 422 if form.errors else 200)


def _marked_words(venue: Venue) -> str:
    if venue.channel is PaperChannel.HALL:
        return _("Marked. Give them one paper.")
    return _("Marked. Tear the declaration off and put the paper in the box, still folded.")


def _table_form(round: Round) -> TableForm:
    form = TableForm(round)
    form.venue.choices = _places(round)
    if request.method == "GET":
        form.venue.data = request.args.get("place", "")
    return form


def _places(round: Round) -> list[tuple[str, str]]:
    return [
        (str(venue.id), venue.name)
        for venue in queries.list_venues(round)
        if venue.channel is not PaperChannel.PARTNER
    ]


def _table_page(
    round: Round, form: TableForm, person: tables.Person | None, status: int
) -> tuple[str, int]:
    venues = {str(venue.id): venue for venue in queries.list_venues(round)}
    venue = venues.get(form.venue.data or "")
    aside = SetAsideForm(formdata=None, data={"place": form.venue.data})
    aside.place.choices = [
        (id, name) for id, name in _places(round) if venues[id].channel is not PaperChannel.HALL
    ]
    html = render_template(
        "ballots/paper/table.html",
        round=round,
        form=form,
        person=person,
        venue=venue,
        is_hall=venue is not None and venue.channel is PaperChannel.HALL,
        channels=CHANNELS,
        aside=aside,
        typed=MultiDict(request.form) if person else None,
    )
    return html, status


def _venue(round: Round, id: str | None) -> Venue:
    number = int(id) if id and id.isascii() and id.isdigit() and len(id) < 10 else None
    venue = queries.find_venue(round, number)
    if venue is None or venue.channel is PaperChannel.PARTNER:
        raise Refused(_("Choose where you are."), "venue")
    return venue


@bp.post("/table/aside")
@access(any_officer)
def aside(slug: str) -> Page:
    """Count a paper that stays sealed, and why."""
    round, account = get_own(slug)
    form = SetAsideForm()
    form.place.choices = _places(round)
    if form.validate_on_submit():
        try:
            venue = _venue(round, form.place.data)
            reason = WhySetAside(form.reason.data)
            tables.set_aside(round=round, venue=venue, reason=reason, by=account)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Set aside. Leave it sealed, with the others set aside here."), "success")
            return redirect(url_for(".table", slug=slug, place=venue.id), 303)
    for errors in form.errors.values():
        flash(str(errors[0]), "error")
    return redirect(url_for(".table", slug=slug), 303)

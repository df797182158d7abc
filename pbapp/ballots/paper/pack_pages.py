"""Ballot papers to print: the page itself, and PDF files that the worker makes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.ballots.paper import printing, queries
from pbapp.ballots.paper.forms import PackForm
from pbapp.ballots.paper.models import PaperChannel, Venue
from pbapp.ballots.paper.pages import Page, bp, get_own
from pbapp.ballots.paper.sheet import LARGE, ORDINARY, sheet_of
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.jobs import delivery
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.access import access
from pbapp.web.downloads import hand_over
from pbapp.web.forms import SelectChoice
from pbapp.web.fragments import render
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

EVERY = "all"


@bp.get("/paper/pack")
@access(any_officer)
def pack(slug: str) -> Page:
    """A ballot paper to print, for one place: A4 or in large print."""
    round, _account = get_own(slug)
    form = _form(round, data={"prints": [ORDINARY], "languages": ["en"], "places": EVERY})
    return _pack_page(round, form, 200)


@bp.post("/paper/pack")
@access(any_officer)
@limited("paper-pack", tries=30, seconds=600)
def make_pack(slug: str) -> Page:
    """Have the worker make PDF files."""
    round, account = get_own(slug)
    form = _form(round)
    if not form.validate_on_submit():
        return _pack_page(round, form, 422)
    try:
        asked = printing.ask(
            round=round,
            venues=_chosen(round, form.places.data),
            prints=form.prints.data or [],
            spoken=form.languages.data or ["en"],
            copies=form.copies.data or 0,
            own_ward=bool(form.own_ward.data),
            by=account,
        )
    except Refused as refused:
        blame(form, refused)
        return _pack_page(round, form, 422)
    db.session.commit()
    return redirect(url_for(".pack_made", slug=slug, job_id=asked.id), 303)


@bp.get("/paper/pack/<uuid:job_id>")
@access(any_officer)
def pack_made(slug: str, job_id: UUID) -> Response:
    """How far the files are, then the files."""
    round, _account = get_own(slug)
    asked = printing.find(round, job_id) or abort(404)
    return render(
        "ballots/paper/pack_made.html",
        fragment="ballots/paper/_pack_made.html",
        round=round,
        job=asked,
        state=_state(asked),
        found=jobs.answer_of(asked) or {},
    )


@bp.get("/paper/pack/<uuid:job_id>/<int:place>")
@access(any_officer)
def pack_file(slug: str, job_id: UUID, place: int) -> Response:
    """One of the files."""
    round, _account = get_own(slug)
    asked = printing.find(round, job_id) or abort(404)
    file = delivery.open_file(asked, place) or abort(404)
    return hand_over(file.data, file.media_type, file.name)


def _form(round: Round, **values: Any) -> PackForm:
    form = PackForm(**values)
    wards = sorted((item.area.name, item.area.gss_code) for item in round.round_areas)
    form.places.choices = [
        (EVERY, _("Every place")),
        ("", _("No place in particular")),
        *((code, _("Every place in %(ward)s", ward=name)) for name, code in wards),
        *((str(venue.id), venue.name) for venue in _venues(round)),
    ]
    form.languages.choices = [SelectChoice(c, _language_name(c)) for c in printing.languages()]
    return form


def _language_name(code: str) -> str:
    from babel import Locale

    return str(Locale.parse(code.replace("-", "_")).get_display_name() or code)


def _venues(round: Round) -> list[Venue]:
    return [v for v in queries.list_venues(round) if v.channel is not PaperChannel.PARTNER]


def _chosen(round: Round, places: str | None) -> list[Venue]:
    found = [
        venue
        for venue in _venues(round)
        if places in (EVERY, str(venue.id), venue.area.gss_code if venue.area else None)
    ]
    if not found and places not in ("", EVERY):
        raise Refused(_("No place of this ward has been added yet."), "places")
    return found


def _pack_page(round: Round, form: PackForm, status: int) -> Page:
    try:
        sheet_of(round)
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".index", slug=round.slug), 303)
    wanted = request.args.get("place", "")
    place = queries.find_venue(round, int(wanted) if _is_number(wanted) else None)
    html = render_template(
        "ballots/paper/pack.html",
        form=form,
        venues=_venues(round),
        is_large=request.args.get("print") == LARGE,
        **printing.paper_context(round, place, own_ward=False),
    )
    return html, status


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _state(asked: Job) -> str:
    if jobs.is_at_work(asked):
        return "running"
    return "failed" if asked.state is JobState.FAILED else "done"

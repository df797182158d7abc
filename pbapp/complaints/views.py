"""Complain, read the answer, and go on to the second stage; no account is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.boards.queries import list_boards
from pbapp.boards.service_clock import clock_of
from pbapp.boards.site import the_board, use_board
from pbapp.complaints import links, queries, services, words
from pbapp.complaints.forms import ComplaintForm, GoOnForm
from pbapp.complaints.models import OMBUDSMAN_PHONE, OMBUDSMAN_URL
from pbapp.complaints.taking import offer, take
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.limits import limited

bp = Blueprint("complaints", __name__, url_prefix="/complaints")
blueprints = (bp,)
A_YEAR = timedelta(days=365)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(anyone)
def index() -> str:
    """How complaints are dealt with, how long it takes, and how many there were."""
    board = the_board()
    service = clock_of([board.id]) if board else None
    stages = {
        stage: service.days(board.id, kind) if service and board else 0
        for stage, kind in queries.CLOCKS.items()
    }
    return render_template(
        "complaints/index.html",
        stages=stages,
        total=queries.total(board.id, clock.now() - A_YEAR) if board else None,
        ombudsman_url=OMBUDSMAN_URL,
        ombudsman_phone=OMBUDSMAN_PHONE,
    )


@bp.route("/new", methods=["GET", "POST"])
@access(anyone)
@limited("complaining", tries=10, seconds=3600)
def new() -> Page:
    """Anybody complains; a name and an address are theirs to leave."""
    boards = list_boards()
    form = ComplaintForm()
    offer(form, boards)
    if form.validate_on_submit():
        try:
            made = take(form, boards)
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".thanks", reference=made.reference), 303)
    html = render_template("complaints/new.html", form=form, one_board=len(boards) == 1)
    return html, 422 if form.errors else 200


@bp.get("/thanks/<reference>")
@access(anyone)
def thanks(reference: str) -> str:
    """The number of the complaint and what happens next; nothing of what it says."""
    found = queries.find(reference) or abort(404)
    use_board(found.board)
    return render_template(
        "complaints/thanks.html",
        reference=found.reference,
        due=queries.due_on(found),
        has_address=bool(found.email),
    )


def with_its_key(reference: str, **_arguments: Any) -> bool:
    """Whoever has the link from the e-mail."""
    found = queries.find(reference)
    return found is not None and links.opens(found, request.args.get("key"))


@bp.route("/<reference>", methods=["GET", "POST"])
@access(with_its_key)
@limited("complaining", tries=30, seconds=3600)
def detail(reference: str) -> Page:
    """Their complaint, the answers, and the way to the second stage or the ombudsman."""
    found = queries.find(reference) or abort(404)
    use_board(found.board)
    form = GoOnForm()
    if form.validate_on_submit():
        try:
            services.go_on(
                complaint=found, why=form.why.data or "", by=None, url=links.url_of(found)
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("Somebody else looks at it now, and writes to you."), "success")
            return redirect(request.full_path, 303)
    html = render_template(
        "complaints/detail.html",
        complaint=found,
        form=form,
        words=words,
        ombudsman_url=OMBUDSMAN_URL,
        ombudsman_phone=OMBUDSMAN_PHONE,
        can_go_on=services.can_go_on(found),
        due=queries.due_on(found),
    )
    return html, 422 if form.why.errors else 409 if form.form_errors else 200

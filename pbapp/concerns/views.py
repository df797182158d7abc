"""Concerns at the desk: what waits, and the reply."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, board_ids_of, is_officer_of
from pbapp.concerns import queries, services, showing
from pbapp.concerns.forms import ReplyForm
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.context import settings
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame

bp = Blueprint("concerns", __name__, url_prefix="/desk/concerns")
blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(any_officer)
def index() -> str:
    """What waits for a reply on the officer's boards."""
    waiting = queries.list_waiting(board_ids_of(services.READERS))
    return render_template("concerns/index.html", waiting=waiting, part_of=showing.part_of)


@bp.route("/<int:concern_id>", methods=["GET", "POST"])
@access(any_officer)
def detail(concern_id: int) -> Page:
    """Read one, look at the thing, and reply."""
    concern = queries.find(concern_id) or abort(404)
    if not is_officer_of(concern.board_id):
        abort(404)
    form = ReplyForm()
    if form.validate_on_submit():
        try:
            services.reply(
                concern=concern,
                text=form.text.data or "",
                by=me(),
                url=settings().public_url + concern.path,
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            flash(_("Saved."), "success")
            return redirect(way_back(url_for(".index")), 303)
    beside = showing.show(concern)
    html = render_template("concerns/detail.html", concern=concern, form=form, beside=beside)
    return html, 422 if form.errors else 200

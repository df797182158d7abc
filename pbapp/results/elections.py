"""Bring a whole election in from a .pb file in the browser; the worker reads and counts it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import SelectField

from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.jobs.models import Job
from pbapp.jobs.services import answer_of
from pbapp.results import bringing_in
from pbapp.web.access import access
from pbapp.web.forms import Form, SelectChoice
from pbapp.web.fragments import render
from pbapp.web.limits import limited

bp = Blueprint("elections", __name__, url_prefix="/desk/elections")


class ElectionForm(Form):
    """A file and the rule to count it by."""

    file = FileField(_l("The election, as a Pabulib (.pb) file"))
    rule = SelectField(
        _l("How to count"),
        choices=[
            SelectChoice("greedy", _l("Most votes first, skip what no longer fits")),
            SelectChoice("equalshares", _l("Equal shares")),
            SelectChoice(
                "equalshares/add1", _l("Equal shares, then more for everybody while it fits")
            ),
            SelectChoice(
                "equalshares/add1u", _l("The same, then most votes first with what is left")
            ),
        ],
        validate_choice=True,
    )


@bp.route("", methods=["GET", "POST"])
@access(any_officer)
@limited("elections brought in", tries=20, seconds=3600)
def new() -> Response | str | tuple[str, int]:
    """Send a file in. It is kept until the worker has read it, and then forgotten."""
    form = ElectionForm()
    if form.validate_on_submit():
        data = _read(form)
        if data:
            account = me()
            job = bringing_in.ask(data=data, rule=form.rule.data, by=account)
            db.session.commit()
            flash(_("We have the file. Reading and counting it has begun."), "success")
            return redirect(url_for(".progress", job_id=job.id), 303)
        form.file.errors = [_("Choose a file that ends in .pb.")]
    status = 422 if form.errors else 200
    return render_template("results/elections/new.html", form=form), status


def _read(form: ElectionForm) -> bytes:
    if not form.file.data:
        return b""
    with form.file.data.stream as stream:  # a large one lies in a temporary file of its own
        return bytes(stream.read())


@bp.get("/<uuid:job_id>")
@access(any_officer)
def progress(job_id: UUID) -> Response:
    """How far it is; then where the result is, or what is wrong with the file and in which line."""
    job = db.session.get(Job, job_id)
    if job is None or job.kind != bringing_in.BRING_IN_JOB:
        abort(404)
    return render(
        "results/elections/progress.html",
        fragment="results/elections/_progress.html",
        job=job,
        told=answer_of(job),
    )

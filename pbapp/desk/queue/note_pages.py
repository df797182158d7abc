"""Private notes of officers about a thing, and whose hands it is in."""

from __future__ import annotations

from flask import abort, redirect
from werkzeug.wrappers import Response

from pbapp.boards.access import any_officer, is_officer_of
from pbapp.db import db
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import queries, services
from pbapp.desk.queue.addresses import kept, url_of
from pbapp.desk.queue.cases import get_case
from pbapp.desk.queue.forms import NoteForm
from pbapp.desk.queue.item_pages import show
from pbapp.desk.queue.models import DeskNote
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.refusals import say_no


@bp.post("/notes/<any(proposal, asset):kind>/<id>")
@access(any_officer)
def add_note(kind: str, id: str) -> Response:
    """Keep a note that only officers of the board read."""
    case = get_case(kind, id)
    form, ref = NoteForm(prefix="note"), queries.plain_ref(case.id)
    if not form.validate_on_submit():
        return show(case, note=form)
    services.add_note(
        kind=kind,
        ref=ref,
        board_id=case.board_id or 0,
        text=form.text.data or "",
        by=the_officer(),
    )
    db.session.commit()
    return redirect(url_of(kind, ref, **kept()) + "#notes", 303)


@bp.post("/notes/<int:note_id>/remove")
@access(any_officer)
def remove_note(note_id: int) -> Response:
    """Whoever wrote a note takes it away."""
    note = db.session.get(DeskNote, note_id) or abort(404)
    if not is_officer_of(note.board_id):
        abort(403)
    try:
        services.remove_note(note=note, by=the_officer())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
    kind, ref = note.subject_type, note.subject_id
    return redirect(url_of(kind, ref, **kept()) + "#notes", 303)

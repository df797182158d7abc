"""The saved replies of an officer's boards: write, change, take away."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.boards.access import any_officer, is_officer_of, my_boards
from pbapp.db import db
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import queries, services
from pbapp.desk.queue.forms import ReplyForm
from pbapp.desk.queue.models import SavedReply
from pbapp.proposals.services import CHANGED
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.forms import SelectChoice


@bp.route("/replies", methods=["GET", "POST"])
@access(any_officer)
def replies() -> Response | tuple[str, int]:
    """All of them, and a form for a new one."""
    return _page(None)


@bp.route("/replies/<int:reply_id>", methods=["GET", "POST"])
@access(any_officer)
def reply(reply_id: int) -> Response | tuple[str, int]:
    """Change one."""
    found = queries.find_reply(reply_id) or abort(404)
    if not is_officer_of(found.board_id):
        abort(403)
    return _page(found)


def _page(found: SavedReply | None) -> Response | tuple[str, int]:
    form = ReplyForm(obj=found)
    boards = my_boards()
    form.board.choices = [SelectChoice(str(board.id), board.name) for board in boards]
    if found is not None:
        form.board.data = str(found.board_id)
    if form.validate_on_submit():
        try:
            if found is not None and form.seen_version != found.version:
                raise Refused(CHANGED)
            services.keep_reply(
                reply=found,
                board_id=int(form.board.data),
                name=form.name.data or "",
                text=form.text.data or "",
                by=the_officer(),
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for(".replies"), 303)
    html = render_template(
        "desk/replies.html",
        form=form,
        reply=found,
        replies=queries.list_replies(board.id for board in boards),
        board_names={board.id: board.name for board in boards},
    )
    return html, 409 if form.form_errors else 422 if form.errors else 200


@bp.post("/replies/<int:reply_id>/delete")
@access(any_officer)
def delete_reply(reply_id: int) -> Response:
    """Take one away; what was written with it stays."""
    found = queries.find_reply(reply_id)
    if found is not None:
        if not is_officer_of(found.board_id):
            abort(403)
        services.delete_reply(reply=found, by=the_officer())
        db.session.commit()
    return redirect(url_for(".replies"), 303)

"""Where a trained counter begins, and where officers name the counters of their boards."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pbapp.accounts.viewer import me
from pbapp.ballots.paper import queries
from pbapp.ballots.paper.forms import CounterForm
from pbapp.ballots.paper.pages import Page
from pbapp.ballots.paper.people import may_count
from pbapp.boards import queries as boards
from pbapp.boards import services as members
from pbapp.boards.access import any_counter, any_officer, board_ids_of, my_boards
from pbapp.boards.models import Board, Role
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.queries import list_rounds_of
from pbapp.web.access import access
from pbapp.web.refusals import blame, say_no

bp = Blueprint("counting", __name__)


@bp.get("/counting")
@access(any_counter)
def index() -> str:
    """The rounds a counter helps with, and the batches that wait for a reader."""
    account = me()
    rounds = [r for r in list_rounds_of(board_ids_of({Role.COUNTER})) if r.sealed_at is not None]
    return render_template(
        "ballots/paper/counting.html",
        rounds=[
            (r, may_count(r, account), [b for b in queries.list_batches(r) if b.is_open])
            for r in rounds
        ],
    )


@bp.route("/desk/counters", methods=["GET", "POST"])
@access(any_officer)
def counters() -> Page:
    """Who helps to count for the officer's boards; name one more."""
    by = me()
    mine = _own_boards()
    form = CounterForm()
    form.board.choices = [(str(board.id), board.name) for board in mine.values()]
    if form.validate_on_submit():
        try:
            members.invite_counter(
                board=mine[int(form.board.data)],
                email=form.email.data or "",
                name=form.name.data or "",
                url=url_for(".index", _external=True),
                by=by,
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("They can help to count now. We have written to them."), "success")
            return redirect(url_for(".counters"), 303)
    listed = [(board, boards.list_counters(board)) for board in _own_boards().values()]
    html = render_template("ballots/paper/counters.html", form=form, listed=listed)
    return html, 422 if form.errors else 200


@bp.post("/desk/counters/<int:board_id>/<uuid:account_id>/remove")
@access(any_officer)
def remove(board_id: int, account_id: UUID) -> Page:
    """Somebody helps to count no more."""
    by = me()
    board = _own_boards().get(board_id) or abort(403)
    helper = next((a for a in boards.list_counters(board) if a.id == account_id), None)
    if helper is not None:
        try:
            members.remove_counter(board=board, account=helper, by=by)
        except Refused as refused:
            say_no(refused)
            return redirect(url_for(".counters"), 303)
        db.session.commit()
        flash(_("They help to count no more. What they read stays read."), "success")
    return redirect(url_for(".counters"), 303)


def _own_boards() -> dict[int, Board]:
    return {board.id: board for board in my_boards()}

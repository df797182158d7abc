"""What people said: everybody reads it, and officers of the board write it down."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.audit.queries import list_revisions
from pbapp.boards import queries as boards
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.engagement import queries, services, words
from pbapp.engagement.forms import EngagementForm
from pbapp.engagement.models import Engagement
from pbapp.plans.models import Priority
from pbapp.plans.queries import find_priority, list_priorities
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone, require
from pbapp.web.refusals import blame

bp = Blueprint("engagement", __name__, url_prefix="/boards/<slug>/engagement")
blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(anyone)
def index(slug: str) -> str:
    """Every record, newest first; `?priority=` shows those about one."""
    board = _board(slug)
    chosen = find_priority(board.id, request.args.get("priority", ""))
    records = queries.list_heard(board.id, priority_id=chosen.id if chosen else None)
    return render_template(
        "engagement/index.html",
        board=board,
        records=records,
        chosen=chosen,
        priorities=list_priorities(board.id),
        people=sum(record.people or 0 for record in records),
        writes=is_officer_of(board.id),
        words=words,
    )


@bp.route("/new", methods=["GET", "POST"])
@access(any_officer)
def new(slug: str) -> Page:
    """Write down one time people were listened to."""
    board = _own_board(slug)
    form = EngagementForm(board, _priorities(board), None)
    account = the_account()
    if form.validate_on_submit():
        try:
            kept = services.record(board=board, told=form.told, by=account)
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            return _saved(board, kept)
    return _edit_page(board, form, None)


@bp.route("/<int:engagement_id>", methods=["GET", "POST"])
@access(any_officer)
def edit(slug: str, engagement_id: int) -> Page:
    """Put a record right; what it said before stays in its history."""
    board = _own_board(slug)
    kept = queries.find(board.id, engagement_id) or abort(404)
    form = EngagementForm(board, _priorities(board, kept), kept)
    account = me()
    if form.validate_on_submit():
        try:
            services.correct(kept=kept, told=form.told, by=account)
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            return _saved(board, kept)
    return _edit_page(board, form, kept)


def _saved(board: Board, kept: Engagement) -> Response:
    flash(_("Saved. Everybody can read it now."))
    return redirect(url_for(".index", slug=board.slug, _anchor=f"heard-{kept.id}"), 303)


def _edit_page(board: Board, form: EngagementForm, kept: Engagement | None) -> Page:
    html = render_template(
        "engagement/edit.html",
        board=board,
        form=form,
        kept=kept,
        history=words.told(list_revisions(services.SUBJECT, kept.id)) if kept else [],
    )
    return html, 422 if form.errors else 200


def _priorities(board: Board, kept: Engagement | None = None) -> list[Priority]:
    """Those of today's plan, and those a record names already."""
    named = {version.priority.id: version.priority for version in list_priorities(board.id)}
    named |= {priority.id: priority for priority in (kept.priorities if kept else ())}
    return list(named.values())


def _board(slug: str) -> Board:
    board = boards.find_board(slug) or abort(404)
    use_board(board)
    return board


def _own_board(slug: str) -> Board:
    board = _board(slug)
    require(is_officer_of(board.id))
    return board

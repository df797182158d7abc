"""Ask a person for help with a form; officers see who waits and say who helps."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.boards.access import any_officer, is_officer_of, my_boards
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.boards.site import the_board, use_board
from pbapp.db import db
from pbapp.helping import queries, services
from pbapp.helping.forms import AskForm, HelperForm
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import find as find_group
from pbapp.organisations.queries import is_member
from pbapp.refusal import Refused
from pbapp.rounds.queries import find_round
from pbapp.web.access import access, anyone, require
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

bp = Blueprint("helping", __name__)
blueprints = (bp,)

Page = str | Response | tuple[str, int]


# --- whoever needs help ----------------------------------------------------------------------


@bp.route("/ask-for-help", methods=["GET", "POST"])
@access(anyone)
@limited("help", tries=60, seconds=3600)
@limited("help by address", tries=6, seconds=3600, by=lambda: request.form.get("email", "").lower())
def ask() -> Page:
    """`?round=` and `?group=` say what somebody was doing; `?board=` where there is no round."""
    board, about, group, account = *_where(), _group(), the_account()
    form = AskForm(obj=account)
    if form.validate_on_submit():
        try:
            services.ask(
                board=board,
                name=form.name.data or "",
                email=form.email.data or "",
                text=form.text.data or "",
                about=about,
                organisation=group,
                by=account,
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".sent", board=board.slug), 303)
    html = render_template(
        "helping/ask.html",
        form=form,
        about=about,
        group=group,
        helper=queries.find_helper(board.id),
    )
    return html, 422 if form.errors else 200


@bp.get("/ask-for-help/sent")
@access(anyone)
def sent() -> str:
    """Who has it now."""
    board, _about = _where()
    return render_template("helping/sent.html", helper=queries.find_helper(board.id))


def _where() -> tuple[Board, str]:
    """The board that helps, and what to tell its helper of where somebody was."""
    slug, about = request.args.get("round"), ""
    board: Board | None
    if slug:
        round = find_round(slug) or abort(404)
        board, about = round.board, round.title
    else:
        named = request.args.get("board")
        board = find_board(named) if named else the_board()
    if board is None:
        abort(404)
    use_board(board)
    return board, about


def _group() -> Organisation | None:
    """The group somebody asks for, if they belong to it."""
    account, typed = the_account(), request.args.get("group", "")
    try:
        group = find_group(UUID(typed)) if typed else None
    except ValueError:
        return None
    return group if group and account and is_member(account.id, group.id) else None


# --- officers --------------------------------------------------------------------------------


@bp.get("/desk/help")
@access(any_officer)
def waiting() -> str:
    """Who waits for help on an officer's boards, and who helps there."""
    mine = my_boards()
    return render_template(
        "helping/desk.html",
        form=PressForm(),
        waiting=queries.list_waiting([board.id for board in mine]),
        boards=[(board, queries.find_helper(board.id)) for board in mine],
    )


@bp.post("/desk/help/<int:request_id>/answered")
@access(any_officer)
def answered(request_id: int) -> Page:
    asked = queries.find(request_id) or abort(404)
    require(is_officer_of(asked.board_id))
    services.mark_answered(asked=asked, by=me())
    db.session.commit()
    flash(_("Marked as answered."), "success")
    return redirect(url_for(".waiting"), 303)


@bp.route("/desk/help/helpers/<slug>", methods=["GET", "POST"])
@access(any_officer)
def helper(slug: str) -> Page:
    """Say who helps on a board."""
    board = find_board(slug) or abort(404)
    require(is_officer_of(board.id))
    use_board(board)
    form = HelperForm(obj=queries.find_helper(board.id))
    if form.validate_on_submit():
        services.name_helper(
            board=board,
            name=form.name.data or "",
            organisation=form.organisation.data or "",
            email=form.email.data or "",
            by=me(),
        )
        db.session.commit()
        flash(_("Saved. Requests go to them from now on."), "success")
        return redirect(url_for(".waiting"), 303)
    html = render_template("helping/helper.html", form=form, board=board)
    return html, 422 if form.errors else 200

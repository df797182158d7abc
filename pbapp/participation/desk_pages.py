"""At the desk: the voluntary forms on paper as totals, and who lives in a board's area."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.participation import queries, services, words
from pbapp.participation.forms import CommunityForm, PaperForm, community_answers
from pbapp.participation.models import Source
from pbapp.participation.questions import AGE, ANSWERED, FORMS, GROUPS, QUESTIONS, Kind
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.rounds.queries import result_is_out
from pbapp.web.access import access, require
from pbapp.web.refusals import blame

bp = Blueprint("participation_desk", __name__, url_prefix="/desk")

Page = str | Response | tuple[str, int]


@bp.route("/rounds/<slug>/paper-forms", methods=["GET", "POST"])
@access(any_officer)
def paper(slug: str) -> Page:
    """All voluntary forms on paper, added up by hand; entered again they replace what was."""
    round = get_round(slug)
    require(is_officer_of(round.board_id))
    if round.is_imported:
        abort(404)
    form = PaperForm(data=_entered(round))
    account = me()
    if form.validate_on_submit():
        try:
            services.set_paper(
                round=round, forms=form.forms.data or 0, numbers=form.numbers(), by=account
            )
            db.session.commit()
        except Refused as refused:
            if (refused.field or "").endswith("-total"):
                refused.field = form.blame_question(refused.field or "")
            blame(form, refused)
        else:
            flash(_("Saved. Take the paper forms to the shredder once you have checked it."))
            return redirect(url_for(".paper", slug=slug), 303)
    questions = [
        (words.ask(q.name), [form[f"{q.name}-{answer}"] for answer in q.answers])
        for q in QUESTIONS[Kind.ABOUT]
    ]
    html = render_template(
        "participation/paper.html",
        round=round,
        form=form,
        questions=questions,
        too_late=result_is_out(round, clock.now()),
    )
    return html, 422 if form.errors or form.form_errors else 200


def _entered(round: Round) -> dict[str, int]:
    """What was entered before, by the names of the fields; empty at first."""
    found = queries.totals(round, Source.PAPER)
    forms = found[FORMS[Kind.ABOUT], ANSWERED]
    if not forms:
        return {}
    kept = {f"{question}-{answer}": number or 0 for (question, answer), number in found.items()}
    return {**kept, "forms": forms}


@bp.route("/boards/<slug>/community", methods=["GET", "POST"])
@access(any_officer)
def community(slug: str) -> Page:
    """Of a hundred people who live here, how many are of each age and group."""
    board = _own_board(slug)
    kept = queries.find_community(board.id)
    form = CommunityForm(source=kept.source if kept else "")
    if kept is not None and not form.is_submitted():
        form.fill(kept.shares)
    account = me()
    if form.validate_on_submit():
        services.describe_community(
            board=board, shares=form.shares(), source=form.source.data or "", by=account
        )
        db.session.commit()
        flash(_("Saved."), "success")
        return redirect(url_for(".community", slug=slug), 303)
    questions = [
        (words.ABOUT[q.name], [form[f"{q.name}-{answer}"] for answer in community_answers(q)])
        for q in (AGE, GROUPS)
    ]
    html = render_template(
        "participation/community.html", board=board, form=form, questions=questions
    )
    return html, 422 if form.errors else 200


def _own_board(slug: str) -> Board:
    board = find_board(slug) or abort(404)
    use_board(board)
    require(is_officer_of(board.id))
    return board

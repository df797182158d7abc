"""Asking about a proposal, reading what was asked at the desk, and answering."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, board_ids_of, is_officer_of
from pbapp.concerns.raising import raise_page
from pbapp.concerns.services import Subject
from pbapp.db import db
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.asking import queries, services
from pbapp.proposals.asking.forms import AnswerForm, AskForm, ReadForm
from pbapp.proposals.asking.models import Question, QuestionState
from pbapp.proposals.blueprint import bp
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import is_public
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone, signed_in
from pbapp.web.babel import page_language
from pbapp.web.limits import limited
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame

desk_bp = Blueprint("questions", __name__, url_prefix="/desk/questions")

Page = str | Response | tuple[str, int]


@bp.route("/proposals/<int:number>/ask", methods=["GET", "POST"])
@access(anyone)
@limited("questions", tries=10, seconds=3600)
def ask(slug: str, number: int) -> Page:
    """Anybody asks; an officer reads it before everybody does."""
    proposal = get_proposal(slug, number)
    if not is_public(proposal):
        abort(404)
    form = AskForm()
    if form.validate_on_submit():
        try:
            services.ask(
                proposal=proposal,
                text=form.text.data or "",
                address=form.address.data or None,
                language=page_language(),
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
            return _page("ask", proposal, form)
        flash(_("Thank you. Your question is shown once an officer has read it."), "success")
        return redirect(_page_url(proposal), 303)
    return _page("ask", proposal, form)


@bp.route("/proposals/<int:number>/questions/<int:question_id>", methods=["GET", "POST"])
@access(signed_in)
def answer(slug: str, number: int, question_id: int) -> Page:
    """Those who sent the proposal in answer."""
    proposal = get_proposal(slug, number)
    question = queries.find(question_id) or abort(404)
    if question.proposal_id != proposal.id or question.state is not QuestionState.SHOWN:
        abort(404)
    if not is_ours(proposal):
        abort(403)
    form = AnswerForm(data={"text": question.answer})
    if form.validate_on_submit():
        try:
            services.answer(
                question=question, text=form.text.data or "", by=me(), url=_link(question)
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
            return _page("answer", proposal, form, question=question)
        flash(_("Everybody can read your answer now."), "success")
        return redirect(_page_url(proposal), 303)
    return _page("answer", proposal, form, question=question)


@bp.route("/proposals/<int:number>/wrong", methods=["GET", "POST"])
@access(anyone)
@limited("concerns", tries=10, seconds=3600)
def report(slug: str, number: int) -> Page:
    """Anybody says what is wrong with a proposal, or with a question or answer on its page."""
    proposal = get_proposal(slug, number)
    board_id = proposal.round.board_id
    if board_id is None:
        abort(404)
    return raise_page(
        Subject("proposal", str(proposal.id), proposal.title, _page_url(proposal), board_id)
    )


@desk_bp.get("")
@access(any_officer)
def index() -> str:
    """What waits to be read on the officer's boards."""
    waiting = queries.list_waiting(board_ids_of(services.READERS))
    return render_template("proposals/asking/desk.html", waiting=waiting)


@desk_bp.route("/<int:question_id>", methods=["GET", "POST"])
@access(any_officer)
def read(question_id: int) -> Page:
    """An officer reads a question, and shows it or leaves it out with a reason."""
    question = queries.find(question_id) or abort(404)
    proposal = question.proposal
    if not is_officer_of(proposal.round.board_id):
        abort(404)
    form = ReadForm()
    if form.validate_on_submit():
        try:
            _decide(question, form)
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
            return _page("read", proposal, form, question=question)
        return redirect(way_back(url_for("questions.index")), 303)
    return _page("read", proposal, form, question=question)


def _decide(question: Question, form: ReadForm) -> None:
    if form.outcome.data == "show":
        services.show(question=question, by=me(), url=_link(question, answering=True))
        flash(_("Everybody can read the question now, and the group is asked to answer."))
    else:
        reason = form.reason.data or ""
        services.leave_out(question=question, by=me(), reason=reason, url=_link(question))
        flash(_("The question is left out."))


def _page(name: str, proposal: Proposal, form: Any, **context: Any) -> Page:
    html = render_template(
        f"proposals/asking/{name}.html",
        proposal=proposal,
        round=proposal.round,
        form=form,
        **context,
    )
    return html, 422 if form.errors else 200


def _page_url(proposal: Proposal, *, external: bool = False) -> str:
    return url_for(
        "proposals.detail",
        slug=proposal.round.slug,
        number=proposal.number,
        _anchor="questions",
        _external=external,
    )


def _link(question: Question, *, answering: bool = False) -> str:
    if not answering:
        return _page_url(question.proposal, external=True)
    return url_for(
        "proposals.answer",
        slug=question.proposal.round.slug,
        number=question.proposal.number,
        question_id=question.id,
        _external=True,
    )

"""What the board noted, asked and set going; and what a funder decided, recorded with the pack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions, newest_number
from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.delivery.models import Award
from pbapp.papers.followup import queries, services, words
from pbapp.papers.followup.forms import (
    ActionForm,
    AnswerForm,
    NoteForm,
    ProgressForm,
    QuestionForm,
    SittingForm,
)
from pbapp.papers.followup.models import Noting
from pbapp.papers.meetings.blueprint import (
    Page,
    address_of,
    bp,
    get_board,
    get_meeting,
    own_board,
    own_meeting,
    runs,
)
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack
from pbapp.papers.packs.queries import facts_of, find_pack
from pbapp.plans.models import ActionStatus
from pbapp.refusal import Refused
from pbapp.rounds.queries import find_round
from pbapp.web.access import access, anyone, require, signed_in
from pbapp.web.refusals import blame, say_no

SPARE = 3


@bp.get("/actions")
@access(anyone)
def actions(slug: str) -> str:
    """Everything the board asked and set going, what is open first."""
    board = get_board(slug)
    return render_template(
        "papers/followup/index.html",
        board=board,
        questions=queries.list_questions(board.id),
        actions=queries.list_actions(board.id),
        runs=runs(board.id),
        words=words,
        today=clock.today(),
    )


# --- a result is noted ----------------------------------------------------------------------


@bp.route("/meetings/<int:meeting_id>/note/<round_slug>", methods=["GET", "POST"])
@access(signed_in)
def note(slug: str, meeting_id: int, round_slug: str) -> Page:
    """The clerk enters that the board noted a result."""
    meeting = own_meeting(slug, meeting_id)
    require(is_officer_of(meeting.board_id, Role.CLERK))
    round = find_round(round_slug) or abort(404)
    if round.board_id != meeting.board_id:
        abort(404)
    form = NoteForm()
    return _form_page(
        "note",
        form,
        meeting,
        lambda: services.note(meeting=meeting, round=round, words=form.words.data or "", by=me()),
        _("Saved. The chair confirms it; then the groups are told."),
        round=round,
    )


@bp.post("/meetings/<int:meeting_id>/noted/<int:noting_id>/<any(confirm, remove):act>")
@access(signed_in)
def noted(slug: str, meeting_id: int, noting_id: int, act: str) -> Response:
    """The chair confirms what the clerk entered, or the clerk takes it back."""
    meeting = own_meeting(slug, meeting_id)
    noting = _noting(meeting, noting_id)
    if noting is None:  # pressed twice: it is gone already
        return redirect(address_of(meeting), 303)
    try:
        if act == "confirm":
            services.confirm(noting=noting, by=me(), link=address_of(meeting, whole=True))
        else:
            services.take_back(noting=noting, by=me())
        db.session.commit()
    except Refused as refused:
        say_no(refused)
    return redirect(f"{address_of(meeting)}#noted", 303)


def _noting(meeting: Meeting, noting_id: int) -> Noting | None:
    return next((n for n in queries.list_notings(meeting.id) if n.id == noting_id), None)


# --- questions and actions ------------------------------------------------------------------


@bp.route("/meetings/<int:meeting_id>/questions", methods=["GET", "POST"])
@access(signed_in)
def ask(slug: str, meeting_id: int) -> Page:
    """Note what the board asked."""
    meeting = own_meeting(slug, meeting_id)
    form = QuestionForm(queries.list_proposals(meeting.board_id))
    return _form_page(
        "question",
        form,
        meeting,
        lambda: services.ask(meeting=meeting, asked=form.typed, by=me(), link=_link(meeting)),
        _("Saved."),
    )


@bp.route("/actions/questions/<int:question_id>", methods=["GET", "POST"])
@access(signed_in)
def answer(slug: str, question_id: int) -> Page:
    """Note the answer."""
    board = own_board(slug)
    question = queries.find_question(board.id, question_id) or abort(404)
    seen = newest_number(services.QUESTION, question.id)
    form = AnswerForm(data={"answer": question.answer, "seen": seen})
    return _form_page(
        "answer",
        form,
        question.meeting,
        lambda: services.answer(
            question=question,
            words=form.answer.data or "",
            by=me(),
            link=_link(question.meeting),
            seen=form.seen_number,
        ),
        _("Saved."),
        edits_of=(services.QUESTION, question.id),
        there=url_for(".actions", slug=slug),
        question=question,
        history=words.told(list_revisions(services.QUESTION, question.id)),
    )


@bp.route("/meetings/<int:meeting_id>/actions", methods=["GET", "POST"])
@access(signed_in)
def set_going(slug: str, meeting_id: int) -> Page:
    """Note what an existing service will change or do."""
    meeting = own_meeting(slug, meeting_id)
    form = ActionForm(queries.list_proposals(meeting.board_id))
    return _form_page(
        "action",
        form,
        meeting,
        lambda: services.set_going(meeting=meeting, asked=form.typed, by=me(), link=_link(meeting)),
        _("Saved."),
    )


@bp.route("/actions/<int:action_id>", methods=["GET", "POST"])
@access(signed_in)
def report_action(slug: str, action_id: int) -> Page:
    """Say how an action goes."""
    board = own_board(slug)
    action = queries.find_action(board.id, action_id) or abort(404)
    seen = newest_number(services.ACTION, action.id)
    said = {"status": action.status.value, "progress": action.progress}
    form = ProgressForm(data=said | {"seen": seen})
    return _form_page(
        "progress",
        form,
        action.meeting,
        lambda: services.report_action(
            action=action,
            status=ActionStatus(form.status.data),
            progress=form.progress.data or "",
            by=me(),
            link=_link(action.meeting),
            seen=form.seen_number,
        ),
        _("Saved."),
        edits_of=(services.ACTION, action.id),
        there=url_for(".actions", slug=slug),
        action=action,
        history=words.told(list_revisions(services.ACTION, action.id)),
    )


# --- a funder decides -----------------------------------------------------------------------


@bp.route(
    "/meetings/<int:meeting_id>/packs/<int:version>/reports/<int:number>/decision",
    methods=["GET", "POST"],
)
@access(signed_in)
def decide(slug: str, meeting_id: int, version: int, number: int) -> Page:
    """Record what a funder decided on the awards of its report."""
    meeting = get_meeting(slug, meeting_id)
    require(is_officer_of(meeting.board_id, Role.CLERK, Role.VOTING_LEAD))
    pack = find_pack(meeting, version) or abort(404)
    documents = facts_of(pack)["documents"]
    if not 0 < number < len(documents):
        abort(404)
    awards = queries.list_awards(services.asked_for(pack, number))
    form = SittingForm(awards, data=_blank(documents[number], awards))
    return _form_page(
        "decision",
        form,
        meeting,
        lambda: _record(pack, number, form),
        _("Saved, and the groups are told."),
        there=url_for(".report", slug=slug, meeting_id=meeting_id, version=version, number=number),
        pack=pack,
        number=number,
        document=documents[number],
        decisions=[one for one in queries.list_decisions(pack.id) if one.document == number],
    )


def _blank(document: dict[str, Any], awards: list[Award]) -> dict[str, Any]:
    waiting = [award for award in awards if award.state in words.WAITING]
    return {
        "awards": [{"award": str(award.id), "outcome": "later"} for award in waiting],
        "decided_by": document.get("approver", ""),
        "interests": [{} for _spare in range(SPARE)],
    }


def _record(pack: Pack, number: int, form: SittingForm) -> None:
    services.decide(
        pack=pack,
        document=number,
        verdicts=form.verdicts,
        sitting=form.typed,
        by=me(),
        link=lambda award: (
            lambda its: url_for(
                "delivery.detail", slug=award.round.slug, number=its, _external=True
            )
        ),
    )


# --- shared ---------------------------------------------------------------------------------


def _link(meeting: Meeting) -> str:
    return address_of(meeting, whole=True)


def _form_page(
    name: str,
    form: Any,
    meeting: Meeting,
    act: Callable[[], object],
    done: str,
    *,
    there: str = "",
    edits_of: tuple[str, int] | None = None,
    **context: Any,
) -> Page:
    """Do it, say so and go on; or show the form as it was typed, with what is wrong.

    `edits_of` is what a `SeenForm` changes: the page shows what somebody else did to it meanwhile.
    """
    others: list[Revision] = []
    if form.validate_on_submit():
        try:
            act()
            db.session.commit()
        except Refused as refused:
            if edits_of is None:
                blame(form, refused)
            else:
                others = form.stale(refused, *edits_of)
        else:
            flash(done)
            return redirect(there or address_of(meeting), 303)
    html = render_template(
        f"papers/followup/{name}.html",
        form=form,
        board=meeting.board,
        meeting=meeting,
        words=words,
        others=words.told(others),
        **context,
    )
    return html, 409 if others else 422 if form.errors else 200

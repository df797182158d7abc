"""Tell an idea in short; and at the desk, answer it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, is_officer_of, officer_board_ids
from pbapp.db import db
from pbapp.organisations.queries import list_groups_of
from pbapp.proposals import queries as proposals
from pbapp.proposals.interest import queries, services, words
from pbapp.proposals.interest.forms import AnswerForm, InterestForm
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.proposals.writing import services as writing
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.access import access, require, signed_in
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

bp = Blueprint("interest", __name__)
blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.route("/rounds/<slug>/interest", methods=["GET", "POST"])
@access(signed_in)
@limited("ideas in short", tries=30, seconds=3600)
def say(slug: str) -> Page:
    """Four questions, and what became of those sent before."""
    round = get_round(slug)
    if find_phase(round, PhaseKind.INTEREST) is None:
        abort(404)
    form = _form(round)
    if not queries.is_open(round, clock.now()) or not form.validate_on_submit():
        return _show(round, form)
    try:
        services.say(
            round=round,
            organisation=form.organisation,
            by=me(),
            title=form.title.data or "",
            summary=form.summary.data or "",
            about_pence=form.about.data,
            priority_id=form.priority_id,
        )
    except Refused as refused:
        blame(form, refused)
        return _show(get_round(slug), form)
    db.session.commit()
    flash(_("We have your idea. An officer reads it and writes to you."), "success")
    return redirect(url_for(".say", slug=slug), 303)


def _form(round: Round) -> InterestForm:
    form = InterestForm(whom=request.args.get("group"))
    priorities = [(one.priority_id, one.title) for one in proposals.list_priorities(round)]
    form.offer_all(round, list_groups_of(me().id), priorities)
    return form


def _show(round: Round, form: InterestForm) -> Page:
    now = clock.now()
    is_open = queries.is_open(round, now)
    html = render_template(
        "proposals/interest/say.html",
        round=round,
        form=form,
        is_open=is_open,
        can_send_in=proposals.can_send_in(round, now),
        mine=queries.list_by(me(), round),
        state_words=words.STATE,
        tones=words.TONE,
    )
    late = request.method == "POST" and not is_open
    return html, 409 if late else 422 if form.errors else 200


@bp.post("/rounds/<slug>/interest/<int:interest_id>/write")
@access(signed_in)
def write(slug: str, interest_id: int) -> Page:
    """Begin the full proposal with what the idea said."""
    round = get_round(slug)
    interest = queries.find(interest_id)
    if interest is None or interest.round_id != round.id or not queries.is_theirs(interest, me()):
        abort(404)
    try:
        draft = writing.begin(
            round=round,
            organisation=interest.organisation,
            by=me(),
            fields={
                "title": [interest.title],
                "summary": [interest.summary],
                "priority": [str(interest.priority_id)],
            },
        )
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".say", slug=slug), 303)
    db.session.commit()
    return redirect(url_for("writing.page", slug=slug, draft_id=draft.id, page="idea"), 303)


# --- the desk -------------------------------------------------------------------------------------


@bp.get("/desk/interest")
@access(any_officer)
def desk() -> str:
    """The ideas that wait for an answer, and what was answered lately."""
    boards = officer_board_ids()
    return render_template(
        "proposals/interest/desk.html",
        waiting=queries.list_for_officers(boards, waiting=True),
        answered=queries.list_for_officers(boards, waiting=False),
        state_words=words.STATE,
        tones=words.TONE,
    )


def _get(interest_id: int) -> ShortIdea:
    """An idea for an officer of its board."""
    found = queries.find(interest_id) or abort(404)
    require(is_officer_of(found.round.board_id))
    return found


@bp.route("/desk/interest/<int:interest_id>", methods=["GET", "POST"])
@access(any_officer)
def answer(interest_id: int) -> Page:
    """One idea, and the answer to it."""
    interest = _get(interest_id)
    form = AnswerForm(data={"version": str(interest.version)})
    form.offer()
    if not form.validate_on_submit():
        return _show_answer(interest, form)
    try:
        services.answer(
            interest=interest,
            by=me(),
            version=form.seen,
            state=InterestState(form.state.data),
            reason=form.reason.data or "",
            elsewhere=form.elsewhere.data or "",
            url=url_for(".say", slug=interest.round.slug, _external=True),
        )
    except Refused as refused:
        blame(form, refused)
        return _show_answer(_get(interest_id), form)
    db.session.commit()
    flash(
        _("Answered. They get an e-mail in a minute; until then you can take it back."), "success"
    )
    return redirect(_page_of(interest), 303)


def _page_of(interest: ShortIdea) -> str:
    """Its page at the desk, which still knows the way back."""
    return url_for(".answer", interest_id=interest.id, back=request.args.get("back"))


def _show_answer(interest: ShortIdea, form: AnswerForm) -> Page:
    refused = services.why_not(interest, me())
    html = render_template(
        "proposals/interest/answer.html",
        interest=interest,
        round=interest.round,
        form=form,
        why_not=words.sentence(refused),
        can_undo=services.can_undo(interest, me()),
        state_words=words.STATE,
        tones=words.TONE,
    )
    return html, 422 if form.errors else 200


@bp.post("/desk/interest/<int:interest_id>/undo")
@access(any_officer)
def undo(interest_id: int) -> Page:
    """Take one's answer back before it is told."""
    interest = _get(interest_id)
    try:
        services.undo(interest=interest, by=me())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Taken back. It waits again."), "success")
    return redirect(_page_of(interest), 303)

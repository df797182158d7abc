"""Complaints at the desk: the list, one heard by phone, and the answer to each stage."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.boards.access import any_officer, is_officer_of, my_boards, officer_board_ids
from pbapp.boards.service_clock import clock_of
from pbapp.boards.site import use_board
from pbapp.complaints import links, queries, services, words
from pbapp.complaints.forms import GoOnForm, HeardForm
from pbapp.complaints.models import Channel, Complaint, Finding
from pbapp.complaints.taking import offer, take
from pbapp.db import db
from pbapp.desk import words as desk_words
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queries import find_account
from pbapp.desk.queue import hands
from pbapp.desk.queue import services as queue_services
from pbapp.desk.queue.addresses import following, kept, onward
from pbapp.desk.queue.forms import ComplaintAnswerForm, NoteForm
from pbapp.desk.queue.kinds import COMPLAINT
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say

Page = str | Response | tuple[str, int]


@bp.get("/complaints")
@access(any_officer)
def complaints() -> str:
    """What waits for an answer, and what was answered."""
    mine = officer_board_ids()
    waiting = queries.list_all(mine, closed=False)
    service = clock_of(mine)
    return render_template(
        "desk/complaints.html",
        waiting=[(one, queries.due_on(one, service)) for one in waiting],
        closed=queries.list_all(mine, closed=True),
        words=words,
    )


@bp.route("/complaints/new", methods=["GET", "POST"])
@access(any_officer)
def heard() -> Page:
    """Write down a complaint somebody made by phone, by letter or in person."""
    boards = my_boards()
    form = HeardForm()
    offer(form, boards)
    if form.validate_on_submit():
        try:
            made = take(form, boards, channel=Channel(form.channel.data), by=the_officer())
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".complaint", complaint_id=made.id), 303)
    html = render_template(
        "complaints/new.html", form=form, one_board=len(boards) == 1, is_heard=True
    )
    return html, 422 if form.errors else 200


def _load(complaint_id: int) -> Complaint:
    found = db.session.get(Complaint, complaint_id) or abort(404)
    if not is_officer_of(found.board_id):
        abort(403)
    use_board(found.board)
    return found


@bp.route("/complaints/<int:complaint_id>", methods=["GET", "POST"])
@access(any_officer)
def complaint(complaint_id: int) -> Page:
    """Read a complaint and answer the stage it is at."""
    found = _load(complaint_id)
    form = ComplaintAnswerForm(stage=str(found.stage))
    if form.validate_on_submit():
        after = following(COMPLAINT, str(complaint_id))
        try:
            services.answer(
                complaint=found,
                finding=Finding(form.finding.data),
                text=form.text.data or "",
                by=the_officer(),
                stage=2 if form.stage.data == "2" else 1,
                url=links.url_of(found),
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("Answered."), "success")
            return redirect(onward(after), 303)
    return _show(found, form=form)


@bp.post("/complaints/<int:complaint_id>/second")
@access(any_officer)
def second_stage(complaint_id: int) -> Page:
    """Begin the second stage: they are not content, or it is too grave for the first."""
    found = _load(complaint_id)
    form = GoOnForm(prefix="second")
    if form.validate_on_submit():
        try:
            services.go_on(
                complaint=found,
                why=form.why.data or "",
                by=the_officer(),
                url=links.url_of(found),
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".complaint", complaint_id=complaint_id, **kept()), 303)
    return _show(found, second=form)


@bp.post("/complaints/<int:complaint_id>/note")
@access(any_officer)
def complaint_note(complaint_id: int) -> Page:
    """Keep a note that only officers of the board read."""
    found = _load(complaint_id)
    form = NoteForm(prefix="note")
    if not form.validate_on_submit():
        return _show(found, note=form)
    queue_services.add_note(
        kind=COMPLAINT,
        ref=str(complaint_id),
        board_id=found.board_id,
        text=form.text.data or "",
        by=the_officer(),
    )
    db.session.commit()
    return redirect(url_for(".complaint", complaint_id=complaint_id, **kept()) + "#notes", 303)


def _show(
    found: Complaint,
    *,
    form: ComplaintAnswerForm | None = None,
    second: GoOnForm | None = None,
    note: NoteForm | None = None,
) -> tuple[str, int]:
    barred = services.why_not(found, the_officer())
    form = form or ComplaintAnswerForm(formdata=None, stage=str(found.stage))
    second = second or GoOnForm(formdata=None, prefix="second")
    html = render_template(
        "desk/complaint.html",
        complaint=found,
        form=form,
        second=second,
        words=words,
        due=queries.due_on(found),
        barred=say(barred) if barred else "",
        by=[desk_words.name_of(find_account(answer.by_id)) for answer in found.answers],
        can_go_on=found.stage < services.LAST_STAGE and found.forgotten_at is None,
        is_waiting=found.closed_at is None,
        kept=kept(),
        here=request.full_path.rstrip("?"),
        back=url_for(".index", **kept()),
        note_url=url_for(".complaint_note", complaint_id=found.id, **kept()),
        **hands.facts_for(COMPLAINT, str(found.id), found.board_id, note),
    )
    wrong = any(field.errors for one in (form, second, note) if one for field in one)
    clash = form.form_errors or second.form_errors
    return html, 422 if wrong else 409 if clash else 200

"""Pages of those who see to a board's meetings: its clerk and its chair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.audit.models import Revision
from pbapp.audit.queries import newest_number
from pbapp.db import db
from pbapp.papers.meetings import queries, services, words
from pbapp.papers.meetings.blueprint import Page, address_of, bp, own_board, own_meeting
from pbapp.papers.meetings.forms import (
    MOST_ITEMS,
    SPARE,
    AgendaForm,
    AttendanceForm,
    CancelForm,
    CycleForm,
    MoveForm,
    NewForm,
    NotesForm,
    PaperForm,
)
from pbapp.papers.meetings.models import Meeting, Presence
from pbapp.refusal import Refused
from pbapp.web.access import access, signed_in
from pbapp.web.babel import local_day
from pbapp.web.context import settings
from pbapp.web.documents import store_document
from pbapp.web.refusals import blame, say_no


@bp.route("/meetings/cycle", methods=["GET", "POST"])
@access(signed_in)
def cycle(slug: str) -> Page:
    """How often the board meets; the next meetings follow."""
    board = own_board(slug)
    kept = queries.find_cycle(board.id)
    form = CycleForm(data=_as_typed(kept))
    if form.validate_on_submit():
        zone = ZoneInfo(settings().timezone)
        return _try(
            form,
            lambda: services.set_cycle(board=board, rhythm=form.typed, zone=zone, by=me()),
            url_for(".index", slug=slug),
            _("Saved. The next meetings are set."),
            lambda: _page("cycle", form, board=board, is_new=kept is None),
        )
    return _page("cycle", form, board=board, is_new=kept is None)


def _as_typed(kept: Any) -> dict[str, Any]:
    if kept is None:
        return {"weeks": 6, "minutes": 120}
    return {
        "first_on": kept.first_on,
        "weekday": str(kept.first_on.weekday()),
        "weeks": kept.weeks,
        "at": time.fromisoformat(kept.at),
        "minutes": kept.minutes,
        "place": kept.place,
    }


@bp.route("/meetings/new", methods=["GET", "POST"])
@access(signed_in)
def new(slug: str) -> Page:
    """An extra meeting."""
    board = own_board(slug)
    kept = queries.find_cycle(board.id)
    form = NewForm(data={"minutes": kept.minutes if kept else 120, "place": kept and kept.place})
    if form.validate_on_submit():
        return _try(
            form,
            lambda: services.add_meeting(
                board=board, when=form.typed, title=form.title.data or "", by=me()
            ),
            url_for(".index", slug=slug),
            _("The meeting is set."),
            lambda: _page("new", form, board=board),
        )
    return _page("new", form, board=board)


@bp.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@access(signed_in)
def move(slug: str, meeting_id: int) -> Page:
    """Another time or place; everybody on the board is told."""
    meeting = own_meeting(slug, meeting_id)
    local = meeting.starts_at.astimezone(get_timezone())
    data = {"on": local_day(meeting.starts_at), "at": local.time()}
    form = MoveForm(data=data | {"minutes": meeting.minutes, "place": meeting.place})
    if form.validate_on_submit():
        return _on_meeting(
            meeting,
            "move",
            form,
            _("The meeting is moved, and the board is told."),
            lambda: services.move(
                meeting=meeting,
                when=form.typed,
                reason=form.reason.data or "",
                by=me(),
                link=address_of(meeting, whole=True),
            ),
        )
    return _page("move", form, board=meeting.board, meeting=meeting)


@bp.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@access(signed_in)
def cancel(slug: str, meeting_id: int) -> Page:
    """That it does not take place; everybody on the board is told."""
    meeting, form = own_meeting(slug, meeting_id), CancelForm()
    if form.validate_on_submit():
        return _on_meeting(
            meeting,
            "cancel",
            form,
            _("The meeting is cancelled, and the board is told."),
            lambda: services.cancel(
                meeting=meeting,
                reason=form.reason.data or "",
                by=me(),
                link=address_of(meeting, whole=True),
            ),
        )
    return _page("cancel", form, board=meeting.board, meeting=meeting)


@bp.route("/meetings/<int:meeting_id>/agenda", methods=["GET", "POST"])
@access(signed_in)
def agenda(slug: str, meeting_id: int) -> Page:
    """What the meeting talks about, and what the board is asked to decide."""
    meeting = own_meeting(slug, meeting_id)
    form = AgendaForm(data={"items": _with_spare(meeting.agenda)})
    if form.validate_on_submit():
        return _on_meeting(
            meeting,
            "agenda",
            form,
            _("Saved. Everybody can read the agenda."),
            lambda: services.set_agenda(meeting=meeting, items=form.typed, by=me()),
        )
    return _page("agenda", form, board=meeting.board, meeting=meeting)


@bp.route("/meetings/<int:meeting_id>/papers", methods=["GET", "POST"])
@access(signed_in)
def add_paper(slug: str, meeting_id: int) -> Page:
    """Lay a document before the board."""
    meeting, form = own_meeting(slug, meeting_id), PaperForm()
    if form.validate_on_submit():
        return _on_meeting(meeting, "paper", form, _("Added."), lambda: _keep_paper(meeting, form))
    return _page("paper", form, board=meeting.board, meeting=meeting)


def _keep_paper(meeting: Meeting, form: PaperForm) -> None:
    document = store_document(stream=form.document.data.stream, folder=settings().uploads)
    # One that lay here without a paper is wanted again, so it must not look old to the worker.
    (settings().uploads / document.file_name).touch()
    services.add_paper(
        meeting=meeting,
        title=form.title.data or "",
        document=document,
        is_public=form.is_public.data,
        by=me(),
    )


@bp.post("/meetings/<int:meeting_id>/papers/<int:paper_id>")
@access(signed_in)
def change_paper(slug: str, meeting_id: int, paper_id: int) -> Response:
    """Publish a paper, or take one away that only the board has seen."""
    meeting = own_meeting(slug, meeting_id)
    paper = queries.find_paper(meeting, paper_id)
    if paper is None:  # pressed twice: it is gone already
        return redirect(address_of(meeting), 303)
    act = services.take_away if request.form.get("act") == "remove" else services.publish_paper
    try:
        act(paper=paper, by=me())
        db.session.commit()
    except Refused as refused:
        say_no(refused)
    return redirect(f"{address_of(meeting)}#papers", 303)


@bp.route("/meetings/<int:meeting_id>/attendance", methods=["GET", "POST"])
@access(signed_in)
def attendance(slug: str, meeting_id: int) -> Page:
    """Who was there, who sent apologies, and which interests were declared."""
    meeting = own_meeting(slug, meeting_id)
    said = {row.account_id: row.presence for row in meeting.attendance}
    data = {
        "present": [str(id) for id, what in said.items() if what is Presence.PRESENT],
        "apologies": [str(id) for id, what in said.items() if what is Presence.APOLOGIES],
        "others": meeting.others_present,
        "interests": _with_spare([{"name": i.name, "about": i.about} for i in meeting.interests]),
    }
    form = AttendanceForm(queries.list_who_may_attend(meeting), data=data)
    if form.validate_on_submit():
        return _on_meeting(
            meeting, "attendance", form, _("Saved."), lambda: _keep_attendance(meeting, form)
        )
    return _page("attendance", form, board=meeting.board, meeting=meeting)


def _keep_attendance(meeting: Meeting, form: AttendanceForm) -> None:
    services.record_attendance(
        meeting=meeting,
        present=[UUID(id) for id in form.present.data or []],
        apologies=[UUID(id) for id in form.apologies.data or []],
        others=form.others.data or "",
        interests=form.declared,
        by=me(),
    )


@bp.route("/meetings/<int:meeting_id>/notes", methods=["GET", "POST"])
@access(signed_in)
def notes(slug: str, meeting_id: int) -> Page:
    """What was said and agreed."""
    meeting = own_meeting(slug, meeting_id)
    said = {"notes": meeting.notes, "is_public": meeting.notes_public_at is not None}
    form = NotesForm(data=said | {"seen": newest_number(queries.NOTES, meeting.id)})
    others: list[Revision] = []
    if form.validate_on_submit():
        try:
            _keep_notes(meeting, form)
            db.session.commit()
        except Refused as refused:
            others = form.stale(refused, queries.NOTES, meeting.id)
        else:
            flash(_("Saved."))
            return redirect(address_of(meeting), 303)
    page = _page("notes", form, board=meeting.board, meeting=meeting, others=words.told(others))
    return (page[0], 409) if others else page


def _keep_notes(meeting: Meeting, form: NotesForm) -> None:
    services.write_notes(
        meeting=meeting,
        notes=form.notes.data or "",
        is_public=form.is_public.data,
        by=me(),
        seen=form.seen_number,
    )


# --- shared ---------------------------------------------------------------------------------


def _with_spare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*rows, *({} for _spare in range(SPARE))][:MOST_ITEMS]


def _on_meeting(
    meeting: Meeting, name: str, form: Any, done: str, act: Callable[[], object]
) -> Page:
    def again() -> Page:
        return _page(name, form, board=meeting.board, meeting=meeting)

    return _try(form, act, address_of(meeting), done, again)


def _try(
    form: Any, act: Callable[[], object], there: str, done: str, again: Callable[[], Page]
) -> Page:
    """Do it, say so and go on; or show the form as it was typed, with what is wrong."""
    try:
        act()
        db.session.commit()
    except Refused as refused:
        blame(form, refused)
        return again()
    flash(done)
    return redirect(there, 303)


def _page(name: str, form: Any, **context: Any) -> tuple[str, int]:
    html = render_template(f"papers/meetings/{name}.html", form=form, words=words, **context)
    return html, 422 if form.errors else 200

"""When a board meets, and what everybody may read of a meeting."""

from __future__ import annotations

from flask import Response, abort, render_template, request

from pbapp import clock
from pbapp.audit.queries import list_revisions
from pbapp.jobs.services import is_at_work
from pbapp.papers.followup.showing import of_meeting
from pbapp.papers.meetings import queries, words
from pbapp.papers.meetings.blueprint import (
    address_of,
    bp,
    get_board,
    get_meeting,
    is_inside,
    runs,
)
from pbapp.papers.meetings.models import Meeting, Presence
from pbapp.papers.packs.queries import find_job, list_packs
from pbapp.web import icalendar
from pbapp.web.access import access, anyone
from pbapp.web.context import settings
from pbapp.web.documents import MEDIA_TYPES
from pbapp.web.downloads import hand_over
from pbapp.web.forms import PressForm


@bp.get("/meetings")
@access(anyone)
def index(slug: str) -> str:
    """The next meeting, those after it, and those that are over."""
    board = get_board(slug)
    now = clock.now()
    coming = queries.list_coming(board.id, now)
    past = queries.list_past(board.id, now)
    inside = is_inside(board.id)
    return render_template(
        "papers/meetings/index.html",
        board=board,
        packs=list_packs([meeting.id for meeting in coming + past], inside=inside),
        next=next((meeting for meeting in coming if not meeting.is_cancelled), None),
        coming=coming,
        past=past,
        cycle=queries.find_cycle(board.id),
        runs=runs(board.id),
        words=words,
    )


@bp.get("/meetings.ics")
@access(anyone)
def calendar(slug: str) -> Response:
    """A board's meetings, for a calendar programme."""
    board = get_board(slug)
    now = clock.now()
    meetings = queries.list_coming(board.id, now) + queries.list_past(board.id, now)
    happenings = [_happening(meeting) for meeting in meetings]
    body = icalendar.write(board.name, happenings, now)
    response = Response(body, mimetype="text/calendar")
    response.headers["Cache-Control"] = "max-age=3600"
    response.vary.add("Accept-Language")
    return response


def _happening(meeting: Meeting) -> icalendar.Happening:
    return icalendar.Happening(
        uid=f"meeting-{meeting.id}@{request.host}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        title=f"{meeting.board.name}: {words.name_of(meeting)}",
        text=meeting.reason if meeting.is_cancelled else "",
        url=address_of(meeting, whole=True),
        place=meeting.place,
        is_cancelled=meeting.is_cancelled,
    )


@bp.get("/meetings/<int:meeting_id>")
@access(anyone)
def detail(slug: str, meeting_id: int) -> str:
    """One meeting: when and where, its agenda and papers, who was there, what was said."""
    meeting = get_meeting(slug, meeting_id)
    inside = is_inside(meeting.board_id)
    there = {row.account_id: row.presence for row in meeting.attendance}
    return render_template(
        "papers/meetings/detail.html",
        board=meeting.board,
        meeting=meeting,
        papers=[paper for paper in meeting.papers if inside or paper.published_at],
        packs=list_packs([meeting.id], inside=inside).get(meeting.id, []),
        **of_meeting(meeting),
        making=is_at_work(find_job(meeting.id)),
        members=words.members_said(queries.list_who_may_attend(meeting), meeting, inside=inside),
        is_recorded=bool(there or meeting.others_present),
        has_present=Presence.PRESENT in there.values(),
        notes=meeting.notes if inside or meeting.notes_public_at else "",
        notes_before=words.told(queries.list_note_edits(meeting, inside=inside)),
        history=words.told(list_revisions("meeting", meeting.id)),
        inside=inside,
        runs=runs(meeting.board_id),
        has_begun=meeting.starts_at <= clock.now(),
        form=PressForm(),
        words=words,
    )


@bp.get("/meetings/<int:meeting_id>/papers/<int:paper_id>")
@access(anyone)
def paper(slug: str, meeting_id: int, paper_id: int) -> Response:
    """A document; one that is not published is there for the board alone."""
    meeting = get_meeting(slug, meeting_id)
    found = queries.find_paper(meeting, paper_id) or abort(404)
    if not (found.published_at or is_inside(meeting.board_id)):
        abort(404)
    return hand_over(
        settings().uploads / f"{found.digest}.{found.ending}",
        MEDIA_TYPES[found.ending],
        words.file_name(found),
    )

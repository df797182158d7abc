"""One press makes a pack; its pages and files are read from the frozen facts."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from pbapp.accounts.viewer import me
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.papers.followup.showing import of_pack
from pbapp.papers.meetings.blueprint import (
    address_of,
    bp,
    get_meeting,
    is_inside,
    own_meeting,
    runs,
)
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs import queries, services
from pbapp.papers.packs.document import Block
from pbapp.papers.packs.models import Pack
from pbapp.papers.packs.spreadsheet import csv_file
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone, signed_in
from pbapp.web.documents import MEDIA_TYPES
from pbapp.web.downloads import hand_over
from pbapp.web.fragments import render
from pbapp.web.refusals import say_no

KINDS = MEDIA_TYPES | {"csv": "text/csv"}


@bp.post("/meetings/<int:meeting_id>/pack")
@access(signed_in)
def press(slug: str, meeting_id: int) -> Answer:
    """Have the worker make the pack; pressed twice, it is made once."""
    meeting = own_meeting(slug, meeting_id)
    try:
        services.press(meeting=meeting, by=me())
        db.session.commit()
    except Refused as refused:
        say_no(refused)
        return redirect(address_of(meeting), 303)
    return redirect(url_for(".progress", slug=slug, meeting_id=meeting_id), 303)


@bp.get("/meetings/<int:meeting_id>/pack")
@access(signed_in)
def progress(slug: str, meeting_id: int) -> Response:
    """How far the pack is, then where it is."""
    meeting = own_meeting(slug, meeting_id)
    job = queries.find_job(meeting.id) or abort(404)
    return render(
        "papers/packs/progress.html",
        fragment="papers/packs/_progress.html",
        board=meeting.board,
        meeting=meeting,
        job=job,
        step=_(job.step) if job.step else "",
        state=_state(job),
        found=jobs.answer_of(job) or {},
    )


def _state(job: Job) -> str:
    if jobs.is_at_work(job):
        return "running"
    return "failed" if job.state is JobState.FAILED else "done"


@bp.get("/meetings/<int:meeting_id>/packs/<int:version>")
@access(anyone)
def pack(slug: str, meeting_id: int, version: int) -> str:
    """The pack as a page."""
    return _document_page(slug, meeting_id, version, 0)


@bp.get("/meetings/<int:meeting_id>/packs/<int:version>/reports/<int:number>")
@access(anyone)
def report(slug: str, meeting_id: int, version: int, number: int) -> str:
    """A report to a funder, from the same facts."""
    return _document_page(slug, meeting_id, version, number or abort(404))


def _document_page(slug: str, meeting_id: int, version: int, number: int) -> str:
    kept, facts = _facts(slug, meeting_id, version)
    return render_template(
        "papers/packs/detail.html",
        board=kept.meeting.board,
        meeting=kept.meeting,
        pack=kept,
        facts=facts,
        document=_document(facts, number),
        number=number,
        endings=[file.ending for file in kept.files if file.document == number],
        sizes={file.ending: file.size for file in kept.files if file.document == number},
        runs=runs(kept.meeting.board_id),
        lacks_files=len(kept.files) < len(facts["documents"]) * len(queries.ENDINGS),
        doc_lang=facts["language"],
        **of_pack(kept, number),
    )


@bp.get(
    "/meetings/<int:meeting_id>/packs/<int:version>/files/<int:number>.<any(pdf, docx, csv):ending>"
)
@access(anyone)
def file(slug: str, meeting_id: int, version: int, number: int, ending: str) -> Response:
    """A document of the pack as a file."""
    kept, facts = _facts(slug, meeting_id, version)
    data = _data(kept, _document(facts, number), number, ending)
    what = f"report-{number}" if number else "pack"
    name = f"{slug}-{facts['meeting']['starts_at'][:10]}-{what}-v{kept.version}.{ending}"
    return hand_over(data, KINDS[ending], name)


@bp.get("/meetings/<int:meeting_id>/packs/<int:version>/facts.json")
@access(anyone)
def facts(slug: str, meeting_id: int, version: int) -> Response:
    """The frozen facts, byte for byte as they were hashed."""
    kept, _facts_read = _facts(slug, meeting_id, version)
    return Response(kept.facts, mimetype="application/json")


@bp.post("/meetings/<int:meeting_id>/packs/<int:version>/publish")
@access(signed_in)
def publish(slug: str, meeting_id: int, version: int) -> Answer:
    """Let everybody read it."""
    meeting = own_meeting(slug, meeting_id)
    kept = queries.find_pack(meeting, version) or abort(404)
    services.publish(pack=kept, by=me())
    db.session.commit()
    flash(_("Everybody can read it now."))
    return redirect(url_for(".pack", slug=slug, meeting_id=meeting_id, version=version), 303)


@bp.post("/meetings/<int:meeting_id>/packs/<int:version>/files")
@access(signed_in)
def make_files(slug: str, meeting_id: int, version: int) -> Answer:
    """Have the worker write the files that are missing."""
    meeting = own_meeting(slug, meeting_id)
    kept = queries.find_pack(meeting, version) or abort(404)
    services.ask_for_files(pack=kept, by=me())
    db.session.commit()
    flash(_("The files are being written. Look again in a few seconds."))
    return redirect(url_for(".pack", slug=slug, meeting_id=meeting_id, version=version), 303)


def _facts(slug: str, meeting_id: int, version: int) -> tuple[Pack, dict[str, Any]]:
    """A pack the viewer may read; one that is not published is there for the board alone."""
    meeting: Meeting = get_meeting(slug, meeting_id)
    kept = queries.find_pack(meeting, version) or abort(404)
    if not (kept.published_at or is_inside(meeting.board_id)):
        abort(404)
    return kept, queries.facts_of(kept)


def _document(facts: dict[str, Any], number: int) -> Block:
    documents = facts["documents"]
    if number >= len(documents):
        abort(404)
    found: Block = documents[number]
    return found


def _data(kept: Pack, document: Block, number: int, ending: str) -> bytes:
    if ending == "csv":
        return csv_file(document)
    found = queries.find_file(kept, number, ending) or abort(404)
    return found.data

"""The worker makes a sheet: what it says is read, drawn, written as a PDF file, and kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import force_locale

from pbapp import clock
from pbapp.db import db, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job, report
from pbapp.places.queries import find_area
from pbapp.refusal import N_
from pbapp.sheets import gathering, services
from pbapp.sheets.gathering import BlankForm, WardSheet
from pbapp.sheets.landmarks import label
from pbapp.sheets.layout import FORM, LAYOUTS, Layout
from pbapp.sheets.models import PrintedSheet
from pbapp.sheets.numbering import number
from pbapp.sheets.queries import SHEET_JOB
from pbapp.sheets.spreading import spread
from pbapp.web.pdf import NoPdf, render_pdf
from pbapp.web.qr import qr_code

WIDER = (1, 1.5, 2.2, 3.3, 5)  # where pins crowd, more of them share one
READING = N_("Reading what is on the map")
WRITING = N_("Writing the PDF file")


@job(SHEET_JOB)
def make(*, job_id: UUID, sheet_id: int) -> None:
    """Make one sheet. Run again from the start, it is made again and kept in the same place."""
    report(job_id, done=0, total=2, step=READING)
    sheet = db.session.get(PrintedSheet, sheet_id)
    facts = None
    if sheet is not None:
        with force_locale(sheet.language.replace("-", "_")):
            facts = gather(sheet)
            if facts is not None:
                html = page_of(facts, LAYOUTS[sheet.variant], sheet.language)
                digest = gathering.digest_of(facts)
    db.session.rollback()
    if facts is None:  # the ward has left the board meanwhile
        return
    report(job_id, done=1, total=2, step=WRITING)
    try:
        data = render_pdf(html)
    except NoPdf:
        _answer(job_id, no_pdf=True)
        return
    with write_transaction():
        sheet = db.session.get_one(PrintedSheet, sheet_id)
        services.keep(sheet=sheet, data=data, digest=digest)
        db.session.commit()
    report(job_id, done=2, total=2)


def gather(sheet: PrintedSheet) -> WardSheet | BlankForm | None:
    """What a sheet would say now; None if there is no such sheet any more."""
    if sheet.subject == FORM:
        return gathering.gather_form(sheet.board)
    ward = find_area(sheet.subject)
    if ward is None or ward.id not in {link.area_id for link in sheet.board.board_areas}:
        return None
    return gathering.gather_ward(sheet.board, ward)


def page_of(facts: WardSheet | BlankForm, layout: Layout, language: str) -> str:
    """A sheet as a page for a PDF file."""
    about: dict[str, Any] = {"layout": layout, "is_large": layout.is_large, "now": clock.now()}
    name = "form"
    if isinstance(facts, WardSheet):
        name = "ward"
        about |= drawn(facts, layout)
    # Not render_template: that asks who is looking, and here nobody is.
    template = current_app.jinja_env.get_template(f"sheets/pdf_{name}.html")
    return template.render(lang=language, facts=facts, qr=qr_code, **about)


def drawn(facts: WardSheet, layout: Layout) -> dict[str, Any]:
    """The map of a sheet and the numbers on it, as its templates expect them."""
    frame = facts.frame
    points = [(line, line.lat, line.lon) for line in facts.lines]
    if frame is None:
        return {
            "fitted": None,
            "numbered": number(points, None, near=0.0),
            "pins": [],
            "labels": [],
        }
    fitted = layout.fit(frame)
    for wider in WIDER:
        numbered = number(points, frame, near=fitted.near * wider)
        pins = spread(numbered.pins, fitted)
        if not any(pin.is_far for pin in pins):
            break
    labels = label(facts.landmarks, frame, fitted, pins)
    return {"fitted": fitted, "numbered": numbered, "pins": pins, "labels": labels}


def _answer(job_id: UUID, **found: Any) -> None:
    with write_transaction():
        jobs.answer(job_id, found)
        db.session.commit()

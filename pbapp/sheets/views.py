"""A ward on paper and a form to fill in by hand: as pages, and as files that the worker makes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from pbapp import clock
from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import the_ward, use_board
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.places.models import Area
from pbapp.refusal import Refused
from pbapp.sheets import gathering, making, queries, services
from pbapp.sheets.codes import ids_of
from pbapp.sheets.forms import SheetForm, WritingForm
from pbapp.sheets.gathering import BlankForm, WardSheet
from pbapp.sheets.layout import FORM, LAYOUTS
from pbapp.sheets.models import PrintedSheet
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.documents import MEDIA_TYPES
from pbapp.web.downloads import hand_over
from pbapp.web.fragments import render
from pbapp.web.limits import limited
from pbapp.web.qr import qr_code
from pbapp.web.refusals import say_no

bp = Blueprint("sheets", __name__)
blueprints = (bp,)

Page = str | Answer | tuple[str, int]
SIZES = "<any('a4', 'a4-large', 'a3', 'a3-large'):variant>"
FORM_SIZES = "<any('a4', 'a4-large'):variant>"
WARD, BLANK = "/boards/<slug>/wards/<code>/sheet", "/boards/<slug>/paper-form"
ASKED_AN_HOUR = 60  # a library's computers share one network address


@bp.route(WARD, methods=["GET", "POST"])
@access(anyone)
@limited("sheets", tries=ASKED_AN_HOUR, seconds=3600)
def ward(slug: str, code: str) -> Page:
    """One ward to print: numbered pins, the list they match, and a slip for corrections.

    `?print=large` is the same in large print. POST asks for a PDF file of it.
    """
    board, area = _ward(slug, code)
    facts = gathering.gather_ward(board, area)
    form = SheetForm()
    if form.validate_on_submit():
        return _ask(board, code, form, facts)
    layout = LAYOUTS["a4-large" if request.args.get("print") == "large" else "a4"]
    page = render_template(
        "sheets/ward.html",
        board=board,
        ward=area,
        form=form,
        facts=facts,
        layout=layout,
        now=clock.now(),
        qr=qr_code,
        **making.drawn(facts, LAYOUTS["a4-large"]),  # a screen may be as small as a phone's
    )
    return page, 422 if form.errors else 200


@bp.route(BLANK, methods=["GET", "POST"])
@access(anyone)
@limited("sheets", tries=ASKED_AN_HOUR, seconds=3600)
def blank(slug: str) -> Page:
    """The form to fill in by hand. POST asks for a PDF file of it."""
    board = _board(slug)
    facts = gathering.gather_form(board)
    form = WritingForm()
    if form.validate_on_submit():
        return _ask(board, FORM, form, facts)
    layout = LAYOUTS["a4-large" if request.args.get("print") == "large" else "a4"]
    page = render_template(
        "sheets/form.html", board=board, form=form, facts=facts, layout=layout, qr=qr_code
    )
    return page, 422 if form.errors else 200


@bp.get(f"{WARD}/{SIZES}")
@access(anyone)
def ward_file(slug: str, code: str, variant: str) -> Response:
    """How far a ward's file is, then where it is."""
    board, area = _ward(slug, code)
    back = url_for(".ward", slug=slug, code=code)
    title = _("A sheet of %(ward)s", ward=area.name)
    return _progress(board, code, variant, title, back, lambda: gathering.gather_ward(board, area))


@bp.get(f"{BLANK}/{FORM_SIZES}")
@access(anyone)
def blank_file(slug: str, variant: str) -> Response:
    """How far the form's file is, then where it is."""
    board = _board(slug)
    back = url_for(".blank", slug=slug)
    title = _("A form to fill in")
    return _progress(board, FORM, variant, title, back, lambda: gathering.gather_form(board))


@bp.get(f"{WARD}/{SIZES}.pdf")
@access(anyone)
def ward_pdf(slug: str, code: str, variant: str) -> Response | Answer:
    """The file that is kept; it says of which day it is."""
    board, area = _ward(slug, code)
    return _hand_over(board, code, variant, gathering.gather_ward(board, area))


@bp.get(f"{BLANK}/{FORM_SIZES}.pdf")
@access(anyone)
def blank_pdf(slug: str, variant: str) -> Response | Answer:
    """The file that is kept."""
    board = _board(slug)
    return _hand_over(board, FORM, variant, gathering.gather_form(board))


@bp.get("/e/<code>")
@access(anyone)
def entry(code: str) -> Answer:
    """A short address from paper: to the page that asks whether the entry is still right."""
    between = ids_of(code)
    found = queries.find_by_ids(*between) if between else None
    if found is None:
        abort(404)
    return redirect(f"{url_for('assets.confirm', asset_id=found)}?from=sheet", 302)


def _ask(board: Board, subject: str, form: WritingForm, facts: WardSheet | BlankForm) -> Answer:
    variant = form.variant.data or ""
    try:
        services.ask(
            board=board,
            subject=subject,
            variant=variant,
            language=page_language(),
            digest=gathering.digest_of(facts),
        )
    except Refused as refused:
        say_no(refused)
        return redirect(request.path, 303)
    db.session.commit()
    return redirect(f"{request.path}/{variant}", 303)


def _progress(
    board: Board,
    subject: str,
    variant: str,
    title: str,
    back: str,
    gather: Callable[[], WardSheet | BlankForm],
) -> Response:
    sheet = queries.find_sheet(board.id, subject, variant, page_language()) or abort(404)
    job = queries.job_of(sheet)
    state = _state(sheet, job)
    is_kept = state != "running" and sheet.made_at is not None
    return render(
        "sheets/progress.html",
        fragment="sheets/_progress.html",
        board=board,
        sheet=sheet,
        title=title,
        back=back,
        state=state,
        is_kept=is_kept,
        will_do=is_kept and services.will_do(sheet, gathering.digest_of(gather())),
        done=job.done if job else 0,
        total=job.total if job else None,
        step=_(job.step) if job and job.step else "",
        no_pdf=(jobs.answer_of(job) or {}).get("no_pdf", False),
    )


def _state(sheet: PrintedSheet, job: Job | None) -> str:
    if jobs.is_at_work(job):
        return "running"
    if job is not None and job.state is JobState.FAILED:
        return "failed"
    return "ready" if sheet.made_at else "none"


def _hand_over(
    board: Board, subject: str, variant: str, facts: WardSheet | BlankForm
) -> Response | Answer:
    """The kept file while it says what is so; else back to ask, lest it says what was withdrawn."""
    sheet = queries.find_sheet(board.id, subject, variant, page_language()) or abort(404)
    data = queries.data_of(sheet) or abort(404)
    if not services.will_do(sheet, gathering.digest_of(facts)):
        flash(_("Something on this sheet has changed. Ask for a new one."))
        return redirect(request.path.rsplit("/", 1)[0], 302)
    return hand_over(data, MEDIA_TYPES["pdf"], f"{board.slug}-{subject}-{variant}.pdf")


def _board(slug: str) -> Board:
    board = boards.find_board(slug)
    if board is None:
        abort(404)
    use_board(board)
    return board


def _ward(slug: str, code: str) -> tuple[Board, Area]:
    board = _board(slug)
    return board, the_ward(board, code)

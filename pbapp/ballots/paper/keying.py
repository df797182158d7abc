"""Reading papers in: number keys, Enter for the next; settling differences; the sample."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbapp.ballots.paper import queries, reading
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.forms import CountField, KeyForm
from pbapp.ballots.paper.models import BatchKind, PaperBatch
from pbapp.ballots.paper.pages import Page, bp, get_batch, get_counted
from pbapp.ballots.rules import sealed_rules
from pbapp.ballots.words import keying_words
from pbapp.boards.access import officer_or_counter
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.access import access
from pbapp.web.forms import Form
from pbapp.web.refusals import blame, say_no


@bp.route("/paper/batches/<int:number>/key", methods=["GET", "POST"])
@access(officer_or_counter)
def key(slug: str, number: int) -> Page:
    """Read one paper after another; the other person's reading is never shown here."""
    round, account = get_counted(slug)
    batch = get_batch(round, number)
    if batch.kind is BatchKind.TOTALS:
        return redirect(url_for(".totals", slug=slug, number=number))
    form = KeyForm()
    if form.validate_on_submit():
        serial = _serial(form.serial.data)
        try:
            typed = form.numbers.data or ""
            paper.key_paper(round=round, batch=batch, serial=serial, typed=typed, by=account)
        except Refused as refused:
            blame(form, refused)
            return _key_page(round, batch, form, serial), 422
        db.session.commit()
        return redirect(url_for(".key", slug=slug, number=number), 303)
    return _key_page(round, batch, form, None)


def _serial(typed: str | None) -> int:
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _key_page(round: Round, batch: PaperBatch, form: KeyForm, serial: int | None) -> str:
    account = get_counted(round.slug)[1]
    progress, rules = queries.progress_of(batch), sealed_rules(round)
    serial = serial or progress.next_for(account)
    mine = [
        (paper.serial, reading.keyed(entry.content))
        for paper in progress.papers.values()
        for entry in paper.entries
        if entry.keyed_by_id == account.id
    ]
    form.serial.data = str(serial or "")
    return render_template(
        "ballots/paper/key.html",
        round=round,
        batch=batch,
        form=form,
        serial=serial,
        last=max((row for row in mine if row[0] < (serial or batch.used + 1)), default=None),
        read=len(mine),
        options=rules.options.values(),
        how=keying_words(rules),
        is_own=bool(queries.own_projects(round, account)),
    )


# --- totals ---------------------------------------------------------------------------------


def totals_form(round: Round, is_sent: bool = True) -> Form:
    """A form with one number for each project of the ballot."""
    fields = {
        f"total_{option.id}": CountField(f"{option.id}. {option.title}")
        for option in sealed_rules(round).options.values()
    }
    made = type("TotalsForm", (Form,), fields)
    return made() if is_sent else made(formdata=None)


def totals_in(form: Form) -> dict[str, int]:
    return {
        name.removeprefix("total_"): field.data or 0
        for name, field in form._fields.items()
        if name.startswith("total_")
    }


@bp.route("/paper/batches/<int:number>/totals", methods=["GET", "POST"])
@access(officer_or_counter)
def totals(slug: str, number: int) -> Page:
    """Read the signed tally sheets in: one total a project."""
    round, account = get_counted(slug)
    batch = get_batch(round, number)
    if batch.kind is not BatchKind.TOTALS:
        return redirect(url_for(".key", slug=slug, number=number))
    form = totals_form(round)
    if form.validate_on_submit():
        try:
            paper.key_totals(round=round, batch=batch, totals=totals_in(form), by=account)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".batch", slug=slug, number=number), 303)
    html = render_template(
        "ballots/paper/totals.html",
        round=round,
        batch=batch,
        form=form,
        has_read=queries.progress_of(batch).next_for(account) is None,
        action="",
    )
    return html, 422 if form.errors else 200


# --- in doubt -------------------------------------------------------------------------------


@bp.route("/paper/batches/<int:number>/papers/<int:serial>", methods=["GET", "POST"])
@access(officer_or_counter)
def resolve(slug: str, number: int, serial: int) -> Page:
    """A third person says what a paper says."""
    round, account = get_counted(slug)
    batch = get_batch(round, number)
    found = queries.progress_of(batch).papers.get(serial) or abort(404)
    if not found.is_doubted or account.id in found.readers:
        # Whoever read it must not learn what the other read before it is settled.
        return redirect(url_for(".batch", slug=slug, number=number), 303)
    sheets = batch.kind is BatchKind.TOTALS
    form = totals_form(round) if sheets else KeyForm()
    if form.validate_on_submit():
        try:
            paper.resolve(
                round=round,
                batch=batch,
                serial=serial,
                by=account,
                typed=request.form.get("numbers", ""),
                totals=totals_in(form) if sheets else None,
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".batch", slug=slug, number=number), 303)
    rules = sealed_rules(round)
    html = render_template(
        "ballots/paper/resolve.html",
        round=round,
        batch=batch,
        form=form,
        serial=serial,
        readings=[reading.keyed(entry.content) for entry in found.entries],
        options=rules.options.values(),
        how=keying_words(rules),
    )
    return html, 422 if form.errors else 200


@bp.post("/paper/batches/<int:number>/papers/<int:serial>/again")
@access(officer_or_counter)
def read_again(slug: str, number: int, serial: int) -> Page:
    """Take one's own reading back, to read the paper again."""
    round, account = get_counted(slug)
    try:
        paper.read_again(round=round, batch=get_batch(round, number), serial=serial, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
    return redirect(url_for(".key", slug=slug, number=number), 303)


# --- the sample -----------------------------------------------------------------------------


@bp.post("/paper/batches/<int:number>/sample")
@access(officer_or_counter)
def draw(slug: str, number: int) -> Page:
    """Draw the papers that are read once more."""
    round, account = get_counted(slug)
    try:
        paper.draw_sample(round=round, batch=get_batch(round, number), by=account)
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".batch", slug=slug, number=number), 303)
    db.session.commit()
    return redirect(url_for(".sample", slug=slug, number=number), 303)


@bp.get("/paper/batches/<int:number>/sample")
@access(officer_or_counter)
def sample(slug: str, number: int) -> Page:
    """The sample, paper by paper: what was entered, and whether the paper says it."""
    round, account = get_counted(slug)
    batch = get_batch(round, number)
    waiting = [
        paper
        for paper in queries.progress_of(batch).unread_sample
        if account.id not in paper.readers
    ]
    return render_template(
        "ballots/paper/sample.html",
        round=round,
        batch=batch,
        papers=[(p.serial, reading.keyed(p.content)) for p in waiting if p.content],
        others=len(queries.progress_of(batch).unread_sample) - len(waiting),
        options=sealed_rules(round).options.values(),
    )


@bp.post("/paper/batches/<int:number>/sample/<int:serial>")
@access(officer_or_counter)
def check(slug: str, number: int, serial: int) -> Page:
    """Whether one paper of the sample says what was entered."""
    round, account = get_counted(slug)
    said = request.form.get("said")
    if said not in ("same", "different"):
        abort(400)
    try:
        paper.reread(
            round=round,
            batch=get_batch(round, number),
            serial=serial,
            agrees=said == "same",
            by=account,
        )
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        if said == "different":
            flash(_("Noted. A third person has to settle this paper."), "warning")
    return redirect(url_for(".sample", slug=slug, number=number), 303)

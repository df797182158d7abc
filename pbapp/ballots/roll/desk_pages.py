"""The officers' pages about voters: is all well, codes, cards, and what a human has to look at."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.ballots.pages import Page
from pbapp.ballots.paper.pages import get_own
from pbapp.ballots.roll import board, bursts, listed, terms, voids
from pbapp.ballots.roll import services as roll
from pbapp.ballots.roll.desk_forms import CardsForm, CodesForm, LookForm, VoidForm
from pbapp.ballots.roll.desk_words import CONFLICTS, people_words
from pbapp.ballots.roll.forms import CONNECTIONS, METHODS, age_words
from pbapp.ballots.roll.models import Burst, CardCheck, CodeBatch, VoidAct
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Connection, Method, Round
from pbapp.web import fragments
from pbapp.web.access import access
from pbapp.web.context import settings
from pbapp.web.limits import limited
from pbapp.web.qr import qr_code
from pbapp.web.refusals import blame, say_no

bp = Blueprint("voters", __name__, url_prefix="/desk/rounds/<slug>/voting")


@bp.get("")
@access(any_officer)
def index(slug: str) -> Page:
    """Whether everything works; nothing of the outcome, and nothing finer than tens of people."""
    round, _account = get_own(slug)
    return fragments.render(
        "ballots/roll/board.html",
        fragment="ballots/roll/_board.html",
        round=round,
        now=board.look(round, settings().keys),
        methods=METHODS,
        connections=CONNECTIONS,
        offered=terms.methods_of(round),
        sends_texts=settings().sends_texts,
        words=people_words,
    )


# --- codes ----------------------------------------------------------------------------------


@bp.get("/codes")
@access(any_officer)
def codes(slug: str) -> Page:
    """Batches of codes, how many were used, and the form for more."""
    round, _account = get_own(slug)
    return _codes_page(round, CodesForm(round, key=secrets.token_hex(16)))


def _codes_page(round: Round, form: CodesForm) -> Page:
    html = render_template(
        "ballots/roll/codes.html",
        round=round,
        form=form,
        counts=listed.count_codes(round),
        whom={count.batch.id: _whom(round, count.batch) for count in listed.count_codes(round)},
        is_offered=Method.CODE in terms.methods_of(round),
        words=people_words,
    )
    return html, 422 if form.errors else 200


def _whom(round: Round, batch: CodeBatch) -> str:
    bands = {value: age_words(start, end) for value, start, end in terms.bands_of(round)}
    parts = [
        batch.area.name if batch.area else "",
        str(CONNECTIONS[batch.connection]) if batch.connection else "",
        bands.get(batch.age_band or "", ""),
    ]
    return ", ".join(part for part in parts if part) or _("Everybody who may vote")


@bp.post("/codes")
@access(any_officer)
@limited("codes made", tries=60, seconds=3600)
def make_codes(slug: str) -> Page:
    """Make codes and show them, this once, as slips to print."""
    round, account = get_own(slug)
    form = CodesForm(round)
    if not form.validate_on_submit():
        return _codes_page(round, form)
    try:
        batch, made = listed.make_codes(
            round=round,
            key=roll.open_key(round=round, keys=settings().keys),
            by=account,
            label=form.label.data or "",
            size=form.size.data or 0,
            whom=_for_whom(form),
            form_key=form.key.data or "",
        )
    except Refused as refused:
        blame(form, refused)
        return _codes_page(get_own(slug)[0], form)
    db.session.commit()
    start = f"{settings().public_url}{url_for('ballots.start', slug=slug)}"
    slips = [(code, qr_code(f"{start}#code={code}")) for code in made]
    whom = _whom(round, batch)
    return (
        render_template(
            "ballots/roll/slips.html", round=round, batch=batch, slips=slips, start=start, whom=whom
        ),
        200,
        {"Cache-Control": "no-store"},
    )


def _for_whom(form: CodesForm) -> listed.ForWhom:
    return listed.ForWhom(
        area_id=int(form.area.data) if form.area.data else None,
        connection=Connection(form.connection.data) if form.connection.data else None,
        age_band=form.age_band.data or None,
    )


@bp.post("/codes/<int:batch_id>/revoke")
@access(any_officer)
def revoke(slug: str, batch_id: int) -> Page:
    """Take back the codes of a batch that nobody has used."""
    round, account = get_own(slug)
    batch = listed.find_batch(round, batch_id) or abort(404)
    try:
        listed.revoke_codes(round=round, batch=batch, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Codes of “%(label)s” that nobody has used work no more.", label=batch.label))
    return redirect(url_for(".codes", slug=slug), 303)


# --- cards ----------------------------------------------------------------------------------


@bp.get("/cards")
@access(any_officer)
def cards(slug: str) -> Page:
    """Lists of cards, and the form for another."""
    round, _account = get_own(slug)
    return _cards_page(round, CardsForm())


def _cards_page(round: Round, form: CardsForm) -> Page:
    html = render_template(
        "ballots/roll/cards.html",
        round=round,
        form=form,
        lists=listed.list_cards(round),
        is_offered=Method.CARD in terms.methods_of(round),
    )
    return html, 422 if form.errors else 200


@bp.post("/cards")
@access(any_officer)
@limited("cards added", tries=30, seconds=3600)
def add_cards(slug: str) -> Page:
    """Bring in card numbers: only codes of them are kept, and the file is not."""
    round, account = get_own(slug)
    form = CardsForm()
    if not form.validate_on_submit():
        return _cards_page(round, form)
    try:
        check = CardCheck(form.check.data)
        added = listed.add_cards(
            round=round,
            key=roll.open_key(round=round, keys=settings().keys),
            by=account,
            label=form.label.data or "",
            check=check,
            numbers=listed.read_numbers(_text_of(form), check),
        )
    except Refused as refused:
        blame(form, refused)
        return _cards_page(get_own(slug)[0], form)
    db.session.commit()
    flash(ngettext("%(num)s card was added.", "%(num)s cards were added.", added.size), "success")
    return redirect(url_for(".cards", slug=slug), 303)


def _text_of(form: CardsForm) -> str:
    if not form.file.data:
        raise Refused(_("Choose a file."), "file")
    try:
        text: str = form.file.data.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            _("Save the file as text or CSV in UTF-8, and choose it again."), "file"
        ) from error
    return text


# --- what a human has to look at ------------------------------------------------------------


@bp.get("/look")
@access(any_officer)
def look(slug: str) -> Page:
    """Groups of voters, and how often people were sent to a human."""
    round, _account = get_own(slug)
    return render_template(
        "ballots/roll/look.html",
        round=round,
        groups=bursts.list_groups(round),
        conflicts=bursts.list_conflicts(round),
        kinds=CONFLICTS,
        methods=METHODS,
    )


@bp.post("/look/conflicts")
@access(any_officer)
def conflicts_seen(slug: str) -> Page:
    """An officer has seen how often people were sent to a human."""
    round, account = get_own(slug)
    bursts.looked_at_conflicts(round=round, by=account)
    db.session.commit()
    flash(_("Noted that you looked."))
    return redirect(url_for(".look", slug=slug), 303)


@bp.route("/look/<int:burst_id>", methods=["GET", "POST"])
@access(any_officer)
def group(slug: str, burst_id: int) -> Page:
    """One group: what it is, who has looked and what they found."""
    round, account = get_own(slug)
    burst = bursts.find(round, burst_id) or abort(404)
    form = LookForm()
    if form.validate_on_submit():
        bursts.look(round=round, burst=burst, by=account, note=form.note.data or "")
        db.session.commit()
        return redirect(url_for(".group", slug=slug, burst_id=burst_id), 303)
    return _group_page(round, burst, account.id, form, VoidForm(formdata=None))


def _group_page(round: Round, burst: Burst, me: UUID, form: LookForm, void: VoidForm) -> Page:
    found = bursts.group_of(burst)
    html = render_template(
        "ballots/roll/group.html",
        round=round,
        group=found,
        form=form,
        void=void,
        me=me,
        names=bursts.names_of(found),
        is_final=voids.is_final(round),
    )
    return html, 422 if form.errors or void.errors else 200


@bp.post("/look/<int:burst_id>/void")
@access(any_officer)
def ask_void(slug: str, burst_id: int) -> Page:
    """The first officer asks for the votes to be set aside, or to count again."""
    round, account = get_own(slug)
    burst = bursts.find(round, burst_id) or abort(404)
    form = VoidForm()
    if form.validate_on_submit():
        act = VoidAct.RELEASE if request.form.get("act") == "release" else VoidAct.VOID
        try:
            reason = form.reason.data or ""
            voids.ask(round=round, burst=burst, act=act, reason=reason, by=account)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Asked for. A second officer has to look and agree."))
            return redirect(url_for(".group", slug=slug, burst_id=burst_id), 303)
    return _group_page(round, burst, account.id, LookForm(formdata=None), form)


@bp.post("/look/<int:burst_id>/answer")
@access(any_officer)
def answer_void(slug: str, burst_id: int) -> Page:
    """The second officer agrees, or somebody takes it back."""
    round, account = get_own(slug)
    burst = bursts.find(round, burst_id) or abort(404)
    try:
        if request.form.get("do") == "agree":
            address = f"{settings().public_url}{url_for('rounds.detail', slug=slug)}"
            voids.agree(round=round, burst=burst, by=account, address=address)
            flash(_("Done. The people are told, where we have an address."), "success")
        else:
            voids.take_back(round=round, burst=burst, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
    return redirect(url_for(".group", slug=slug, burst_id=burst_id), 303)

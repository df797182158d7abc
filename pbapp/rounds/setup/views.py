"""The guided set-up: the list of steps, a page for each, and showing the round to everybody."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import address_of_stranger, me, the_account
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Pot, Round, Underspend
from pbapp.rounds.setup import (
    forms,
    pages,
    people_pages,  # noqa: F401 — its pages hang on the same blueprint
    pots,
    queries,
    question_pages,  # noqa: F401 — and its
    rule_words,
    services,
    showing,
    start_pages,  # noqa: F401 — and so do these
    words,
)
from pbapp.rounds.setup.blueprint import bp
from pbapp.rounds.setup.snapshot import PARTS
from pbapp.web import typed
from pbapp.web.access import access, deny
from pbapp.web.babel import say
from pbapp.web.limits import limited
from pbapp.web.refusals import say_no

blueprints = (bp,)

Page = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def officer_or_expired(**_: Any) -> bool:
    """An officer, or somebody whose sign-in ran out while they typed: the text is kept first."""
    return any_officer() or (request.method == "POST" and the_account() is None)


@bp.get("/<slug>/set-up")
@access(any_officer)
def steps(slug: str) -> str:
    """Every step, what it still lacks, and what comes after."""
    round = pages.get_led_round(slug)
    missing = queries.list_missing(round)
    rows = [showing.step_row(round, part, missing) for part in PARTS]
    return render_template(
        "rounds/setup/steps.html",
        round=round,
        rows=rows,
        members=showing.members(round),
        missing=missing,
        notes=showing.date_notes(round),
    )


@bp.route("/<slug>/set-up/<part>", methods=["GET", "POST"])
@access(officer_or_expired)
@limited("set-up kept", tries=20, seconds=600, by=address_of_stranger)
def step(slug: str, part: str) -> Page:
    """One step. Saving goes on to the next one that is not finished."""
    page = pages.STEPS.get(part) or abort(404)
    if the_account() is None:
        return _keep_and_sign_in(slug, part, page.form, url_for(".step", slug=slug, part=part))
    round = pages.get_led_round(slug)
    if round.sealed_at is not None:
        return _sealed(slug)
    form, waited = _form_for(round, part, page)
    if request.method == "GET":
        return _show(round, part, form, waited=waited)
    act = request.form.get("act", "next")
    if act == "keep":
        typed.keep(slug, part, set(form._fields))
        db.session.commit()
        flash(_("Kept for you in this browser. It is not part of the round until you save."))
        return redirect(url_for(".steps", slug=slug), 303)
    if act == "words" and part == "count":
        return _with_words(round, form)
    if not form.validate_on_submit():
        return _show(round, part, form, status=422)
    try:
        page.save(round, form, me())
    except Refused as refused:
        return _refused(round, part, form, refused)
    typed.forget(slug, part)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(_after(round, part, act), 303)


def _form_for(round: Round, part: str, page: pages.StepPage) -> tuple[Any, bool]:
    """The step's form: as typed just now, as typed and kept before, or as the round has it."""
    kept = typed.find(round.slug, part) if request.method == "GET" else None
    if kept is not None:
        form = page.form(formdata=kept)
    else:
        form = page.form(data={**page.form.fill(round), "version": str(round.version)})
    page.offer(form, round)
    return form, kept is not None


def _show(
    round: Round, part: str, form: Any, *, status: int = 200, waited: bool = False, **context: Any
) -> Page:
    html = render_template(
        "rounds/setup/step.html",
        round=round,
        part=part,
        title=words.part_name(part),
        form=form,
        waited=waited,
        number=list(PARTS).index(part) + 1,
        total=len(PARTS),
        extra=showing.beside(round, part),
        **context,
    )
    return html, status


def _refused(round: Round, part: str, form: Any, refused: Refused) -> Page:
    """Beside its field; and where somebody else was quicker, what they changed."""
    slug = (request.view_args or {})["slug"]
    db.session.rollback()
    round = pages.get_led_round(slug)
    form.blame(refused)
    if refused.message != services.CHANGED:
        return _show(round, part, form, status=422)
    others = showing.others_changes(round, form.seen_version, part)
    form.version.data = str(round.version)
    return _show(round, part, form, status=409, others=others)


def _with_words(round: Round, form: forms.CountForm) -> Page:
    """The proposed words for the parameters on the page; nothing is saved."""
    if form.validate_on_submit():
        form.words.data = rule_words.propose(form.read(), round.vote_type, round.currency)
        form.words.raw_data = [form.words.data]
        return _show(round, "count", form)
    return _show(round, "count", form, status=422)


def _after(round: Round, part: str, act: str) -> str:
    """The next step that is not finished, or the list of all."""
    slug = round.slug
    if act == "money":
        return url_for(".step", slug=slug, part="money")
    if act == "list":
        return url_for(".steps", slug=slug)
    open_parts = {found for found, _what in queries.list_missing(round)}
    order = list(PARTS)
    after = order[order.index(part) + 1 :] + order[: order.index(part)]
    upcoming = next((one for one in after if one in open_parts), None)
    if upcoming is None:
        return url_for(".steps", slug=slug)
    return url_for(".step", slug=slug, part=upcoming)


def _keep_and_sign_in(slug: str, part: str, form: Any, back: str) -> Response:
    """The sign-in ran out while somebody typed: their text waits for them behind it."""
    if request.method == "POST":
        typed.keep(slug, part, {name for name in dir(form) if not name.startswith("_")})
        db.session.commit()
        flash(_("Your sign-in ran out. What you typed is kept: sign in and go on."))
        return redirect(url_for("accounts.sign_in", next=back), 303)
    return deny()


def _sealed(slug: str) -> Response:
    flash(_("The ballot is sealed, so its rules and projects can no longer be changed."), "error")
    return redirect(url_for("desk.round", slug=slug), 303)


@bp.post("/<slug>/set-up/<part>/typed")
@access(any_officer)
def autosave(slug: str, part: str) -> Page:
    """Keep what is being typed, as it is."""
    page = pages.STEPS.get(part) or abort(404)
    pages.get_led_round(slug)
    typed.keep(slug, part, {name for name in dir(page.form) if not name.startswith("_")})
    db.session.commit()
    return "", 204


@bp.post("/<slug>/set-up/<part>/forget")
@access(any_officer)
def forget(slug: str, part: str) -> Response:
    """Show the step as the round has it, not as it was typed."""
    pages.get_led_round(slug)
    typed.forget(slug, part)
    db.session.commit()
    return redirect(url_for(".step", slug=slug, part=part), 303)


# --- one pot --------------------------------------------------------------------------------------


@bp.route("/<slug>/set-up/money/<int:pot_id>", methods=["GET", "POST"])
@access(officer_or_expired)
@limited("set-up kept", tries=20, seconds=600, by=address_of_stranger)
def pot(slug: str, pot_id: int) -> Page:
    """One pot: who feeds it with how much, who approves payment, whether the vote binds."""
    if the_account() is None:
        back = url_for(".pot", slug=slug, pot_id=pot_id)
        return _keep_and_sign_in(slug, f"pot {pot_id}", forms.PotForm, back)
    round = pages.get_led_round(slug)
    if round.sealed_at is not None:
        return _sealed(slug)
    found = next((one for one in round.pots if one.id == pot_id), None) or abort(404)
    kept = typed.find(slug, f"pot {pot_id}") if request.method == "GET" else None
    form = showing.pot_form(round, found, kept)
    if request.method == "GET":
        return _show_pot(round, found, form)
    if request.form.get("act") == "add":
        form.funders.append_entry()
        showing.offer_funders(form)
        return _show_pot(round, found, form)
    if not form.validate_on_submit():
        return _show_pot(round, found, form, status=422)
    try:
        pots.change_pot(
            round=round,
            pot_id=pot_id,
            by=me(),
            seen=form.seen_version,
            name=form.name.data,
            payment_approver=form.payment_approver.data,
            is_binding=form.is_binding.data == "yes",
            underspend=Underspend(form.underspend.data),
            shares=showing.shares(form),
        )
    except Refused as refused:
        return _pot_refused(slug, pot_id, form, refused)
    typed.forget(slug, f"pot {pot_id}")
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for(".step", slug=slug, part="money"), 303)


def _pot_refused(slug: str, pot_id: int, form: forms.PotForm, refused: Refused) -> Page:
    db.session.rollback()
    round = pages.get_led_round(slug)
    found = next((one for one in round.pots if one.id == pot_id), None)
    if found is None:
        flash(say(refused), "error")
        return redirect(url_for(".step", slug=slug, part="money"), 303)
    form.blame(refused)
    others = []
    if refused.message == services.CHANGED:
        others = showing.others_changes(round, form.seen_version, "money")
        form.version.data = str(round.version)
    return _show_pot(round, found, form, status=409 if others else 422, others=others)


def _show_pot(
    round: Round, found: Pot, form: forms.PotForm, status: int = 200, **context: Any
) -> Page:
    html = render_template("rounds/setup/pot.html", round=round, pot=found, form=form, **context)
    return html, status


# --- showing it -----------------------------------------------------------------------------------


@bp.post("/<slug>/announce")
@access(any_officer)
def announce(slug: str) -> Response:
    """From now on everybody sees the round."""
    round = pages.get_led_round(slug)
    try:
        services.announce(round=round, by=me())
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".steps", slug=slug), 303)
    db.session.commit()
    flash(_("Everybody can see the round now."), "success")
    return redirect(url_for("desk.round", slug=slug), 303)

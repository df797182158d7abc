"""Vote in five steps, and look up a receipt."""

from __future__ import annotations

import secrets
from typing import Any

from flask import (
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from pbapp.ballots import booth as booths
from pbapp.ballots import queries, services
from pbapp.ballots.booth import Booth
from pbapp.ballots.closing import views as closing_pages  # noqa: F401 — pages of `closing_bp`
from pbapp.ballots.closing.pages import bp as closing_bp
from pbapp.ballots.forms import (
    ChooseForm,
    PressForm,
    ReceiptForm,
    SendForm,
)
from pbapp.ballots.log import queries as sealed
from pbapp.ballots.log import views as log_pages  # noqa: F401 — pages of `bp`
from pbapp.ballots.pages import (
    Page,
    bp,
    get_round,
    get_whole,
    init_app,
    shut_page,
    step_page,
    the_turnstile,
)
from pbapp.ballots.paper import (  # noqa: F401 — pages of `paper_bp`
    keying,
    pack_pages,
    table_pages,
)
from pbapp.ballots.paper import views as paper_pages  # noqa: F401
from pbapp.ballots.paper.counting_pages import bp as counting_bp
from pbapp.ballots.paper.pages import bp as paper_bp
from pbapp.ballots.roll import views as roll_pages  # noqa: F401 — steps 1 and 2
from pbapp.ballots.rules import Rules, sealed_rules
from pbapp.ballots.secrecy import in_fours, tidy_receipt
from pbapp.ballots.vote import ticked
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, find_round_id
from pbapp.rounds.words import why_not
from pbapp.web.access import access, anyone
from pbapp.web.babel import say
from pbapp.web.context import settings
from pbapp.web.limits import limited
from pbapp.web.redirects import safe_next
from pbapp.web.transactions import begins_itself

blueprints = (bp, paper_bp, counting_bp, closing_bp)

__all__ = ["blueprints", "init_app"]


# --- 3 choose -------------------------------------------------------------------------------


@bp.route("/vote/choose", methods=["GET", "POST"])
@access(anyone)
def choose(slug: str) -> Page:
    """Tick projects. Open to whoever has not proved anything yet: the ticks wait in the cookie."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth, rules, form = Booth(round), sealed_rules(round), ChooseForm()
    picked = booth.choices
    if form.validate_on_submit():
        picked = request.form.getlist("choice")
        booth.choices = [id for id in dict.fromkeys(picked) if id in rules.options]
        if request.form.get("read") in rules.options:
            return redirect(
                url_for("proposals.detail", slug=slug, number=request.form["read"]), 303
            )
        if "filter" in request.form:
            shown: dict[str, Any] = {n: request.form.get(n) or None for n in ("priority", "ward")}
            return redirect(url_for(".choose", slug=slug, **shown), 303)
        try:
            rules.check(ticked(picked))
        except Refused as refused:
            form.blame(refused)
        else:
            return redirect(url_for(".review", slug=slug), 303)
    return _choose_page(round, rules, form, picked)


def _choose_page(round: Round, rules: Rules, form: ChooseForm, picked: list[str]) -> Page:
    proposals = queries.list_on_ballot(round)
    wanted = {name: request.args.get(name, "") for name in ("priority", "ward")}
    places = {id: proposals[id].id if id in proposals else id for id in rules.options}
    ids = [
        id
        for id in Booth(round).in_order(places)
        if id in picked or _is_wanted(proposals.get(id), wanted)
    ]
    chosen = [rules.options[id] for id in rules.options if id in picked]
    return step_page(
        "choose",
        round,
        3,
        form=form,
        rules=rules,
        options=[rules.options[id] for id in ids],
        proposals=proposals,
        picked=picked,
        chosen=[{"title": option.title, "cost": option.cost_pence} for option in chosen],
        wanted=wanted,
        hidden=len(rules.options) - len(ids),
        priorities={p.priority.slug: p.priority.name for p in proposals.values() if p.priority},
        wards={p.area.gss_code: p.area.name for p in proposals.values() if p.area},
    )


def _is_wanted(proposal: Any, wanted: dict[str, str]) -> bool:
    """Whether the filters show a project; one without a ward is for everybody."""
    if proposal is None:
        return not any(wanted.values())
    priority = proposal.priority.slug if proposal.priority else ""
    here = not proposal.area or proposal.area.gss_code == wanted["ward"]
    return wanted["priority"] in ("", priority) and (not wanted["ward"] or here)


@bp.post("/vote/pick")
@access(anyone)
def pick(slug: str) -> Page:
    """Choose one project, or take it out, from a page about it."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth, choice = Booth(round), request.form.get("choice", "")
    rest = [id for id in booth.choices if id != choice]
    if request.form.get("take") == "out":
        booth.choices = rest
    elif choice in sealed_rules(round).options:
        booth.choices = [*rest, choice]
        flash(_("Chosen. It is not sent yet."))
    return redirect(safe_next(request.form.get("next"), url_for(".choose", slug=slug)), 303)


# --- 4 review and send ----------------------------------------------------------------------


@bp.get("/vote/review")
@access(anyone)
def review(slug: str) -> Page:
    """The vote in plain words, before it is sent."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth, rules = Booth(round), sealed_rules(round)
    if not booth.voter_id:
        if booth.choices:
            flash(_("We have kept your choices. Now show that you may vote."))
        return redirect(url_for(".start", slug=slug))
    try:
        rules.check(ticked(booth.choices))
    except Refused as refused:
        flash(say(refused), "warning")
        return redirect(url_for(".choose", slug=slug))
    return _review_page(round, rules, booth.choices, SendForm(key=secrets.token_hex(16)))


@bp.post("/vote/review")
@access(anyone)
@begins_itself
def send(slug: str) -> Page:
    """Put the ballot in the box. Only the table of ballots is written, in one transaction."""
    round_id = find_round_id(slug) or abort(404)
    booth, choices = Booth(round_id), request.form.getlist("choice")
    if not booth.voter_id:
        flash(_("Your check has run out, and nothing was sent. Show again that you may vote."))
        return redirect(url_for(".start", slug=slug), 303)
    key, entered_at = request.form.get("key", ""), request.environ["pbapp.entered_at"]
    sending = services.Sending(booth.voter_id, ticked(choices), key, entered_at)
    try:
        sent = the_turnstile().cast(round_id=round_id, keys=settings().keys, sending=sending)
    except services.VotingShut as refused:
        return shut_page(get_whole(slug), say(refused))
    except Refused as refused:
        return _not_sent(get_whole(slug), choices, refused)
    booth.note_sent(in_fours(sent.receipt), choices, sent.replaced)
    return redirect(url_for(".done", slug=slug), 303)


def _not_sent(round: Round, choices: list[str], refused: Refused) -> Page:
    """Say why, with the choices as they were and a new key to send them with."""
    form = SendForm(formdata=None, key=secrets.token_hex(16))
    form.blame(refused)
    status = 409 if isinstance(refused, services.KeyTaken) else 422
    rules = sealed_rules(round)
    known = [id for id in dict.fromkeys(choices) if id in rules.options]
    return _review_page(round, rules, known, form, status)


def _review_page(
    round: Round, rules: Rules, choices: list[str], form: SendForm, status: int = 200
) -> Page:
    options = [rules.options[id] for id in choices]
    return step_page("review", round, 4, status, form=form, rules=rules, options=options)


# --- 5 done ---------------------------------------------------------------------------------


@bp.get("/vote/done")
@access(anyone)
def done(slug: str) -> Page:
    """The receipt, and what happens next."""
    round, gate = get_round(slug)
    if Booth(round).sent is None:
        return redirect(url_for(".start", slug=slug))
    return step_page(
        "done",
        round,
        5,
        closes_at=queries.closes_at(round),
        result=find_phase(round, PhaseKind.PUBLISHED),
        is_open=bool(gate),
        form=PressForm(),
    )


@bp.post("/vote/finish")
@access(anyone)
def finish(slug: str) -> Page:
    """Forget everything in this browser, at the end or for the next person."""
    booths.leave()
    then = ".start" if request.form.get("then") == "next" else ".finished"
    response = make_response(redirect(url_for(then, slug=slug), 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/vote/finished")
@access(anyone)
def finished(slug: str) -> Page:
    round = get_whole(slug)
    return render_template("ballots/finished.html", round=round)


# --- receipts -------------------------------------------------------------------------------


@bp.route("/receipt", methods=["GET", "POST"])
@access(anyone)
@limited("receipts", tries=60, seconds=600)
def receipt(slug: str) -> Page:
    """Show a ballot to whoever holds its receipt; after the close only that it is in the log."""
    round = get_whole(slug)
    form, shown, typed = ReceiptForm(), None, None
    if form.validate_on_submit():
        typed = tidy_receipt(form.receipt.data or "")
        shown = queries.show_ballot(round, typed) if typed else None
        if shown is None:
            problem = (
                _("We have no ballot with this receipt in this round. Check each letter and digit.")
                if typed
                else _("A receipt has 16 letters and digits, like K7FQ-2QP9-RD4M-XW3T.")
            )
            form.blame(Refused(problem, "receipt"))
    rules = sealed_rules(round) if shown and shown.vote else None
    place = sealed.find_place(round, typed or "") if shown and not shown.vote else None
    return render_template(
        "ballots/receipt.html", round=round, form=form, shown=shown, rules=rules, place=place
    ), 422 if form.errors else 200

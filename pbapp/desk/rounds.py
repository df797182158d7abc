"""A round at the desk: where it stands, what it still needs, sealing it, more time."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.desk import queries, services, words
from pbapp.desk.access import get_own_round, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.forms import ExtendForm
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.results.queries import find_official_count
from pbapp.rounds import words as round_words
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import WhyNot, can_vote, state_of
from pbapp.web.access import access
from pbapp.web.babel import moment
from pbapp.web.refusals import say_no

Page = str | Response | tuple[str, int]


@bp.get("/rounds/<slug>")
@access(any_officer)
def round(slug: str) -> Page:
    """Where a round stands and what it still needs."""
    found = get_own_round(slug)
    return _show(found, _extend_form(found))


def _show(found: Round, form: ExtendForm, status: int = 200) -> tuple[str, int]:
    now, account = clock.now(), the_officer()
    tally = proposals.count_by_state(found)
    asker = queries.find_account(found.seal_asked_by_id)
    sealer = queries.find_account(found.sealed_by_id)
    html = render_template(
        "desk/round.html",
        round=found,
        state=round_words.state_words(found, now),
        kind=state_of(found, now).kind,
        timeline=round_words.timeline(found, now),
        tally=tally,
        checks=words.before_voting(found, tally, (asker.name or _("an officer")) if asker else ""),
        asked_by_me=asker is not None and asker.id == account.id,
        asker=asker,
        sealer=sealer,
        leads=is_officer_of(found.board_id, Role.VOTING_LEAD),
        ready=tally.waiting == 0 and tally.on_ballot > 0,
        voting=bool(can_vote(found, now)),
        can_count=_can_count(found),
        count=find_official_count(found),
        form=form,
    )
    return html, status


def _can_count(found: Round) -> bool:
    """Whether voting is over, so that the votes can be counted."""
    gate = can_vote(found, clock.now())
    return found.sealed_at is not None and gate.why_not is WhyNot.CLOSED


def _extend_form(found: Round) -> ExtendForm:
    """The form to give a phase more time: only those not over yet, that have an end."""
    form = ExtendForm()
    now = clock.now()
    form.kind.choices = [
        (phase.kind.value, round_words.phase_name(phase.kind))
        for phase in found.phases
        if phase.ends_at is not None and phase.ends_at > now
    ]
    return form


@bp.post("/rounds/<slug>/ask-to-seal")
@access(any_officer)
def ask_to_seal(slug: str) -> Response:
    """The first of two people says that the ballot is right."""
    found = get_own_round(slug)
    try:
        services.ask_to_seal(round=found, by=the_officer())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Asked. Now a second voting lead has to seal the ballot."), "success")
    return redirect(url_for(".round", slug=slug), 303)


@bp.post("/rounds/<slug>/seal")
@access(any_officer)
def seal(slug: str) -> Response:
    """The second person seals rules and projects."""
    found = get_own_round(slug)
    account = the_officer()
    if found.sealed_by_id == account.id:  # a second click
        return redirect(url_for(".round", slug=slug), 303)
    try:
        services.seal(round=found, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("The ballot is sealed. The seal is published on the page of the round."), "success")
    return redirect(url_for(".round", slug=slug), 303)


@bp.post("/rounds/<slug>/extend")
@access(any_officer)
def extend(slug: str) -> Page:
    """Give a phase more time, for a reason that is kept."""
    found = get_own_round(slug)
    form = _extend_form(found)
    if not form.validate_on_submit():
        return _show(found, form, 422)
    try:
        kind = PhaseKind(form.kind.data)
        services.extend(
            round=found,
            kind=kind,
            ends_at=form.ends_at,
            reason=form.reason.data or "",
            by=the_officer(),
            phase_words=round_words.phase_name(kind),
            until_words=moment(form.ends_at),
            url=url_for("rounds.detail", slug=slug, _external=True),
        )
    except Refused as refused:
        form.blame(Refused(refused.message, _FIELDS.get(refused.field or ""), **refused.params))
        return _show(found, form, 422)
    db.session.commit()
    flash(
        _("The dates are changed. Whoever it is about gets an e-mail with the reason."), "success"
    )
    return redirect(url_for(".round", slug=slug), 303)


_FIELDS = {"ends_at": "day", "reason": "reason", "kind": "kind"}

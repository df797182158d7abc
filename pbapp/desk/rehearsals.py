"""Try a round before it is real: the ballot looked at, and a copy to do everything with."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.ballots import words
from pbapp.ballots.marks import Marks, part_in, read_marks
from pbapp.ballots.rules import BallotPot, Rules, rules_of
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.desk import services
from pbapp.desk.access import get_own_round, the_officer
from pbapp.desk.blueprint import bp
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.rounds import sealing
from pbapp.rounds.access import get_round, sees_hidden
from pbapp.rounds.models import Round
from pbapp.rounds.sealing import BallotProject
from pbapp.rounds.setup import beginning
from pbapp.rounds.setup.templates import list_examples
from pbapp.web.access import access, require, signed_in
from pbapp.web.context import settings
from pbapp.web.forms import Form
from pbapp.web.refusals import say_no

Page = str | Response | tuple[str, int]


@bp.route("/rounds/<slug>/preview", methods=["GET", "POST"])
@access(signed_in)
def preview(slug: str) -> Page:
    """The ballot as people will see it; marking it tries its rules and keeps nothing."""
    round = get_round(slug)
    require(sees_hidden(round))
    projects, made_up = _projects(round)
    try:
        rules = rules_of(sealing.draft_config(round, projects))
    except Refused as refused:
        say_no(refused)
        return redirect(url_for("rounds.detail", slug=slug), 303)
    form, marks, fits = Form(), Marks(), False
    if form.validate_on_submit():
        marks = read_marks(request.form.to_dict(flat=False), rules)
        fits = _try(rules, form, marks)
    html = render_template(
        "desk/ballot_preview.html",
        round=round,
        rules=rules,
        form=form,
        fits=fits,
        made_up=made_up,
        marks=marks,
        pots=[_pot(rules, pot, marks) for pot in rules.pots],
        place_list=words.place_list,
    )
    return html, 422 if form.errors else 200


def _pot(rules: Rules, pot: BallotPot, marks: Marks) -> dict[str, Any]:
    part = part_in(marks.legible(rules), rules, pot.id)
    return {
        "pot": pot,
        "options": rules.in_pot(pot.id),
        "part": part,
        "most": rules.most_in(pot.id),
        "guard": words.guard_words(rules, pot),
        "status": words.status_words(rules, pot, part),
        "share": words.share_used(rules, pot, part),
    }


def _try(rules: Rules, form: Form, marks: Marks) -> bool:
    try:
        marks.check(rules)
    except Refused as refused:
        form.blame(Refused(refused.message, **refused.params))
        return False
    return True


def _projects(round: Round) -> tuple[list[BallotProject], bool]:
    """What is on the ballot so far, or made-up projects while nothing is."""
    real = proposals.ballot_projects(round)
    if real:
        return real, False
    pots = sorted(round.pots, key=lambda pot: pot.id)
    least = min(pot.budget_pence for pot in pots)
    made_up = []
    for number, example in enumerate(list_examples(), 1):
        pot = pots[(number - 1) % len(pots)]
        cost = example.share * least // 100
        made_up.append(
            BallotProject(number, example.title, cost, None, pot.area_id, pot.priority_id)
        )
    return made_up, True


# --- the rehearsal --------------------------------------------------------------------------------


@bp.post("/rounds/<slug>/rehearse")
@access(any_officer)
def rehearse(slug: str) -> Response:
    """Make a copy to try everything on."""
    found = _led(slug)
    try:
        rehearsal = services.rehearse(round=found, by=the_officer())
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".round", slug=slug), 303)
    db.session.commit()
    flash(_("This is the rehearsal. Two people seal its ballot, then you can vote."), "success")
    return redirect(url_for(".round", slug=rehearsal.slug), 303)


@bp.post("/rounds/<slug>/close-rehearsal")
@access(any_officer)
def close_rehearsal(slug: str) -> Response:
    """End the vote of a rehearsal now."""
    found = _led(slug)
    try:
        beginning.close_vote(round=found, by=the_officer())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("The vote of the rehearsal is closed. Now you can try the count."), "success")
    return redirect(url_for(".round", slug=slug), 303)


@bp.post("/rounds/<slug>/throw-away")
@access(any_officer)
def throw_away(slug: str) -> Response:
    """Destroy a rehearsal with everything in it."""
    found = _led(slug)
    try:
        services.throw_away(round=found, by=the_officer(), keys=settings().keys)
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".round", slug=slug), 303)
    db.session.commit()
    flash(_("The rehearsal is gone, with its votes and the list of its voters."), "success")
    return redirect(url_for("setup.index"), 303)


def _led(slug: str) -> Round:
    found = get_own_round(slug)
    if not is_officer_of(found.board_id, Role.VOTING_LEAD):
        abort(403)
    return found

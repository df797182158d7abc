"""Steps 4 and 5: look the vote over, send it, keep the receipt, and leave nothing behind."""

from __future__ import annotations

import secrets

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.ballots import booth as booths
from pbapp.ballots import queries, services, words
from pbapp.ballots.booth import Booth
from pbapp.ballots.forms import SendForm, TellMeForm
from pbapp.ballots.marks import fields_of, legible, read_again
from pbapp.ballots.pages import (
    Page,
    bp,
    get_round,
    get_whole,
    shut_page,
    step_page,
    the_turnstile,
)
from pbapp.ballots.rules import Rules, sealed_rules
from pbapp.ballots.secrecy import in_fours
from pbapp.ballots.vote import Vote
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, find_round_id, result_is_out
from pbapp.rounds.words import why_not
from pbapp.web.access import access, anyone
from pbapp.web.babel import say
from pbapp.web.context import settings
from pbapp.web.transactions import begins_itself


@bp.get("/vote/review")
@access(anyone)
def review(slug: str) -> Page:
    """The vote in plain words, before it is sent."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth = Booth(round)
    rules = sealed_rules(round).without(queries.list_withdrawn(round))
    if not booth.voter_id:
        if booth.choices:
            flash(_("We have kept your choices. Now show that you may vote."))
        return redirect(url_for(".start", slug=slug))
    try:
        rules.check(booth.vote)
    except Refused as refused:
        flash(say(refused), "warning")
        return redirect(url_for(".choose", slug=slug))
    return _review_page(round, rules, booth.vote, SendForm(key=secrets.token_hex(16)))


@bp.post("/vote/review")
@access(anyone)
@begins_itself
def send(slug: str) -> Page:
    """Put the ballot in the box. Only the table of ballots is written, in one transaction."""
    round_id = find_round_id(slug) or abort(404)
    booth, vote = Booth(round_id), Vote()
    if not booth.voter_id:
        flash(_("Your check has run out, and nothing was sent. Show again that you may vote."))
        return redirect(url_for(".start", slug=slug), 303)
    key, entered_at = request.form.get("key", ""), request.environ["pbapp.entered_at"]
    try:
        vote = read_again(dict(request.form.lists()))
        sending = services.Sending(booth.voter_id, vote, key, entered_at)
        sent = the_turnstile().cast(round_id=round_id, keys=settings().keys, sending=sending)
    except services.VotingShut as refused:
        return shut_page(get_whole(slug), say(refused))
    except Refused as refused:
        return _not_sent(get_whole(slug), vote, refused)
    booth.note_sent(in_fours(sent.receipt), vote, sent.replaced)
    return redirect(url_for(".done", slug=slug), 303)


def _not_sent(round: Round, vote: Vote, refused: Refused) -> Page:
    """Say why, with the choices as they were and a new key to send them with."""
    form = SendForm(formdata=None, key=secrets.token_hex(16))
    form.blame(refused)
    status = 409 if isinstance(refused, services.KeyTaken) else 422
    rules = sealed_rules(round)
    return _review_page(round, rules, legible(vote, rules), form, status)


def _review_page(round: Round, rules: Rules, vote: Vote, form: SendForm, status: int = 200) -> Page:
    return step_page(
        "review",
        round,
        4,
        status,
        form=form,
        rules=rules,
        vote=vote,
        fields=fields_of(vote),
        leftover=words.leftover_words(rules, vote),
    )


# --- 5 done ---------------------------------------------------------------------------------


@bp.get("/vote/done")
@access(anyone)
def done(slug: str) -> Page:
    """The receipt, and what happens next."""
    round, gate = get_round(slug)
    if Booth(round).sent is None:
        return redirect(url_for(".start", slug=slug))
    result = find_phase(round, PhaseKind.PUBLISHED)
    return step_page(
        "done",
        round,
        5,
        closes_at=queries.closes_at(round),
        result=result,
        is_out=result_is_out(round, clock.now()),
        is_open=bool(gate),
        form=TellMeForm(formdata=None),
    )


@bp.post("/vote/finish")
@access(anyone)
def finish(slug: str) -> Page:
    """Forget everything in this browser, at the end or for the next person."""
    booths.leave()
    then = ".start" if request.form.get("then") == "next" else ".finished"
    response = make_response(redirect(url_for(then, slug=slug), 303))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/vote/finished")
@access(anyone)
def finished(slug: str) -> Page:
    round = get_whole(slug)
    return render_template("ballots/finished.html", round=round)

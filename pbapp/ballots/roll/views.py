"""The first two steps of voting: check that one may, and show it in one of the round's ways."""

from __future__ import annotations

import secrets

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbapp.accounts import services as accounts
from pbapp.accounts.queries import tidy_email
from pbapp.ballots.booth import Booth
from pbapp.ballots.pages import Page, bp, get_round, shut_page, step_page
from pbapp.ballots.roll import services as roll
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.forms import METHODS, CheckForm, CodeForm
from pbapp.ballots.roll.identity import tidy_mobile
from pbapp.ballots.roll.networks import range_of
from pbapp.ballots.roll.ways import WAYS, Way, ways_for
from pbapp.db import db
from pbapp.messages import services as messages
from pbapp.messages.models import MailChannel
from pbapp.places.queries import PostcodeState, look_up_postcode, tidy_postcode
from pbapp.refusal import Refused
from pbapp.rounds.models import Connection, Method, Round
from pbapp.rounds.words import why_not
from pbapp.web import limits
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.context import settings
from pbapp.web.forms import Form
from pbapp.web.limits import limited

HOUR = 3600


# --- 1 check you can vote -------------------------------------------------------------------


@bp.route("/vote", methods=["GET", "POST"])
@access(anyone)
def start(slug: str) -> Page:
    """What connects somebody to the place; the ward comes from the postcode."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth = Booth(round)
    if request.method == "GET" and booth.voter_id:
        if booth.sent:
            return render_template("ballots/again.html", round=round, booth=booth)
        return redirect(url_for(".choose", slug=slug))
    form = CheckForm(round, data=booth.about)
    if not form.validate_on_submit():
        return _check_page(round, form)
    booth.about = {
        "connection": form.connection.data,
        "postcode": tidy_postcode(form.postcode.data or ""),
        "name": form.name.data or "",
        "age_band": form.age_band.data,
    }
    if booth.proof:
        return _admit(round, booth, *booth.proof)
    return redirect(url_for(".prove", slug=slug), 303)


def _check_page(round: Round, form: CheckForm) -> Page:
    action = url_for(".start", slug=round.slug)
    return step_page(
        "roll/check", round, 1, form=form, action=action, methods=METHODS, offered=_on_offer(round)
    )


def _on_offer(round: Round) -> list[Method]:
    texts = settings().sends_texts
    return [m for m in terms.methods_of(round) if m is not Method.SMS or texts]


# --- 2 prove it -----------------------------------------------------------------------------


def _typed_address() -> str | None:
    typed = request.form
    return tidy_email(typed.get("email", "")) or tidy_mobile(typed.get("mobile", "")) or None


@bp.route("/vote/prove", methods=["GET", "POST"], defaults={"how": None})
@bp.route("/vote/prove/<how>", methods=["GET", "POST"])
@access(anyone)
@limited("vote code by network", tries=600, seconds=HOUR)  # a hall shares one address
@limited("vote code by address", tries=8, seconds=1800, by=_typed_address)
def prove(slug: str, how: str | None) -> Page:
    """Send a code to an address, or take one that was given out; several ways give a choice."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth = Booth(round)
    if booth.about is None:
        return redirect(url_for(".start", slug=slug), 303)
    ways = ways_for(round, booth.about["age_band"])
    way = _picked(ways, how)
    if way is None:
        return step_page("roll/ways", round, 2, form=None, ways=ways, methods=METHODS)
    form = way.form()
    if not form.validate_on_submit():
        return _prove_page(round, way, form, len(ways))
    token = way.token(form)
    booth.offer(way.method, token)
    if way.channel is not None:
        _send_code(round, way.channel, token)
        return redirect(url_for(".enter_code", slug=slug), 303)
    return _admit(round, booth, way.method, token)


def _picked(ways: list[Way], how: str | None) -> Way | None:
    if how is None:
        return ways[0] if len(ways) == 1 else None
    return next((way for way in ways if way.method == how), None) or abort(404)


def _prove_page(round: Round, way: Way, form: Form, choice: int = 0) -> Page:
    action = url_for(".prove", slug=round.slug, how=way.method.value)
    return step_page("roll/prove", round, 2, form=form, way=way, choice=choice, action=action)


def _send_code(round: Round, channel: MailChannel, to: str) -> None:
    """The same work for every address, whether or not we know it."""
    secret = settings().secret_key
    code = accounts.make_code(purpose=f"vote:{round.id}", email=to, secret=secret)
    messages.write(
        key=f"vote code {round.id} {secrets.token_hex(16)}",
        to=to,
        channel=channel,
        template="vote_code",
        context={"code": code, "round": round.title},
    )
    db.session.commit()


@bp.route("/vote/code", methods=["GET", "POST"])
@access(anyone)
@limited("vote code tries", tries=600, seconds=900)
def enter_code(slug: str) -> Page:
    """Check the code that was sent, and put the person on the voters' list."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth = Booth(round)
    offered = booth.offered
    if booth.about is None or offered is None or WAYS[offered[0]].channel is None:
        return redirect(url_for(".start", slug=slug), 303)
    form = CodeForm(offered[0])
    if form.validate_on_submit():
        try:
            _use_code(round, offered[1], form.code.data or "")
        except Refused as refused:
            form.blame(refused)
        else:
            booth.prove()
            return _admit(round, booth, *offered)
        finally:
            db.session.commit()  # a wrong try counts, a used code is used
    return step_page("roll/code", round, 2, form=form, to=offered[1], way=WAYS[offered[0]])


def _use_code(round: Round, to: str, code: str) -> None:
    purpose, secret = f"vote:{round.id}", settings().secret_key
    accounts.use_code(purpose=purpose, email=to, code=code, secret=secret)


# --- onto the list --------------------------------------------------------------------------


def _admit(round: Round, booth: Booth, method: Method, token: str) -> Page:
    """Add the person to the voters' list, or show again what they typed and why not."""
    about, way = booth.about or {}, WAYS[method]
    db.session.commit()
    _refuse_guessing(way)
    found = look_up_postcode(about["postcode"], {item.area_id for item in round.round_areas})
    try:
        if found.state is not PostcodeState.FOUND or found.ward is None:
            raise Refused(_("This postcode is outside the area of this vote."), "postcode")
        voter = roll.admit(
            round=round,
            keys=settings().keys,
            person=roll.Person(
                name=about["name"],
                postcode=about["postcode"],
                age_band=about["age_band"],
                connection=Connection(about["connection"]),
                area_id=found.ward.id,
            ),
            proof=roll.Proof(method, token),
            language=page_language(),
            network=range_of(request.remote_addr),
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return _not_admitted(round, booth, way, refused)
    booth.enter(voter.id)
    return redirect(url_for(".review" if booth.choices else ".choose", slug=round.slug), 303)


def _not_admitted(round: Round, booth: Booth, way: Way, refused: Refused) -> Page:
    if refused.field == "token":
        form = way.form()
        form.blame(refused)
        _count_wrong(way)
        return _prove_page(round, way, form, len(ways_for(round, (booth.about or {})["age_band"])))
    if isinstance(refused, roll.NotOneOfOne):
        roll.note_conflict(round=round, why=refused.why, method=way.method)
        db.session.commit()
        booth.prove()  # right in itself: what is said of the person may be put right
    check = CheckForm(round, formdata=None, data=booth.about)
    check.blame(refused)
    check.ask_us = True
    return _check_page(round, check)


def _refuse_guessing(way: Way) -> None:
    caller = range_of(request.remote_addr)
    if (
        way.wrong_tries
        and caller
        and limits.is_spent(f"wrong {way.method}", caller, way.wrong_tries, HOUR)
    ):
        abort(429)


def _count_wrong(way: Way) -> None:
    caller = range_of(request.remote_addr)
    if way.wrong_tries and caller:
        limits.hit(f"wrong {way.method}", caller, tries=way.wrong_tries, seconds=HOUR)
        db.session.commit()

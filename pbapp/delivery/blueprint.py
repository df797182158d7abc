"""What the pages of this room share: their addresses, the award one names, saying no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.delivery import queries, services, words
from pbapp.delivery.models import Award
from pbapp.proposals.access import is_ours
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import require
from pbapp.web.refusals import blame, say_no

bp = Blueprint("delivery", __name__, url_prefix="/rounds/<slug>/awards")
board_bp = Blueprint("said_and_did", __name__)
link_bp = Blueprint("reporting", __name__, url_prefix="/awards/report")
desk_bp = Blueprint("awards", __name__, url_prefix="/desk/awards")

Page = str | Response | tuple[str, int]


def get_award(slug: str, number: int) -> Award:
    return queries.find_award(get_round(slug), number) or abort(404)


def their_award(slug: str, number: int) -> Award:
    """For those who wrote the proposal."""
    award = get_award(slug, number)
    require(is_ours(award.proposal))
    return award


def officers_award(slug: str, number: int) -> Award:
    """For those who handle money."""
    award = get_award(slug, number)
    require(handles_money(award.round))
    return award


def workers_award(slug: str, number: int) -> Award:
    """For both of them."""
    award = get_award(slug, number)
    require(is_ours(award.proposal) or handles_money(award.round))
    return award


def handles_money(round: Round) -> bool:
    return is_officer_of(round.board_id, Role.VOTING_LEAD, Role.CLERK)


def link_to(round: Round) -> services.LinkTo:
    return lambda number: url_for("delivery.detail", slug=round.slug, number=number, _external=True)


def page_of(award: Award) -> str:
    return url_for("delivery.detail", slug=award.round.slug, number=award.proposal.number)


def form_page(name: str, award: Award, form: Any, **context: Any) -> Page:
    html = render_template(
        f"delivery/{name}.html", award=award, round=award.round, form=form, words=words, **context
    )
    return html, 422 if form.errors else 200


def again(name: str, award: Award, form: Any, refused: Refused, **context: Any) -> Page:
    """The form as it was typed, with what is wrong beside its field."""
    blame(form, refused)
    return form_page(name, award, form, **context)


def save(
    name: str,
    award: Award,
    form: Any,
    act: Callable[[], Any],
    *,
    said: str = "",
    then: str = "",
    **context: Any,
) -> Page:
    """Do what a form asks and go on; what cannot be done is said on the form as it was typed."""
    try:
        act()
        db.session.commit()
    except Refused as refused:
        return again(name, award, form, refused, **context)
    if said:
        flash(said, "success")
    return redirect(then or page_of(award), 303)


def do(award: Award, done: str, act: Callable[[], Any], then: str | None = None) -> Page:
    """Do it and say so; what cannot be done is said on the same page."""
    address = then or page_of(award)
    try:
        act()
        db.session.commit()
    except Refused as refused:
        return say(refused, address)
    flash(done, "success")
    return redirect(address, 303)


def say(refused: Refused, address: str) -> Response:
    say_no(refused, "warning")
    return redirect(address, 303)

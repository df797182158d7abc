"""What became of the money: everybody reads it; groups and officers write it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.db import db
from pbapp.delivery import (
    desk_pages,  # noqa: F401 — these pages hang on the same blueprints
    queries,
    reporting_pages,  # noqa: F401
    said_pages,  # noqa: F401
    services,
    words,
)
from pbapp.delivery.blueprint import (
    Page,
    again,
    board_bp,
    bp,
    desk_bp,
    do,
    form_page,
    get_award,
    handles_money,
    link_bp,
    link_to,
    officers_award,
    page_of,
    save,
    say,
    their_award,
)
from pbapp.delivery.forms import APPROVED, DecisionForm, DeclineForm, PaymentForm, ReasonForm
from pbapp.delivery.models import LIVE, Award
from pbapp.proposals.access import is_ours
from pbapp.refusal import Refused
from pbapp.results.queries import is_public
from pbapp.rounds.access import get_round
from pbapp.rounds.words import underspend_name
from pbapp.web.access import access, anyone, require, signed_in

blueprints = (bp, board_bp, link_bp, desk_bp)


@bp.get("")
@access(anyone)
def index(slug: str) -> str:
    """Every award of a round and what became of it."""
    round = get_round(slug)
    awards = queries.list_awards(round)
    writes = handles_money(round)
    return render_template(
        "delivery/index.html",
        round=round,
        awards=awards,
        words=words,
        total=sum(award.amount_pence for award in awards if award.state in LIVE),
        paid=sum(award.paid_pence for award in awards),
        spent=sum(award.spent_pence or 0 for award in awards),
        waiting=queries.list_to_offer(round) if writes and is_public(round, clock.now()) else [],
    )


@bp.post("")
@access(signed_in)
def offer(slug: str) -> Page:
    """Offer every project that won its money, and tell its group."""
    round = get_round(slug)
    require(handles_money(round))
    try:
        made = services.offer_all(round=round, by=me(), link=link_to(round))
        db.session.commit()
    except Refused as refused:
        return say(refused, url_for(".index", slug=slug))
    flash(_("%(n)s projects are offered their money.", n=len(made)), "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.get("/<int:number>")
@access(anyone)
def detail(slug: str, number: int) -> str:
    """One award: the money, the steps, what the group told, and what passers-by saw."""
    award = get_award(slug, number)
    return render_template(
        "delivery/detail.html",
        award=award,
        round=award.round,
        words=words,
        seen=queries.count_sightings([award.id]).get(award.id, queries.Seen()),
        is_ours=is_ours(award.proposal),
        handles_money=handles_money(award.round) and not is_ours(award.proposal),
        underspend=queries.underspend_of(award),
        owed_back=queries.owed_back(award),
        underspend_name=underspend_name,
        today=clock.today(),
    )


@bp.post("/<int:number>/accept")
@access(signed_in)
def accept(slug: str, number: int) -> Page:
    """The group takes the money."""
    award = their_award(slug, number)
    return do(
        award,
        _("Thank you. The funder is asked to pay it now."),
        lambda: services.accept(award=award, by=me()),
    )


@bp.route("/<int:number>/decline", methods=["GET", "POST"])
@access(signed_in)
def decline(slug: str, number: int) -> Page:
    """The group does not take the money."""
    award, form = their_award(slug, number), DeclineForm()
    if form.validate_on_submit():
        return do(
            award,
            _("We have noted it. If a project on the reserve list fits, it is offered the money."),
            lambda: services.decline(
                award=award, reason=form.reason.data or "", by=me(), link=link_to(award.round)
            ),
        )
    return form_page("decline", award, form)


@bp.route("/<int:number>/decision", methods=["GET", "POST"])
@access(signed_in)
def decide(slug: str, number: int) -> Page:
    """Record what the pot's funder decided."""
    award, form = officers_award(slug, number), DecisionForm()
    if form.validate_on_submit():
        return save("decision", award, form, lambda: _record(award, form), said=_("Saved."))
    return form_page("decision", award, form)


def _record(award: Award, form: DecisionForm) -> None:
    given: dict[str, Any] = {
        "award": award,
        "decided_on": form.decided_on.data,
        "decided_by": form.decided_by.data or "",
        "present": form.present.data or "",
        "conflicts": form.conflicts.data or "",
        "by": me(),
    }
    if form.outcome.data == APPROVED:
        services.approve(**given, spend_by=form.spend_by.data)
    else:
        condition = form.condition.data or ""
        services.refuse_payment(**given, condition=condition, link=link_to(award.round))


@bp.route("/<int:number>/payment", methods=["GET", "POST"])
@access(signed_in)
def pay(slug: str, number: int) -> Page:
    """Record a payment."""
    return _pay("payment", slug, number, services.pay)


@bp.route("/<int:number>/payback", methods=["GET", "POST"])
@access(signed_in)
def pay_back(slug: str, number: int) -> Page:
    """Record money that came back."""
    return _pay("payback", slug, number, services.pay_back)


def _pay(name: str, slug: str, number: int, act: Any) -> Page:
    award, form = officers_award(slug, number), PaymentForm()
    known, owed = {*award.payments, *award.repayments}, queries.owed_back(award)
    if form.validate_on_submit():
        try:
            made = act(
                award=award,
                paid_on=form.paid_on.data,
                amount_pence=form.amount.data,
                note=form.note.data or "",
                by=me(),
            )
            db.session.commit()
        except Refused as refused:
            return again(name, award, form, refused, owed_back=owed)
        _say_written(made in known)
        return redirect(page_of(award), 303)
    return form_page(name, award, form, owed_back=owed)


def _say_written(was_there: bool) -> None:
    if was_there:
        flash(
            _(
                "The same day, amount and note are written down already, so nothing was added. If "
                "there were two, write a note that tells them apart."
            )
        )
    else:
        flash(_("Saved."), "success")


@bp.route("/<int:number>/payments/<int:payment_id>/strike", methods=["GET", "POST"])
@access(signed_in)
def strike(slug: str, number: int, payment_id: int) -> Page:
    """Take out a payment that was written down wrongly."""
    award, form = officers_award(slug, number), ReasonForm()
    payment = next((one for one in award.payments if one.id == payment_id), None)
    if payment is None:
        return redirect(page_of(award), 303)  # a second click
    if form.validate_on_submit():
        return do(
            award,
            _("The payment is taken out."),
            lambda: services.strike(payment=payment, reason=form.reason.data or "", by=me()),
        )
    return form_page("strike", award, form, payment=payment)

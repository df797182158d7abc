"""What became of the money: everybody reads it; groups and officers write it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.boards import queries as boards
from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Role
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.delivery import queries, services, words
from pbapp.delivery.forms import (
    APPROVED,
    DecisionForm,
    DeclineForm,
    MilestoneForm,
    PaymentForm,
    PressForm,
    ReportForm,
)
from pbapp.delivery.models import LIVE, Award
from pbapp.engagement.queries import list_heard
from pbapp.plans.queries import list_priorities
from pbapp.proposals.access import is_ours
from pbapp.refusal import Refused
from pbapp.results.queries import is_public
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.rounds.queries import list_rounds
from pbapp.web.access import access, anyone, require, signed_in
from pbapp.web.context import settings
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no
from pbapp.web.uploads import store_picture

bp = Blueprint("delivery", __name__, url_prefix="/rounds/<slug>/awards")
board_bp = Blueprint("said_and_did", __name__, url_prefix="/boards/<slug>")
blueprints = (bp, board_bp)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(anyone)
def index(slug: str) -> str:
    """Every award of a round and what became of it."""
    round = get_round(slug)
    awards = queries.list_awards(round)
    writes = _handles_money(round)
    return render_template(
        "delivery/index.html",
        round=round,
        awards=awards,
        words=words,
        total=sum(award.amount_pence for award in awards if award.state in LIVE),
        paid=sum(award.paid_pence for award in awards),
        spent=sum(award.spent_pence or 0 for award in awards),
        waiting=queries.list_to_offer(round) if writes and is_public(round, clock.now()) else [],
        form=PressForm(),
    )


@bp.post("")
@access(signed_in)
def offer(slug: str) -> Page:
    """Offer every project that won its money, and tell its group."""
    round = get_round(slug)
    require(_handles_money(round))
    try:
        made = services.offer_all(round=round, by=_me(), link=_link(round))
        db.session.commit()
    except Refused as refused:
        return _say(refused, url_for(".index", slug=slug))
    flash(_("%(n)s groups are being told.", n=len(made)))
    return redirect(url_for(".index", slug=slug), 303)


@bp.get("/<int:number>")
@access(anyone)
def detail(slug: str, number: int) -> str:
    """One award: the money, the steps, what the group told, and what passers-by saw."""
    award = _award(slug, number)
    return render_template(
        "delivery/detail.html",
        award=award,
        round=award.round,
        words=words,
        seen=queries.count_sightings([award.id]).get(award.id, queries.Seen()),
        is_ours=is_ours(award.proposal),
        handles_money=_handles_money(award.round) and not is_ours(award.proposal),
        today=clock.today(),
        form=PressForm(),
    )


@bp.post("/<int:number>/accept")
@access(signed_in)
def accept(slug: str, number: int) -> Page:
    """The group takes the money."""
    award = _their_award(slug, number)
    return _do(
        award,
        _("Thank you. The funder is asked to pay it now."),
        lambda: services.accept(award=award, by=_me()),
    )


@bp.route("/<int:number>/decline", methods=["GET", "POST"])
@access(signed_in)
def decline(slug: str, number: int) -> Page:
    """The group does not take the money."""
    award, form = _their_award(slug, number), DeclineForm()
    if form.validate_on_submit():
        return _do(
            award,
            _("We have noted it. The money goes to the next project on the list that fits."),
            lambda: services.decline(
                award=award, reason=form.reason.data or "", by=_me(), link=_link(award.round)
            ),
        )
    return _form_page("decline", award, form)


@bp.route("/<int:number>/decision", methods=["GET", "POST"])
@access(signed_in)
def decide(slug: str, number: int) -> Page:
    """Record what the pot's funder decided."""
    award, form = _officers_award(slug, number), DecisionForm()
    if form.validate_on_submit():
        try:
            _record(award, form)
            db.session.commit()
        except Refused as refused:
            return _again("decision", award, form, refused)
        flash(_("Saved, and the group is told."))
        return redirect(url_for(".detail", slug=slug, number=number), 303)
    return _form_page("decision", award, form)


def _record(award: Award, form: DecisionForm) -> None:
    given: dict[str, Any] = {
        "award": award,
        "decided_on": form.decided_on.data,
        "decided_by": form.decided_by.data or "",
        "present": form.present.data or "",
        "conflicts": form.conflicts.data or "",
        "by": _me(),
    }
    if form.outcome.data == APPROVED:
        services.approve(**given, spend_by=form.spend_by.data)
    else:
        condition = form.condition.data or ""
        services.refuse_payment(**given, condition=condition, link=_link(award.round))


@bp.route("/<int:number>/payment", methods=["GET", "POST"])
@access(signed_in)
def pay(slug: str, number: int) -> Page:
    """Record a payment."""
    award, form = _officers_award(slug, number), PaymentForm()
    if form.validate_on_submit():
        try:
            services.pay(
                award=award,
                paid_on=form.paid_on.data,  # type: ignore[arg-type]  # a valid form has one
                amount_pence=form.amount.data,
                note=form.note.data or "",
                by=_me(),
            )
            db.session.commit()
        except Refused as refused:
            return _again("payment", award, form, refused)
        return redirect(url_for(".detail", slug=slug, number=number), 303)
    return _form_page("payment", award, form)


@bp.route("/<int:number>/step", methods=["GET", "POST"])
@access(signed_in)
def add_step(slug: str, number: int) -> Page:
    """Say what will be done by which day."""
    award, form = _workers_award(slug, number), MilestoneForm()
    if form.validate_on_submit():
        try:
            services.add_milestone(
                award=award,
                name=form.name.data or "",
                due_on=form.due_on.data,  # type: ignore[arg-type]  # a valid form has one
                by=_me(),
            )
            db.session.commit()
        except Refused as refused:
            return _again("step", award, form, refused)
        return redirect(url_for(".detail", slug=slug, number=number), 303)
    return _form_page("step", award, form)


@bp.post("/<int:number>/step/<int:step_id>/done")
@access(signed_in)
def finish_step(slug: str, number: int, step_id: int) -> Page:
    """The step is done."""
    award = _workers_award(slug, number)
    step = next((one for one in award.milestones if one.id == step_id), None) or abort(404)
    return _do(
        award, _("Marked as done."), lambda: services.finish_milestone(milestone=step, by=_me())
    )


@bp.route("/<int:number>/report", methods=["GET", "POST"])
@access(signed_in)
def report(slug: str, number: int) -> Page:
    """Tell what was done with the money."""
    award, form = _their_award(slug, number), ReportForm()
    if form.validate_on_submit():
        try:
            services.tell(
                award=award,
                text=form.text.data or "",
                difference=form.difference.data or "",
                spent_pence=form.spent.data,
                people=form.how_many,
                photo_id=_photo(form),
                is_final=form.is_final.data,
                by=_me(),
            )
            db.session.commit()
        except Refused as refused:
            return _again("report", award, form, refused)
        flash(_("Thank you. Everybody can read it now."))
        return redirect(url_for(".detail", slug=slug, number=number), 303)
    return _form_page("report", award, form)


def _photo(form: ReportForm) -> Any:
    file = form.photo.data
    if not file or not file.filename:
        return None
    alt = form.photo_alt.data or ""
    return store_picture(stream=file.stream, alt=alt, folder=settings().uploads).id


@bp.post("/<int:number>/seen")
@access(anyone)
@limited("sightings", tries=20, seconds=3600)
def see(slug: str, number: int) -> Page:
    """Somebody has been there, and it is there or not."""
    award = _award(slug, number)
    is_there = request.form.get("is_there") == "yes"
    return _do(
        award,
        _("Thank you. We count it, and do not keep who said it."),
        lambda: services.see(award=award, is_there=is_there),
    )


@board_bp.get("/said-and-did")
@access(anyone)
def said_and_did(slug: str) -> str:
    """You said, we did: by priority, what was said, what was voted for and what became of it."""
    board = boards.find_board(slug) or abort(404)
    use_board(board)
    heard = list_heard(board.id)
    awards = [a for a in queries.list_of_boards([board.id]) if a.state in LIVE]
    return render_template(
        "delivery/said_and_did.html",
        board=board,
        priorities=list_priorities(board.id),
        heard=heard,
        said={
            priority.id: [record for record in heard if priority in record.priorities]
            for record in heard
            for priority in record.priorities
        },
        awards=awards,
        rounds=[round for round in list_rounds(board) if is_public(round, clock.now())],
        seen=queries.count_sightings([award.id for award in awards]),
        words=words,
    )


# --- shared ---------------------------------------------------------------------------------


def _form_page(name: str, award: Award, form: Any) -> Page:
    html = render_template(
        f"delivery/{name}.html", award=award, round=award.round, form=form, words=words
    )
    return html, 422 if form.errors else 200


def _again(name: str, award: Award, form: Any, refused: Refused) -> Page:
    """The form as it was typed, with what is wrong beside its field."""
    blame(form, refused)
    return _form_page(name, award, form)


def _do(award: Award, done: str, act: Any) -> Page:
    """Do it and say so; what cannot be done is said on the same page."""
    address = url_for(".detail", slug=award.round.slug, number=award.proposal.number)
    try:
        act()
        db.session.commit()
    except Refused as refused:
        return _say(refused, address)
    flash(done)
    return redirect(address, 303)


def _say(refused: Refused, address: str) -> Response:
    say_no(refused, "warning")
    return redirect(address, 303)


def _award(slug: str, number: int) -> Award:
    return queries.find_award(get_round(slug), number) or abort(404)


def _their_award(slug: str, number: int) -> Award:
    award = _award(slug, number)
    require(is_ours(award.proposal))
    return award


def _officers_award(slug: str, number: int) -> Award:
    award = _award(slug, number)
    require(_handles_money(award.round))
    return award


def _workers_award(slug: str, number: int) -> Award:
    award = _award(slug, number)
    require(is_ours(award.proposal) or _handles_money(award.round))
    return award


def _handles_money(round: Round) -> bool:
    return is_officer_of(round.board_id, Role.VOTING_LEAD, Role.CLERK)


def _me() -> Account:
    return the_account() or abort(403)


def _link(round: Round) -> services.LinkTo:
    return lambda number: url_for("delivery.detail", slug=round.slug, number=number, _external=True)

"""The plan of a board, and each of its priorities with what helps it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries as assets
from pbapp.audit.queries import list_revisions
from pbapp.boards import queries as boards
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.engagement import queries as engagement
from pbapp.plans import queries, services, words
from pbapp.plans.forms import ActionForm, ReadingForm
from pbapp.plans.models import ActionStatus, Priority
from pbapp.plans.services import written
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.results import queries as results
from pbapp.rounds import queries as rounds
from pbapp.web.access import access, anyone, require
from pbapp.web.refusals import blame

bp = Blueprint("plans", __name__, url_prefix="/boards/<slug>")
blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.get("/plan")
@access(anyone)
def detail(slug: str) -> str:
    """The plan of today, or that there is none yet."""
    board = _board(slug)
    plan = queries.find_plan(board.id)
    return render_template(
        "plans/detail.html",
        board=board,
        plan=plan,
        helped=assets.count_by_priority(board.id),
        others=[p for p in queries.list_plans(board.id) if plan is None or p.id != plan.id],
        today=clock.today(),
    )


@bp.get("/priorities/<priority>")
@access(anyone)
def priority(slug: str, priority: str) -> str:
    """What the plan of today says of a priority, and what in the area helps it."""
    board = _board(slug)
    found = queries.find_priority(board.id, priority)
    versions = queries.list_versions(found.id) if found else []
    current = queries.current_version(versions)
    if found is None or current is None:
        abort(404)
    main, supporting = assets.list_for_priority(found.id)
    plan = queries.find_plan(board.id)
    awards = results.awards_of_priority(found)
    return render_template(
        "plans/priority.html",
        board=board,
        priority=found,
        version=current,
        heard=engagement.list_heard(board.id, priority_id=found.id),
        indicators=queries.list_indicators(found.id),
        writes=is_officer_of(board.id),
        words=words,
        written=written,
        in_force=plan is not None and current.plan_id == plan.id,
        earlier=[v for v in versions if v.plan.starts_on < current.plan.starts_on],
        main=main,
        supporting=supporting,
        proposals=_undecided(found),
        awards=awards,
        awarded=_sums(awards),
    )


@bp.route("/priorities/<priority>/actions/<int:action_id>", methods=["GET", "POST"])
@access(any_officer)
def action(slug: str, priority: str, action_id: int) -> Page:
    """Say how an action of the plan goes."""
    board, found = _own_priority(slug, priority)
    its = queries.find_action(found, action_id) or abort(404)
    account = the_account() or abort(403)
    form = ActionForm(data={"status": its.status.value, "progress": its.progress})
    if form.validate_on_submit():
        status = ActionStatus(form.status.data)
        services.report_action(
            action=its, status=status, progress=form.progress.data or "", by=account
        )
        db.session.commit()
        flash(_("Saved. Everybody can read it now."))
        return redirect(url_for(".priority", slug=slug, priority=priority) + "#actions", 303)
    html = render_template(
        "plans/action.html",
        board=board,
        priority=found,
        action=its,
        form=form,
        history=words.told(list_revisions("action", its.id)),
    )
    return html, 422 if form.errors else 200


@bp.route("/priorities/<priority>/indicators/<indicator>", methods=["GET", "POST"])
@access(any_officer)
def reading(slug: str, priority: str, indicator: str) -> Page:
    """Note what an indicator stands at."""
    board, found = _own_priority(slug, priority)
    its = queries.find_indicator(found, indicator) or abort(404)
    account = the_account() or abort(403)
    form = ReadingForm(its.decimals)
    if form.validate_on_submit():
        try:
            services.take_reading(indicator=its, by=account, **form.typed)
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            flash(_("Saved. Everybody can read it now."))
            return redirect(url_for(".priority", slug=slug, priority=priority) + "#figures", 303)
    html = render_template(
        "plans/reading.html",
        board=board,
        priority=found,
        indicator=its,
        form=form,
        written=written,
    )
    return html, 422 if form.errors else 200


def _own_priority(slug: str, priority: str) -> tuple[Board, Priority]:
    board = _board(slug)
    require(is_officer_of(board.id))
    return board, queries.find_priority(board.id, priority) or abort(404)


def _undecided(priority: Priority) -> list[Any]:
    """Proposals for a priority that wait for a vote or its result; the rest is told as money."""
    now = clock.now()
    found = []
    for proposal in proposals.list_by_priority(priority.id):
        state = rounds.state_of(proposal.round, now)
        if not state.is_over and state.kind != "published":
            found.append(proposal)
    return found


def _sums(awards: list[Any]) -> dict[str, int]:
    """Currency to what was awarded in it; one line each, never added up across."""
    found: dict[str, int] = {}
    for award in awards:
        currency = award.count.round.currency
        found[currency] = found.get(currency, 0) + award.awarded
    return found


def _board(slug: str) -> Board:
    board = boards.find_board(slug)
    if board is None:
        abort(404)
    use_board(board)
    return board

"""The plan of a board, and each of its priorities with what helps it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from pbapp import clock
from pbapp.assets import queries as assets
from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.engagement import queries as engagement
from pbapp.plans import queries
from pbapp.plans.models import Priority
from pbapp.proposals import queries as proposals
from pbapp.results import queries as results
from pbapp.rounds import queries as rounds
from pbapp.web.access import access, anyone

bp = Blueprint("plans", __name__, url_prefix="/boards/<slug>")
blueprints = (bp,)


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
        in_force=plan is not None and current.plan_id == plan.id,
        earlier=[v for v in versions if v.plan.starts_on < current.plan.starts_on],
        main=main,
        supporting=supporting,
        proposals=_undecided(found),
        awards=awards,
        awarded=_sums(awards),
    )


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

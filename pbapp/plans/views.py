"""The plan of a board, and each of its priorities with what helps it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, render_template

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries as assets
from pbapp.audit.queries import list_of_each
from pbapp.boards.access import is_officer_of
from pbapp.plans import (
    progress_pages,  # noqa: F401 — its pages hang on the same blueprint
    queries,
    words,
)
from pbapp.plans.blueprint import bp, get_board
from pbapp.plans.drafting import queries as drafts
from pbapp.plans.drafting import services as drafting
from pbapp.plans.drafting import views as drafting_pages  # noqa: F401 — and so do these
from pbapp.plans.drafting import words as draft_words
from pbapp.plans.models import Indicator, Plan, Priority
from pbapp.plans.progress import READING, written
from pbapp.proposals import queries as proposals
from pbapp.rounds import queries as rounds
from pbapp.thread import queries as thread
from pbapp.thread import words as thread_words
from pbapp.thread.queries import Strand
from pbapp.web.access import access, anyone

blueprints = (bp,)


@bp.get("/plan")
@access(anyone)
def detail(slug: str) -> str:
    """The plan of today, or that there is none yet."""
    board = get_board(slug)
    plan, account = queries.find_plan(board.id), the_account()
    return render_template(
        "plans/detail.html",
        board=board,
        plan=plan,
        helped=assets.count_by_priority(board.id),
        others=[p for p in queries.list_plans(board.id) if plan is None or p.id != plan.id],
        writes=is_officer_of(board.id, *drafting.WRITERS),
        led=queries.list_led(plan, account.id) if plan and account else [],
        words=words,
        today=clock.today(),
    )


@bp.get("/plan/<day>")
@access(anyone)
def version(slug: str, day: str) -> str:
    """One version of the plan, whole, at an address of its own: the day it begins."""
    board = get_board(slug)
    plan = queries.find_plan_of(board.id, _day(day)) or abort(404)
    known = queries.list_plans(board.id)
    at = next(n for n, one in enumerate(known) if one.id == plan.id)
    before, after = known[at + 1 :], known[:at]
    return render_template(
        "plans/version.html",
        board=board,
        plan=plan,
        versions=queries.load_whole(plan),
        replaced=after[-1] if after else None,
        new=_priority_ids(plan) - _priority_ids(before[0]) if before else set(),
        ended=_priority_ids(plan) - _priority_ids(after[-1]) if after else set(),
        words=words,
        history=draft_words.told(
            drafts.list_history(plan),
            {one.priority.slug: one.title for one in plan.versions},
        ),
        today=clock.today(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _priority_ids(plan: Plan) -> set[int]:
    return {version.priority_id for version in plan.versions}


@bp.get("/priorities/<priority>")
@access(anyone)
def priority(slug: str, priority: str) -> str:
    """What the plan of today says of a priority, and what in the area helps it."""
    board = get_board(slug)
    found = queries.find_priority(board.id, priority)
    versions = queries.list_versions(found.id) if found else []
    current = queries.current_version(versions)
    if found is None or current is None:
        abort(404)
    main, supporting = assets.list_for_priority(found.id)
    plan = queries.find_plan(board.id)
    golden = thread.find_thread(board, current)
    indicators = golden.indicators
    return render_template(
        "plans/priority.html",
        board=board,
        priority=found,
        version=current,
        heard=golden.heard,
        steps=thread_words.tell(golden),
        indicators=indicators,
        writes=is_officer_of(board.id),
        partners=_own_partners(),
        corrected=_corrections(indicators),
        words=words,
        written=written,
        in_force=plan is not None and current.plan_id == plan.id,
        earlier=[v for v in versions if v.plan.starts_on < current.plan.starts_on],
        main=main,
        supporting=supporting,
        proposals=_undecided(found),
        strands=golden.strands,
        stages=thread_words.STAGE,
        awarded=_sums(golden.alive),
    )


def _own_partners() -> set[str]:
    """The partners the viewer acts for: of the actions these lead, they may say how they go."""
    account = the_account()
    return queries.partner_names(account.id) if account else set()


def _corrections(indicators: list[Indicator]) -> dict[int, list[dict[str, Any]]]:
    """By reading: what it said before somebody put it right, in words."""
    ids = [reading.id for indicator in indicators for reading in indicator.readings]
    found: dict[int, list[dict[str, Any]]] = {}
    for revision in list_of_each(READING, ids):
        found.setdefault(int(revision.subject_id), []).extend(words.told([revision]))
    return found


def _undecided(priority: Priority) -> list[Any]:
    """Proposals for a priority that wait for a vote or its result; the rest is told as money."""
    now = clock.now()
    found = []
    for proposal in proposals.list_by_priority(priority.id):
        state = rounds.state_of(proposal.round, now)
        if not state.is_over and state.kind != "published":
            found.append(proposal)
    return found


def _sums(strands: list[Strand]) -> dict[str, int]:
    """Currency to what was awarded in it; one line each, never added up across."""
    found: dict[str, int] = {}
    for one in strands:
        found[one.round.currency] = found.get(one.round.currency, 0) + one.awarded
    return found

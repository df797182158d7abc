"""The plan of a board, and each of its priorities with what helps it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, render_template, request

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries as assets
from pbapp.audit.queries import list_of_each
from pbapp.boards.access import is_officer_of
from pbapp.gaps import words as gap_words
from pbapp.gaps.helping import queries as helping
from pbapp.gaps.weak import queries as weak
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
from pbapp.plans.models import Indicator, Plan
from pbapp.plans.progress import READING, written
from pbapp.proposals import queries as proposals
from pbapp.proposals.tied import queries as tied
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
    plan = queries.find_plan(board.id)
    golden = thread.find_thread(board, current)
    indicators = golden.indicators
    undecided = proposals.list_undecided(board, clock.now())
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
        **_what_is_here(golden, undecided),
        proposals=[one for one in undecided if one.priority_id == found.id],
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


def _what_is_here(golden: thread.Thread, undecided: list[Any]) -> dict[str, Any]:
    """What on the map helps a priority, by ward and with what is proposed there, and what lacks."""
    gaps, version = golden.gaps, golden.version
    here = helping.find_helping(golden.board.id, version.priority_id, _page())
    rows = [gaps.row_of(ward).cells.get(version.priority_id) for ward in gaps.wards]
    return {
        "here": here,
        "tied": tied.list_tied([asset.id for asset in here.assets]),
        "won": {one.allocation.proposal_id: one for one in golden.all_strands},
        "wards": gaps.wards,
        "gap_rows": [
            (one, [one.say(cell) for cell in rows if cell])
            for one in gap_words.MEASURES.values()
            if rows and all(rows)
        ],
        "counted_on": gaps.as_of,
        "people_source": gap_words.source_told(gaps.source) if gaps.source else "",
        "weak": weak.find_spots(gaps, undecided, version),
        "say_weak": gap_words.weak,
    }


def _page() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _sums(strands: list[Strand]) -> dict[str, int]:
    """Currency to what was awarded in it; one line each, never added up across."""
    found: dict[str, int] = {}
    for one in strands:
        found[one.round.currency] = found.get(one.round.currency, 0) + one.awarded
    return found

"""The queue itself, what can still be taken back, and whose hands a thing is in."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.boards.access import any_officer, moderates, officer_board_ids, officer_or_counter
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.desk import queries as desk
from pbapp.desk import words as desk_words
from pbapp.desk.access import get_decision, my_viewer, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import queries, services, words
from pbapp.desk.queue.addresses import kept, url_of
from pbapp.desk.queue.cases import find_case, get_case
from pbapp.desk.queue.filters import PER_PAGE, WHO, Filters
from pbapp.desk.queue.kinds import Viewer
from pbapp.plans.queries import list_to_review
from pbapp.refusal import Refused
from pbapp.rounds import words as round_words
from pbapp.rounds.queries import list_rounds_of
from pbapp.web.access import access
from pbapp.web.refusals import say_no

SINGLY = 3  # how many of the last decisions can be undone one by one on the page


@bp.get("")
@access(officer_or_counter)
def index() -> str:
    """What waits on this officer's boards, the oldest first, and what can still be undone."""
    viewer = my_viewer()
    whole = queries.list_waiting(viewer)
    filters = Filters.from_args(request.args).known(whole)
    found = filters.apply(whole, viewer)
    pages = max(1, math.ceil(len(found) / PER_PAGE))
    page = min(filters.page, pages)
    officer_of = officer_board_ids()
    mine = [] if filters.is_any else officer_of
    rounds = list_rounds_of(mine) if mine else []
    board = rounds[0].board if rounds else desk.find_board_of(viewer.roles)
    if board is not None:
        use_board(board)
    now = clock.now()
    return render_template(
        "desk/index.html",
        whole=whole,
        found=found,
        shown=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        page_number=page,
        pages=pages,
        filters=filters,
        numbers=numbers(filters.narrow(whole), viewer),
        kinds=Counter(item.kind for item in whole),
        boards={item.board_id: item.board_name for item in whole},
        rounds_of={item.round_id: item.round_title for item in whole if item.round_id},
        url_of=url_of,
        words=words,
        open=request.args.get("open", ""),
        is_officer=bool(officer_of),
        moderates=moderates(),
        kept=kept(),
        to_review=list_to_review(mine) if mine else [],
        rounds=[(round, round_words.state_words(round, now)) for round in rounds],
        **undoable(),
    )


def numbers(narrowed: list[queries.Waiting], viewer: Viewer) -> dict[str, int]:
    """How many there are of each sort, of just the things the filters leave."""
    return {who: sum(test(item, viewer) for item in narrowed) for who, test in WHO.items()}


# --- taking back ----------------------------------------------------------------------------


def undoable() -> dict[str, Any]:
    """What this officer decided in the last minute: single things by name, batches by number."""
    made = queries.list_undoable(the_officer().id)
    batches: dict[UUID, list[Decision]] = {}
    for decision in made:
        if decision.batch_id is not None:
            batches.setdefault(decision.batch_id, []).append(decision)
    single = [decision for decision in made if decision.batch_id is None][:SINGLY]
    return {
        "undoable": [one for one in map(_single, single) if one],
        "batches": [
            {"id": id, "number": len(many), "did": desk_words.did(many[0])}
            for id, many in batches.items()
        ],
    }


def _single(decision: Decision) -> dict[str, object] | None:
    case = find_case(decision.subject_type, decision.subject_id)
    if case is None:
        return None
    return {"id": decision.id, "title": case.title, "did": desk_words.did(decision)}


@bp.post("/decisions/<uuid:decision_id>/undo")
@access(officer_or_counter)
def undo(decision_id: UUID) -> Response:
    """Take a decision of the last minute back."""
    account = the_officer()
    decision = get_decision(decision_id, account)
    try:
        get_case(decision.subject_type, decision.subject_id).undo(decision, account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Undone. It waits for a decision again, and nobody was told."), "success")
    return redirect(url_for(".index", **kept()), 303)


# --- whose hands it is in -------------------------------------------------------------------


@bp.post("/assign/<kind>/<ref>")
@access(any_officer)
def assign(kind: str, ref: str) -> Response:
    """Take a thing oneself, give it to another officer of the board, or to nobody."""
    viewer = my_viewer()
    item = next((i for i in queries.list_waiting(viewer) if (i.kind, i.ref) == (kind, ref)), None)
    if item is None:
        abort(404)
    to = words.chosen_officer(request.form.get("to", ""), viewer.account)
    try:
        services.assign(kind=kind, ref=ref, board_id=item.board_id, to=to, by=viewer.account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
    return redirect(url_of(kind, ref, **kept()), 303)

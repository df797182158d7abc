"""The officers' desk: one queue over the rooms, and undo for a minute."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.boards.access import any_officer
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.desk import (  # noqa: F401 — and these
    queries,
    rehearsals,
    simulate_pages,
    what_if_pages,
    what_will_be_sealed,
    words,
)
from pbapp.desk import rounds as round_pages  # noqa: F401 — and so do these
from pbapp.desk.access import get_decision, my_roles, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import appeal_pages, item_pages  # noqa: F401 — their pages hang on it
from pbapp.desk.queue.cases import get_case
from pbapp.plans.queries import list_to_review
from pbapp.refusal import Refused
from pbapp.rounds import words as round_words
from pbapp.rounds.queries import list_rounds_of
from pbapp.web.access import access
from pbapp.web.refusals import say_no

blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(any_officer)
def index() -> str:
    """What waits on this officer's boards, the oldest first, and what can still be undone."""
    account, roles = the_officer(), my_roles()
    now = clock.now()
    queue = queries.list_waiting(account, roles)
    rounds = list_rounds_of(roles)
    board = rounds[0].board if rounds else queries.find_board_of(roles)
    if board is not None:
        use_board(board)
    return render_template(
        "desk/index.html",
        queue=queue,
        mine=sum(item.is_my_turn for item in queue),
        undoable=[_undoable(d) for d in queries.list_undoable(account.id)],
        rounds=[(round, round_words.state_words(round, now)) for round in rounds],
        to_review=list_to_review(roles),
    )


def _undoable(decision: Decision) -> dict[str, object]:
    case = get_case(decision.subject_type, decision.subject_id)
    return {"id": decision.id, "title": case.title, "did": words.did(decision)}


@bp.post("/decisions/<uuid:decision_id>/undo")
@access(any_officer)
def undo(decision_id: UUID) -> Page:
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
    return redirect(url_for(".index"), 303)

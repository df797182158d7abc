"""What an officer may open at the desk: the work of their own boards and no other."""

from __future__ import annotations

from uuid import UUID

from flask import abort, g

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.boards.access import board_ids_of, is_officer_of
from pbapp.boards.models import OFFICER_ROLES, Role
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision
from pbapp.desk.queue.kinds import Viewer
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round


def the_officer() -> Account:
    """The officer at the desk; the views' access rule has let them in."""
    account = the_account()
    return account or abort(403)


def my_viewer() -> Viewer:
    """The viewer as the queue knows them: on each board where they are an officer or a counter."""
    boards = board_ids_of(OFFICER_ROLES | {Role.COUNTER})
    return Viewer(the_officer(), {id: frozenset(g.roles_by_board[id]) for id in boards})


def get_own_round(slug: str) -> Round:
    """A round of one of the officer's boards; 403 for another board's."""
    round = get_round(slug)
    _must_be_officer(round.board_id)
    return round


def get_decision(decision_id: UUID, account: Account) -> Decision:
    """The officer's own decision; 404 if there is none, 403 for somebody else's."""
    decision = decisions.find(decision_id) or abort(404)
    if decision.by_id != account.id:
        abort(403)
    return decision


def _must_be_officer(board_id: int | None) -> None:
    if not is_officer_of(board_id):
        abort(403)

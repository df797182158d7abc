"""What the pages about paper share: their address, and whose round it is."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.ballots.paper import queries
from pbapp.ballots.paper.models import PaperBatch
from pbapp.ballots.paper.people import may_count
from pbapp.boards.access import is_officer_of
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round

bp = Blueprint("paper", __name__, url_prefix="/desk/rounds/<slug>")

Page = str | Response | tuple[str, int]


def get_own(slug: str) -> tuple[Round, Account]:
    """A round of one of the officer's boards, and the officer; 403 for another board's."""
    round = get_round(slug)
    account = the_account()
    if account is None or not is_officer_of(round.board_id):
        abort(403)
    if round.is_imported:
        abort(404)
    return round, account


def get_counted(slug: str) -> tuple[Round, Account]:
    """A round whose papers the viewer may read, and the viewer; 403 for anybody else."""
    round = get_round(slug)
    account = the_account()
    if account is None or not may_count(round, account):
        abort(403)
    if round.is_imported:
        abort(404)
    return round, account


def get_batch(round: Round, number: int) -> PaperBatch:
    return queries.find_batch(round, number) or abort(404)

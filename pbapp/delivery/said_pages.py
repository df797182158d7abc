"""You said, we did: of a board, and of one round."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template

from pbapp import clock
from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.delivery import queries, words
from pbapp.delivery.blueprint import board_bp
from pbapp.delivery.models import LIVE, Award
from pbapp.engagement.queries import list_heard
from pbapp.plans.queries import list_priorities, load_whole
from pbapp.results.queries import is_public
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.rounds.queries import list_rounds
from pbapp.web.access import access, anyone


@board_bp.get("/boards/<slug>/said-and-did")
@access(anyone)
def said_and_did(slug: str) -> str:
    """By priority: what was said, what was voted for and what became of it."""
    board = boards.find_board(slug) or abort(404)
    use_board(board)
    awards = queries.list_of_boards([board.id])
    rounds = [round for round in list_rounds(board) if is_public(round, clock.now())]
    return _page(board, awards, list_priorities(board.id), rounds=rounds)


@board_bp.get("/rounds/<slug>/said-and-did")
@access(anyone)
def of_round(slug: str) -> str:
    """The same of one round, by the priorities of the plan it ran under."""
    round = get_round(slug)
    board = round.board or abort(404)
    priorities = load_whole(round.plan) if round.plan else []
    return _page(board, queries.list_awards(round), priorities, round=round, rounds=[round])


def _people(award: Award) -> int:
    """The newest number a group told; a later report may leave it out."""
    return next((told.people for told in reversed(award.reports) if told.people), 0)


def _page(
    board: Board,
    awards: list[Award],
    priorities: Any,
    *,
    rounds: list[Round],
    round: Round | None = None,
) -> str:
    heard = list_heard(board.id)
    live = [award for award in awards if award.state in LIVE]
    said: dict[int, list[Any]] = {}
    for record in heard:
        for priority in record.priorities:
            said.setdefault(priority.id, []).append(record)
    return render_template(
        "delivery/said_and_did.html",
        board=board,
        round=round,
        priorities=priorities,
        heard=heard,
        said=said,
        awards=live,
        people=sum(_people(award) for award in live),
        spent=sum(award.spent_pence or 0 for award in live),
        rounds=rounds,
        seen=queries.count_sightings([award.id for award in live]),
        words=words,
    )

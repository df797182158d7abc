"""What people can follow, and how it is called. Only what anybody may see has a name."""

from __future__ import annotations

from flask_babel import gettext as _

from pbapp.boards.models import Board, BoardArea
from pbapp.db import db
from pbapp.messages.subjects import FINISH, HALFWAY, RESULT, Named, subject
from pbapp.places.models import Area
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import is_public
from pbapp.rounds.models import Round


@subject("proposal")
def name_proposal(proposal_id: int, *_more: int) -> Named | None:
    found = db.session.get(Proposal, proposal_id)
    if found is None or not found.round.is_public or not is_public(found):
        return None
    return Named(found.title, f"/rounds/{found.round.slug}/proposals/{found.number}")


@subject("round")
def name_round(round_id: int, *_more: int) -> Named | None:
    found = db.session.get(Round, round_id)
    if found is None or not found.is_public:
        return None
    return Named(found.title, f"/rounds/{found.slug}")


@subject(RESULT)
def name_result(round_id: int, *_more: int) -> Named | None:
    round = name_round(round_id)
    return round and Named(_("The result of %(round)s", round=round.title), round.path)


@subject(HALFWAY)
def name_halfway(round_id: int, *_more: int) -> Named | None:
    round = name_round(round_id)
    return round and Named(_("%(round)s, half-way: the work so far", round=round.title), round.path)


@subject(FINISH)
def name_finish(round_id: int, *_more: int) -> Named | None:
    round = name_round(round_id)
    return round and Named(_("%(round)s: what came of the money", round=round.title), round.path)


@subject("board")
def name_board(board_id: int, *_more: int) -> Named | None:
    found = db.session.get(Board, board_id)
    return Named(found.name, f"/boards/{found.slug}") if found else None


@subject("ward")
def name_ward(board_id: int, area_id: int = 0, *_more: int) -> Named | None:
    """A ward of a board: news of the board that is about this ward."""
    if db.session.get(BoardArea, (board_id, area_id)) is None:
        return None
    board, area = db.session.get_one(Board, board_id), db.session.get_one(Area, area_id)
    title = _("%(ward)s, %(board)s", ward=area.name, board=board.name)
    return Named(title, f"/boards/{board.slug}/wards/{area.gss_code}")


def of_round(round: Round) -> list[str]:
    """Who hears news of a round: its followers, its board's, and those of the wards it is for."""
    wards = [f"ward {round.board_id}/{link.area_id}" for link in round.round_areas]
    return [f"round {round.id}", f"board {round.board_id}", *wards]

"""Who may see a result, and when: nobody before the vote has closed and been counted."""

from __future__ import annotations

from dataclasses import dataclass

from pbapp import clock
from pbapp.boards.access import is_officer_of, is_on_board
from pbapp.boards.models import Role
from pbapp.results.models import Count
from pbapp.results.queries import find_official_count, is_public
from pbapp.rounds.models import Round


@dataclass(frozen=True)
class Sight:
    """What this viewer may see of a round's result. `count` is None for those who may not yet."""

    count: Count | None
    is_public: bool
    may_count: bool

    @property
    def is_early(self) -> bool:
        """An officer looks at what the public cannot see yet."""
        return self.count is not None and not self.is_public


def sight(round: Round, *, board_too: bool = False) -> Sight:
    """Officers of the board see a result once it is counted; with `board_too` its members do."""
    count = find_official_count(round)
    out = count is not None and is_public(round, clock.now())
    inside = is_on_board(round.board_id) if board_too else is_officer_of(round.board_id)
    return Sight(
        count=count if out or inside else None,
        is_public=out,
        may_count=count is None and is_officer_of(round.board_id, Role.VOTING_LEAD),
    )

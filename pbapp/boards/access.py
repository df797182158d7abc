"""Who may do what for a board. A role belongs to one board and reaches no other."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import g

from pbapp.accounts.viewer import the_account
from pbapp.boards.models import BOARD_ROLES, OFFICER_ROLES, Board, Role
from pbapp.boards.queries import list_boards, roles_by_board


def roles_here(board_id: int | None) -> frozenset[Role]:
    """The viewer's roles on a board; one query a request, however often it is asked."""
    account = the_account()
    if account is None or board_id is None:
        return frozenset()
    if "roles_by_board" not in g:
        g.roles_by_board = roles_by_board(account.id)
    return frozenset(g.roles_by_board.get(board_id, frozenset()))


def any_officer(**_: Any) -> bool:
    """An officer of some board; what they see is then limited to their own boards."""
    return bool(officer_board_ids())


def officer_or_counter(**_: Any) -> bool:
    """An officer or a trained counter of some board; pages then ask about the round's own."""
    return bool(board_ids_of(OFFICER_ROLES | {Role.COUNTER}))


def any_counter(**_: Any) -> bool:
    """A trained counter of some board."""
    return bool(board_ids_of({Role.COUNTER}))


def board_ids_of(roles: Collection[Role]) -> list[int]:
    """The boards where the viewer has one of these roles."""
    if the_account() is None:
        return []
    roles_here(0)  # fills the cache
    return [board for board, held in g.roles_by_board.items() if held & frozenset(roles)]


def officer_board_ids() -> list[int]:
    """The boards the viewer is an officer of."""
    return board_ids_of(OFFICER_ROLES)


def is_officer_of(board_id: int | None, *roles: Role) -> bool:
    """An officer of this very board, in one of the roles if any are named."""
    return bool(roles_here(board_id) & (frozenset(roles) or OFFICER_ROLES))


def moderates(**_: Any) -> bool:
    """A moderator of some board."""
    return bool(board_ids_of({Role.MODERATOR}))


def my_boards(*roles: Role) -> list[Board]:
    """The boards the viewer is an officer of, in one of the roles if any are named."""
    return [board for board in list_boards() if is_officer_of(board.id, *roles)]


def is_on_board(board_id: int | None) -> bool:
    """A member of this board, its chair, or one of its officers."""
    return bool(roles_here(board_id) & (BOARD_ROLES | OFFICER_ROLES))

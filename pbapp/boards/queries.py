"""Find boards, their wards, and who does what for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pbapp.accounts.models import Account
from pbapp.boards.models import OFFICER_ROLES, Board, BoardArea, Council, Membership, Role
from pbapp.db import db
from pbapp.places import queries as places
from pbapp.places.models import Area

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def is_slug(text: str) -> bool:
    """Whether this can stand in an address; anything else (a NUL, say) is not worth a query."""
    return len(text) <= 60 and SLUG.fullmatch(text) is not None


def find_council() -> Council | None:
    """The council this installation serves; None before it is set up."""
    return db.session.scalar(select(Council).order_by(Council.id).limit(1))


def list_boards() -> list[Board]:
    return list(db.session.scalars(select(Board).order_by(Board.name, Board.id)))


def find_board(slug: str) -> Board | None:
    """A board with its council and wards."""
    if not is_slug(slug):
        return None
    query = (
        select(Board)
        .options(
            joinedload(Board.council),
            selectinload(Board.board_areas).joinedload(BoardArea.area),
        )
        .where(Board.slug == slug)
    )
    return db.session.scalar(query)


def list_wards(board: Board) -> list[Area]:
    """The board's wards by name."""
    query = (
        select(Area)
        .join(BoardArea, BoardArea.area_id == Area.id)
        .where(BoardArea.board_id == board.id)
        .order_by(Area.name, Area.id)
    )
    return list(db.session.scalars(query))


def find_ward(board: Board, typed: str) -> Area | None:
    """A ward of a board with its areas loaded, by its GSS code, number or name."""
    return ward_named(typed, [link.area for link in board.board_areas])


def find_former_ward(board: Board, typed: str) -> Area | None:
    """The ward of the board's council that somebody means and that is no more."""
    return ward_named(typed, places.list_former_wards(board.council.area))


def find_heir_named(typed: str, wards: Collection[Area]) -> Area | None:
    """The one of these wards that a ward which is no more has become, by that one's GSS code."""
    code = typed.strip().upper()
    former = places.find_area(code) if code.isalnum() else None
    heir = places.find_heir(former) if former is not None else None
    return heir if heir in wards else None


def ward_named(typed: str, wards: Iterable[Area]) -> Area | None:
    """The one of these wards that somebody means by a GSS code, the council's number or a name."""
    named = " ".join(typed.split()).casefold()
    return next((ward for ward in wards if named in _names_of(ward)), None)


def _names_of(ward: Area) -> tuple[str, ...]:
    return ward.gss_code.casefold(), str(ward.number or "-"), ward.name.casefold()


def roles_by_board(account_id: UUID) -> dict[int, frozenset[Role]]:
    """Board id to the roles somebody has there."""
    found: dict[int, set[Role]] = {}
    query = select(Membership.board_id, Membership.role).where(Membership.account_id == account_id)
    for board_id, role in db.session.execute(query):
        found.setdefault(board_id, set()).add(role)
    return {board_id: frozenset(roles) for board_id, roles in found.items()}


def officer_boards(account_id: UUID) -> list[int]:
    """Ids of the boards somebody is an officer of."""
    return [
        board_id for board_id, roles in roles_by_board(account_id).items() if roles & OFFICER_ROLES
    ]


def is_moderator(account_id: UUID) -> bool:
    """Whether somebody moderates some board."""
    return any(Role.MODERATOR in roles for roles in roles_by_board(account_id).values())


def has_role(account_id: UUID, board_id: int | None, roles: Iterable[Role]) -> bool:
    """Whether somebody holds one of the roles on this board."""
    return bool(roles_by_board(account_id).get(board_id or 0, frozenset()) & frozenset(roles))


def list_counters(board: Board) -> list[Account]:
    """The trained counters of a board by name."""
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.board_id == board.id, Membership.role == Role.COUNTER)
    )
    return list(db.session.scalars(query.order_by(Account.name, Account.email)))


def list_roles_held(board: Board) -> list[Membership]:
    """Who does what for a board, in the order of the roles, the longest there first."""
    query = (
        select(Membership)
        .join(Membership.account)
        .options(contains_eager(Membership.account))
        .where(Membership.board_id == board.id, Account.closed_at.is_(None))
        .order_by(Membership.since, Membership.id)
    )
    order = [Role.CHAIR, Role.BOARD_MEMBER, *Role]
    return sorted(db.session.scalars(query), key=lambda held: order.index(held.role))


def list_members_of(board_id: int | None, roles: Iterable[Role] = Role) -> list[Account]:
    """Everybody with a role on a board (its officers too), or with one of these; each once."""
    held = select(Membership.account_id).where(
        Membership.board_id == board_id, Membership.role.in_(roles)
    )
    query = select(Account).where(Account.closed_at.is_(None), Account.id.in_(held))
    return list(db.session.scalars(query.order_by(Account.email)))

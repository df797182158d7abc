"""What waits for officers, over the rooms below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.models import Asset, AssetState
from pbapp.boards.models import Board, Role
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.decisions.services import UNDO_FOR
from pbapp.organisations.models import Member
from pbapp.proposals.deciding import DECIDERS
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.results.models import Count
from pbapp.rounds.models import Round

PROPOSAL, ASSET = "proposal", "asset"
STANDING = (ProposalState.SUBMITTED, ProposalState.ON_BALLOT)  # what may yet be voted on


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a decision. `is_my_turn`: this officer may decide on it.

    `sender` is the group of a proposal, the ward of an entry for the map.
    """

    kind: str
    id: str
    title: str
    sender: str
    since: datetime
    board_name: str
    is_my_turn: bool
    is_own_group: bool


def list_waiting(account: Account, roles: dict[int, frozenset[Role]]) -> list[Waiting]:
    """Everything that waits on this officer's boards, the oldest first.

    `roles` maps board ids to what the officer does there. One query for each room.
    """
    found = _proposals(account, roles) + _assets(account, roles)
    return sorted(found, key=lambda item: (item.since, item.kind, item.id))


def _proposals(account: Account, roles: dict[int, frozenset[Role]]) -> list[Waiting]:
    query = (
        select(Proposal, _belongs(account, Proposal.organisation_id))
        .join(Round, Round.id == Proposal.round_id)
        .options(
            joinedload(Proposal.round).joinedload(Round.board), joinedload(Proposal.organisation)
        )
        .where(
            Round.board_id.in_(list(roles)),
            Round.rehearses_id.is_(None),
            Proposal.state == ProposalState.SUBMITTED,
        )
    )
    return [_proposal(row[0], row[1], account, roles) for row in db.session.execute(query)]


def _proposal(
    proposal: Proposal, belongs: bool, account: Account, roles: dict[int, frozenset[Role]]
) -> Waiting:
    board = proposal.round.board
    own = belongs or proposal.submitted_by_id == account.id
    may = bool(roles.get(board.id, frozenset()) & frozenset(DECIDERS)) if board else False
    return Waiting(
        kind=PROPOSAL,
        id=str(proposal.id),
        title=proposal.title,
        sender=proposal.organisation.name if proposal.organisation else "",
        since=proposal.updated_at,
        board_name=board.name if board else "",
        is_my_turn=may and not own,
        is_own_group=own,
    )


def _assets(account: Account, roles: dict[int, frozenset[Role]]) -> list[Waiting]:
    query = (
        select(Asset, _belongs(account, Asset.organisation_id))
        .options(joinedload(Asset.board), joinedload(Asset.area))
        .where(Asset.board_id.in_(list(roles)), Asset.state == AssetState.WAITING)
    )
    return [_asset(row[0], row[1], account, roles) for row in db.session.execute(query)]


def _asset(
    asset: Asset, belongs: bool, account: Account, roles: dict[int, frozenset[Role]]
) -> Waiting:
    own = belongs or asset.submitted_by_id == account.id
    return Waiting(
        kind=ASSET,
        id=str(asset.id),
        title=asset.name,
        sender=asset.area.name if asset.area else "",
        since=asset.updated_at,
        board_name=asset.board.name,
        is_my_turn=Role.MODERATOR in roles.get(asset.board_id, frozenset()) and not own,
        is_own_group=own,
    )


def _belongs(account: Account, organisation_id: Any) -> ColumnElement[bool]:
    """Whether the officer belongs to the group behind a thing, as a column of the query for it."""
    mine = select(Member.id).where(
        Member.organisation_id == organisation_id, Member.account_id == account.id
    )
    return exists(mine)


def next_after(queue: list[Waiting], kind: str, id: str) -> Waiting | None:
    """The next thing that is this officer's turn, going round to the oldest at the end."""
    place = next((at for at, item in enumerate(queue) if (item.kind, item.id) == (kind, id)), -1)
    turned = queue[place + 1 :] + queue[: max(place, 0)]
    return next((item for item in turned if item.is_my_turn), None)


def list_undoable(account_id: UUID) -> list[Decision]:
    """This officer's decisions of the last minute, which they can still take back."""
    query = (
        select(Decision)
        .where(
            Decision.by_id == account_id,
            Decision.undone_at.is_(None),
            Decision.at > clock.now() - UNDO_FOR,
        )
        .order_by(Decision.at.desc())
    )
    return list(db.session.scalars(query))


def find_board_of(board_ids: Iterable[int]) -> Board | None:
    """The first of an officer's boards, for the top of the page."""
    query = (
        select(Board)
        .options(joinedload(Board.council))
        .where(Board.id.in_(list(board_ids)))
        .order_by(Board.id)
        .limit(1)
    )
    return db.session.scalar(query)


def list_rounds_with_bids(board_ids: Iterable[int]) -> list[tuple[Round, int]]:
    """Rounds of these boards that people asked for money in, newest first, with how many did."""
    query = (
        select(Round, func.count(Proposal.id))
        .join(Proposal, Proposal.round_id == Round.id)
        .where(
            Round.board_id.in_(list(board_ids)),
            Round.rehearses_id.is_(None),
            Proposal.state.in_(STANDING),
        )
        .group_by(Round.id)
        .order_by(Round.id.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def list_bids(round_id: int) -> list[Proposal]:
    """What stands to be voted on in a round, each with its ward and priority."""
    query = (
        select(Proposal)
        .options(joinedload(Proposal.area), joinedload(Proposal.priority))
        .where(Proposal.round_id == round_id, Proposal.state.in_(STANDING))
        .order_by(Proposal.number)
    )
    return list(db.session.scalars(query))


def list_past_elections(board_ids: Iterable[int]) -> list[Count]:
    """Official counts of these boards and of elections from elsewhere; newest first, pot by pot."""
    query = (
        select(Count)
        .join(Count.round)
        .options(contains_eager(Count.round))
        .where(
            Count.is_official.is_(True),
            Round.is_public.is_(True),
            or_(Round.is_imported.is_(True), Round.board_id.in_(list(board_ids))),
        )
        .order_by(Count.counted_at.desc(), Count.id)
    )
    return list(db.session.scalars(query))


def find_account(account_id: UUID | None) -> Account | None:
    return db.session.get(Account, account_id) if account_id else None

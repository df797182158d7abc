"""What waits for officers, over the rooms below."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets import queries as assets
from pbapp.assets.models import Asset
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.decisions.services import UNDO_FOR
from pbapp.organisations.models import Member
from pbapp.proposals import queries as proposals
from pbapp.proposals.deciding import DECIDERS
from pbapp.proposals.models import Proposal

PROPOSAL, ASSET = "proposal", "asset"


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

    `roles` maps board ids to what the officer does there.
    """
    groups = _groups_of(account.id)
    found = [
        _proposal(proposal, account, roles, groups)
        for proposal in proposals.list_waiting(roles.keys())
    ]
    found += [_asset(asset, account, roles, groups) for asset in assets.list_waiting(list(roles))]
    return sorted(found, key=lambda item: (item.since, item.kind, item.id))


def _proposal(
    proposal: Proposal,
    account: Account,
    roles: dict[int, frozenset[Role]],
    groups: Collection[UUID],
) -> Waiting:
    board = proposal.round.board
    own = proposal.organisation_id in groups or proposal.submitted_by_id == account.id
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


def _asset(
    asset: Asset,
    account: Account,
    roles: dict[int, frozenset[Role]],
    groups: Collection[UUID],
) -> Waiting:
    own = asset.organisation_id in groups or asset.submitted_by_id == account.id
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


def _groups_of(account_id: UUID) -> frozenset[UUID]:
    query = select(Member.organisation_id).where(Member.account_id == account_id)
    return frozenset(db.session.scalars(query))


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


def find_account(account_id: UUID | None) -> Account | None:
    return db.session.get(Account, account_id) if account_id else None

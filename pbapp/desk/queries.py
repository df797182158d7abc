"""What the desk reads over the rooms below."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pbapp.accounts.models import Account
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.results.models import Count
from pbapp.rounds.models import Round

STANDING = (ProposalState.SUBMITTED, ProposalState.ON_BALLOT)  # what may yet be voted on


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

"""Find ideas in short: for who sent them, and for officers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.organisations.models import Member
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import is_open_for

_PARTS = (
    joinedload(ShortIdea.round).joinedload(Round.board),
    joinedload(ShortIdea.organisation),
    joinedload(ShortIdea.priority),
)


def is_open(round: Round, now: datetime) -> bool:
    """Whether a round takes ideas in short now."""
    return (
        round.is_public and round.sealed_at is None and is_open_for(round, PhaseKind.INTEREST, now)
    )


def is_theirs(interest: ShortIdea, account: Account) -> bool:
    query = select(ShortIdea.id).where(ShortIdea.id == interest.id, _by(account))
    return db.session.scalar(query) is not None


def find(interest_id: int) -> ShortIdea | None:
    query = select(ShortIdea).options(*_PARTS).where(ShortIdea.id == interest_id)
    return db.session.scalar(query)


def list_by(account: Account, round: Round) -> list[ShortIdea]:
    """What somebody or their groups sent to a round, the newest first."""
    query = (
        select(ShortIdea)
        .options(*_PARTS)
        .where(ShortIdea.round_id == round.id, _by(account))
        .order_by(ShortIdea.id.desc())
    )
    return list(db.session.scalars(query))


def list_for_officers(board_ids: Iterable[int], *, waiting: bool) -> list[ShortIdea]:
    """The ideas of these boards: those that wait, the oldest first; else the newest answered."""
    query = (
        select(ShortIdea)
        .options(*_PARTS)
        .join(Round, Round.id == ShortIdea.round_id)
        .where(Round.board_id.in_(list(board_ids)), Round.rehearses_id.is_(None))
    )
    if waiting:
        query = query.where(ShortIdea.state == InterestState.WAITING).order_by(ShortIdea.id)
    else:
        query = (
            query.where(ShortIdea.state != InterestState.WAITING)
            .order_by(ShortIdea.answered_at.desc(), ShortIdea.id.desc())
            .limit(50)
        )
    return list(db.session.scalars(query))


def _by(account: Account) -> ColumnElement[bool]:
    groups = select(Member.organisation_id).where(Member.account_id == account.id)
    alone = and_(ShortIdea.account_id == account.id, ShortIdea.organisation_id.is_(None))
    return or_(ShortIdea.organisation_id.in_(groups), alone)

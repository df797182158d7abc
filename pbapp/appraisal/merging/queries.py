"""Find offers to make one bid of several."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.accounts.models import Account
from pbapp.appraisal.merging.models import Merge, MergePart, MergeState
from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import OPEN, of_author
from pbapp.rounds.models import Round


def find(merge_id: int) -> Merge | None:
    """One offer with its bids and their groups."""
    query = (
        select(Merge)
        .options(
            joinedload(Merge.whole),
            selectinload(Merge.parts)
            .joinedload(MergePart.proposal)
            .joinedload(Proposal.organisation),
        )
        .where(Merge.id == merge_id)
    )
    return db.session.scalars(query).one_or_none()


def list_for(proposal_ids: Iterable[int]) -> list[Merge]:
    """The offers that any of these bids was part of, newest first."""
    query = (
        select(Merge)
        .where(
            Merge.id.in_(
                select(MergePart.merge_id).where(MergePart.proposal_id.in_(list(proposal_ids)))
            )
        )
        .order_by(Merge.offered_at.desc(), Merge.id.desc())
    )
    return list(db.session.scalars(query))


def find_open(proposal_ids: Iterable[int]) -> Merge | None:
    """The offer that one of these bids waits in."""
    offered = [one for one in list_for(proposal_ids) if one.state is MergeState.OFFERED]
    return offered[0] if offered else None


def ids_waiting(round: Round) -> set[int]:
    """The bids of a round that wait for answers to an offer."""
    query = (
        select(MergePart.proposal_id)
        .join(Merge, Merge.id == MergePart.merge_id)
        .where(Merge.round_id == round.id, Merge.state == MergeState.OFFERED)
    )
    return set(db.session.scalars(query))


def list_to_join(proposal: Proposal) -> list[Proposal]:
    """The other bids of its round that could become one with it."""
    query = (
        select(Proposal)
        .options(joinedload(Proposal.organisation))
        .where(
            Proposal.round_id == proposal.round_id,
            Proposal.id != proposal.id,
            Proposal.state.in_(OPEN),
        )
        .order_by(Proposal.number)
    )
    waiting = ids_waiting(proposal.round)
    return [one for one in db.session.scalars(query) if one.id not in waiting]


def own_part_ids(merge: Merge, account: Account) -> set[int]:
    """The ids of the bids in an offer that somebody is behind and answers for."""
    ids = [part.proposal_id for part in merge.parts]
    query = select(Proposal.id).where(Proposal.id.in_(ids), of_author(account, typed_in=False))
    return set(db.session.scalars(query))


def list_due(now: datetime) -> list[Merge]:
    """The offers whose time is over."""
    query = select(Merge).where(Merge.state == MergeState.OFFERED, Merge.expires_at <= now)
    return list(db.session.scalars(query))

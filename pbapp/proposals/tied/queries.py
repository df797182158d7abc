"""From an entry of the map to the proposals that name it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.proposals.models import AssetTie, Proposal, ProposalState, TieKind
from pbapp.rounds.models import Round


def list_tied(asset_ids: Collection[UUID]) -> dict[UUID, list[Proposal]]:
    """By entry, the public proposals tied to it with their round, the newest round first."""
    found: dict[UUID, list[Proposal]] = {}
    for asset_id, proposal, _kind in _ties(asset_ids):
        known = found.setdefault(asset_id, [])
        if proposal not in known:  # one may both use and strengthen it
            known.append(proposal)
    return found


def list_kinds(asset_id: UUID) -> dict[Proposal, list[TieKind]]:
    """The public proposals tied to one entry, and what each would do with it."""
    found: dict[Proposal, list[TieKind]] = {}
    for _asset_id, proposal, kind in _ties([asset_id]):
        known = found.setdefault(proposal, [])
        if kind not in known:  # it may name both entries of what turned out to be one thing
            known.append(kind)
    return found


def _ties(asset_ids: Collection[UUID]) -> list[tuple[UUID, Proposal, TieKind]]:
    """What names an entry that is the same as another counts for the one that was kept."""
    kept = func.coalesce(Asset.duplicate_of_id, Asset.id)
    query = (
        select(kept, Proposal, AssetTie.kind)
        .join(AssetTie, AssetTie.asset_id == Asset.id)
        .join(Proposal, Proposal.id == AssetTie.proposal_id)
        .join(Round, Round.id == Proposal.round_id)
        .options(contains_eager(Proposal.round))
        .where(
            or_(Asset.id.in_(asset_ids), Asset.duplicate_of_id.in_(asset_ids)),
            Round.is_public.is_(True),
            Proposal.state == ProposalState.ON_BALLOT,
        )
        .order_by(Proposal.round_id.desc(), Proposal.number, AssetTie.position)
    )
    return [(asset_id, proposal, kind) for asset_id, proposal, kind in db.session.execute(query)]

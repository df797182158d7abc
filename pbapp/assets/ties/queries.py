"""The ties of an entry: those everybody sees, and those its keepers have to do with."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from pbapp.assets.keeping.schedule import LAPSED
from pbapp.assets.models import Asset, AssetKind, AssetState, Status
from pbapp.assets.ties.models import EntryTie, TieState, is_tieable
from pbapp.db import db

MOST_FOUND = 10


def can_be_written_to(asset: Asset) -> bool:
    """Whether whoever added it left an address, and has not let three letters lie."""
    return asset.submitter_email is not None and asset.reminder_stage < LAPSED


def list_shown(asset: Asset) -> list[EntryTie]:
    """What an entry's page shows: agreed, and the other side is still there."""
    if not is_tieable(asset):
        return []
    agreed = _of(asset.id).where(EntryTie.state == TieState.AGREED)
    return [tie for tie in db.session.scalars(agreed) if tie.shows]


def list_of(asset: Asset) -> list[EntryTie]:
    """What its keepers see: agreed ones and those that wait, on either side."""
    query = _of(asset.id).where(EntryTie.state.in_((TieState.ASKED, TieState.AGREED)))
    return list(db.session.scalars(query))


def list_asked_of(organisation_id: UUID) -> list[EntryTie]:
    """What waits for an answer of a group, oldest first; nothing of what is off the map."""
    asked = _whole().where(EntryTie.state == TieState.ASKED)
    query = asked.order_by(EntryTie.asked_at, EntryTie.id)
    theirs = Asset.organisation_id == organisation_id
    ours = select(Asset.id).where(theirs)
    query = query.where(or_(EntryTie.from_id.in_(ours), EntryTie.to_id.in_(ours)))
    waiting = db.session.scalars(query)
    return [
        tie
        for tie in waiting
        if tie.answering.organisation_id == organisation_id and is_tieable(tie.asking)
    ]


def find_tie(tie_id: int) -> EntryTie | None:
    return db.session.scalar(_whole().where(EntryTie.id == tie_id))


def list_named_like(asset: Asset, words: str) -> list[Asset]:
    """Other entries of the board with these words in their name, to choose from."""
    query = (
        select(Asset)
        .options(joinedload(Asset.area))
        .where(
            Asset.board_id == asset.board_id,
            Asset.id != asset.id,
            Asset.state == AssetState.PUBLISHED,
            Asset.status != Status.CLOSED,
            Asset.kind != AssetKind.INDIVIDUAL,
            *(Asset.name.icontains(word, autoescape=True) for word in words.split()[:5]),
        )
        .order_by(Asset.name, Asset.id)
        .limit(MOST_FOUND)
    )
    return list(db.session.scalars(query))


def list_following(asset_ids: Collection[UUID], kind: str) -> set[UUID]:
    """What these entries host (run, use, lend to), agreed or asked for: one step along."""
    query = select(EntryTie.to_id).where(
        EntryTie.from_id.in_(asset_ids),
        EntryTie.kind == kind,
        EntryTie.state.in_((TieState.ASKED, TieState.AGREED)),
    )
    return set(db.session.scalars(query))


def _of(asset_id: UUID) -> Select[EntryTie]:
    either = or_(EntryTie.from_id == asset_id, EntryTie.to_id == asset_id)
    return _whole().where(either).order_by(EntryTie.kind, EntryTie.id)


def _whole() -> Select[EntryTie]:
    return select(EntryTie).options(
        joinedload(EntryTie.from_asset).joinedload(Asset.board),
        joinedload(EntryTie.from_asset).joinedload(Asset.organisation),
        joinedload(EntryTie.to_asset).joinedload(Asset.board),
        joinedload(EntryTie.to_asset).joinedload(Asset.organisation),
        joinedload(EntryTie.asked_by),
    )

"""A group's entries with what its people have to know of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pbapp.assets.keeping.reporting import MENDABLE
from pbapp.assets.managing.models import Handover
from pbapp.assets.models import SUBJECT, Asset, AssetPriority
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.organisations.models import Organisation, OrganisationKind

MOST_FOUND = 10


@dataclass(frozen=True)
class Held:
    """One entry of a group. `reports`: how many say that a fact is wrong, unanswered."""

    asset: Asset
    reports: int = 0
    handover: Handover | None = None


def list_held(organisation_id: UUID) -> list[Held]:
    """Its entries by name, in three queries."""
    assets = list_all(organisation_id)
    reports = _count_reports([asset.id for asset in assets])
    query = (
        select(Handover)
        .options(joinedload(Handover.to_group))
        .where(Handover.from_id == organisation_id)
    )
    offered = {one.asset_id: one for one in db.session.scalars(query)}
    return [Held(asset, reports.get(str(asset.id), 0), offered.get(asset.id)) for asset in assets]


def list_all(organisation_id: UUID, only: Collection[UUID] | None = None) -> list[Asset]:
    """Its entries by name, whole; `only` these of them."""
    query = (
        select(Asset)
        .options(
            joinedload(Asset.area),
            joinedload(Asset.board),
            joinedload(Asset.contact),
            joinedload(Asset.photo),
            selectinload(Asset.sessions),
            selectinload(Asset.terms),
            selectinload(Asset.serves),
            selectinload(Asset.priorities).joinedload(AssetPriority.priority),
        )
        .where(Asset.organisation_id == organisation_id)
        .order_by(func.lower(Asset.name), Asset.id)
    )
    if only is not None:
        query = query.where(Asset.id.in_(only))
    return list(db.session.scalars(query))


def _count_reports(asset_ids: Collection[UUID]) -> dict[str, int]:
    query = (
        select(Concern.subject_id, func.count())
        .where(
            Concern.subject_type == SUBJECT,
            Concern.subject_id.in_([str(one) for one in asset_ids]),
            Concern.answered_at.is_(None),
            Concern.part.in_(MENDABLE),  # the rest is for officers alone
        )
        .group_by(Concern.subject_id)
    )
    return {key: number for key, number in db.session.execute(query)}  # noqa: C416 — rows, not pairs


def list_offered_to(organisation_id: UUID) -> list[Handover]:
    """What other groups would hand over to this one, oldest first."""
    query = (
        select(Handover)
        .join(Handover.asset)
        .options(contains_eager(Handover.asset), joinedload(Handover.from_group))
        .where(Handover.to_id == organisation_id, Asset.organisation_id == Handover.from_id)
        .order_by(Handover.at, Handover.asset_id)
    )
    return list(db.session.scalars(query))


def find_handover(asset_id: UUID) -> Handover | None:
    query = select(Handover).options(
        joinedload(Handover.asset).joinedload(Asset.board),
        joinedload(Handover.from_group),
        joinedload(Handover.to_group),
    )
    return db.session.scalar(query.where(Handover.asset_id == asset_id))


def list_groups_named_like(words: str, but: UUID) -> list[Organisation]:
    """Other groups and partners with these words in their name."""
    query = (
        select(Organisation)
        .where(
            Organisation.id != but,
            Organisation.kind != OrganisationKind.FUNDER,
            *(Organisation.name.icontains(word, autoescape=True) for word in words.split()[:5]),
        )
        .order_by(Organisation.name, Organisation.id)
        .limit(MOST_FOUND)
    )
    return list(db.session.scalars(query))

"""What a group said is its own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.db import db

SHOWN_FOR = timedelta(days=60)  # a decided claim, on its group's page


def list_claims_of(organisation_id: UUID) -> list[Claim]:
    """What a group said is its own and waits, or was decided not long ago; newest first."""
    lately = Claim.decided_at > clock.now() - SHOWN_FOR
    query = (
        select(Claim)
        .options(joinedload(Claim.asset))
        .where(Claim.organisation_id == organisation_id, or_(Claim.decided_at.is_(None), lately))
        .order_by(Claim.asked_at.desc(), Claim.id)
    )
    return list(db.session.scalars(query))


def state_of(asset_id: UUID) -> ClaimState | None:
    """How the last claim to an entry stands; None: no group has said that it is theirs."""
    query = select(Claim.state).where(Claim.asset_id == asset_id)
    return db.session.scalar(query.order_by(Claim.asked_at.desc(), Claim.id.desc()).limit(1))

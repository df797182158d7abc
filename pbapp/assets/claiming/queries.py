"""What a group said is its own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.db import db

SHOWN_FOR = timedelta(days=60)  # a decided claim, on its group's page
TAKEN_BACK = and_(Claim.state == ClaimState.LAPSED, Claim.decided_by_id.is_not(None))


def list_claims_of(organisation_id: UUID) -> list[Claim]:
    """What a group says is its own and waits, or was decided not long ago; newest first."""
    lately = Claim.decided_at > clock.now() - SHOWN_FOR
    query = (
        select(Claim)
        .options(joinedload(Claim.asset))
        .where(
            Claim.organisation_id == organisation_id,
            or_(Claim.decided_at.is_(None), lately),
            ~TAKEN_BACK,
        )
        .order_by(Claim.asked_at.desc(), Claim.id)
    )
    return list(db.session.scalars(query))


def was_looked_after(asset_id: UUID) -> bool:
    """Whether the last claim that came to anything had once made an entry some group's."""
    query = select(Claim.state).where(
        Claim.asset_id == asset_id, Claim.state != ClaimState.ASKED, ~TAKEN_BACK
    )
    state = db.session.scalar(query.order_by(Claim.asked_at.desc(), Claim.id.desc()).limit(1))
    return state in (ClaimState.APPROVED, ClaimState.REVOKED, ClaimState.LAPSED)

"""An entry gets a new keeper, or has none any more."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from pbapp import clock
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.keeping.models import NotAsked
from pbapp.assets.managing.models import Handover
from pbapp.assets.models import Asset
from pbapp.assets.writing import forget_exactly
from pbapp.db import db, flush
from pbapp.messages import services as messages

SETTLING_IN = timedelta(days=14)
OFFERED_BY_MAIL = "handover"


def hand_to(asset: Asset, group_id: UUID) -> None:
    """A group looks after it from now on: nobody has asked these people yet."""
    _end_keeping(asset)
    asset.organisation_id = group_id
    if asset.reminder_stage:
        asset.reminder_stage = 0
        asset.review_due_on = clock.today() + SETTLING_IN
    asked = select(Claim).where(
        Claim.asset_id == asset.id,
        Claim.organisation_id == group_id,
        Claim.state == ClaimState.ASKED,
    )
    for claim in db.session.scalars(asked):  # they have what they asked for
        claim.state, claim.decided_at = ClaimState.APPROVED, clock.now()
    flush()


def set_free(asset: Asset) -> None:
    """A group looks after it no more: it is nobody's, nor whose who once sent it in for them."""
    _end_keeping(asset)
    asset.organisation_id = None
    asset.submitted_by_id = asset.submitter_email = None
    flush()


def end_offer(asset: Asset) -> None:
    """It is offered to no group any more, nor does a letter still to leave say so."""
    db.session.execute(delete(Handover).where(Handover.asset_id == asset.id))
    messages.take_out(template=OFFERED_BY_MAIL, id=str(asset.id))


def _end_keeping(asset: Asset) -> None:
    """What the keeper so far offered, and who of them did not want to be asked, counts no more.

    Nor is what they told of where it is for those who come after them, beyond what all may see.
    """
    end_offer(asset)
    forget_exactly(asset)
    db.session.execute(delete(NotAsked).where(NotAsked.asset_id == asset.id))

"""An entry gets a new keeper, or has none any more."""

from __future__ import annotations

from datetime import timedelta

from pbapp import clock
from pbapp.assets.models import Asset

SETTLING_IN = timedelta(days=14)


def settle_in(asset: Asset) -> None:
    """Others look after it from now on: nobody has asked these people yet."""
    if asset.reminder_stage:
        asset.reminder_stage = 0
        asset.review_due_on = clock.today() + SETTLING_IN


def set_free(asset: Asset) -> None:
    """A group looks after it no more: it is nobody's, nor whose who once sent it in for them."""
    asset.organisation_id = None
    asset.submitted_by_id = asset.submitter_email = None

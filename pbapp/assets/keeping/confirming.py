"""Somebody says that an entry is right: by a button, by an edit, or by saying that it is closed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from pbapp import clock
from pbapp.assets.keeping.models import Confirmation, Said
from pbapp.assets.keeping.schedule import LAPSED, due_after
from pbapp.assets.models import SUBJECT, Asset, AssetState, Confirmer, Method
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused

ONE_CLICK = timedelta(minutes=5)
OFF_THE_MAP = N_("This entry is not on the map at the moment.")


def hold(asset: Asset) -> None:
    """Nobody else changes it until this transaction ends."""
    advisory_lock(f"decide {SUBJECT} {asset.id}")
    db.session.refresh(
        asset, ["state", "version", "status", "reminder_stage", "review_due_on", "organisation_id"]
    )


def confirm(*, asset: Asset, as_a: Confirmer, method: Method = Method.PAGE) -> None:
    """A published entry is still right. A second click within minutes is the first one again."""
    hold(asset)
    if asset.state is not AssetState.PUBLISHED:
        raise Refused(OFF_THE_MAP)
    same = select(Confirmation.id).where(
        Confirmation.asset_id == asset.id,
        Confirmation.by == as_a,
        Confirmation.method == method,
        Confirmation.said == Said.RIGHT,
        Confirmation.at > clock.now() - ONE_CLICK,
    )
    if db.session.scalar(same.limit(1)) is None:
        note(asset, as_a, method, Said.RIGHT)


def note(asset: Asset, as_a: Confirmer, method: Method, said: Said) -> None:
    """Write down who said what, and when to ask next.

    A visitor's word shows, but does not keep those who look after the entry from being asked.
    """
    now = clock.now()
    asset.confirmed_at, asset.confirmed_by, asset.confirmed_method = now, as_a, method
    row = Confirmation(asset_id=asset.id, at=now, by=as_a, method=method, said=said)
    db.session.add(row)
    by_visitor = as_a is Confirmer.VISITOR
    if not (by_visitor and _is_being_asked(asset)):
        begin_anew(asset, by_visitor=by_visitor)
    flush()


def begin_anew(asset: Asset, *, by_visitor: bool = False) -> None:
    """The entry is right today: count from here. A gift has no such day."""
    asset.review_due_on = due_after(asset.kind, clock.today(), by_visitor=by_visitor)
    asset.reminder_stage = 0


def _is_being_asked(asset: Asset) -> bool:
    somebody = asset.organisation_id is not None or asset.submitter_email is not None
    return somebody and asset.review_due_on is not None and asset.reminder_stage < LAPSED

"""Take a story back: off the page, and out of the history of edits, which shows what was there."""

from __future__ import annotations

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT, Asset
from pbapp.audit import services as audit
from pbapp.audit.models import Revision
from pbapp.db import advisory_lock, db, flush

PARTS = ("story", "story_rights")


def take_back(*, asset: Asset, by: Account | None) -> None:
    """At once, without a check: a story belongs to who told it. The log keeps that it was."""
    advisory_lock(f"decide {SUBJECT} {asset.id}")
    db.session.refresh(asset)
    query = select(Revision).where(
        Revision.subject_type == SUBJECT, Revision.subject_id == str(asset.id)
    )
    for revision in db.session.scalars(query):
        revision.changes = _without(revision.changes)
        if revision.raw is not None:
            revision.raw = _without(revision.raw)
    if asset.story:
        asset.story = asset.story_rights = ""
        asset.updated_at = clock.now()
        audit.record(
            actor=by.actor if by else "visitor",
            verb=f"{SUBJECT}.story_taken_back",
            subject_type=SUBJECT,
            subject_id=str(asset.id),
            board_id=asset.board_id,
        )
    flush()


def _without(changes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in changes.items() if name not in PARTS}

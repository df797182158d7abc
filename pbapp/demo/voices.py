"""Whom one can ask about the made-up entries, how to join in, and the stories they have."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.assets.models import Asset, AssetContact, Confirmer, JoinBy
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read


def load_voices(cast: Cast) -> None:
    """Add what the file has to the entries that stand already."""
    entries = {asset.name: asset for asset in db.session.scalars(select(Asset))}
    for one in read("voices")["voices"]:
        asset = entries[one["name"]]
        if "ask" in one:
            asset.contact = AssetContact(
                **one["ask"], consent_at=cast.calendar.moment(-30), consent_by=Confirmer.GROUP
            )
        asset.join_by = JoinBy(one["join_by"]) if "join_by" in one else None
        asset.eligibility = one.get("eligibility", "")
        asset.story = one.get("story", "").strip()
        asset.story_rights = one.get("story_rights", "")
    db.session.flush()

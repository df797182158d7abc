"""Entries from before there was a search are made findable, some at a time."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.assets.models import Asset, make_findable
from pbapp.db import db, flush

AT_ONCE = 500


def keep_findable() -> int:
    """Make entries findable whose words are not kept yet; returns how many.

    Every other write does it by itself (`models.keep_findable`).
    """
    rows = db.session.scalars(select(Asset).where(Asset.search_text == "").limit(AT_ONCE)).all()
    for asset in rows:
        make_findable(asset)
    flush()
    return len(rows)

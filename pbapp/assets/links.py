"""Addresses that go into e-mails: an entry's page, and the link with which its author changes it.

The link needs no account. It is signed, so it opens one entry and cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import url_for

from pbapp.assets.models import Asset
from pbapp.web.signed import Keys

GOOD_FOR = timedelta(days=180)
KEYS = Keys("change an asset", GOOD_FOR)


def page_url(asset: Asset) -> str:
    return url_for("assets.detail", asset_id=asset.id, _external=True)


def page_urls() -> Callable[[Asset], str]:
    """The same for thousands: the address is made once, and only the id put in."""
    nobody = UUID(int=0)
    start, _, end = url_for("assets.detail", asset_id=nobody, _external=True).partition(str(nobody))
    return lambda asset: f"{start}{asset.id}{end}"


def fix_url(asset: Asset) -> str:
    """Whoever has this link may change the entry; only its submitter gets it, by e-mail.

    That of a group's entry has no key: the people of the group sign in.
    """
    return url_for("assets.edit", asset_id=asset.id, key=_key_for(asset), _external=True)


def appeal_url(asset: Asset) -> str:
    """Where whoever added an entry appeals against what was decided, without an account."""
    return url_for("assets.appeal", asset_id=asset.id, key=_key_for(asset), _external=True)


def _key_for(asset: Asset) -> str | None:
    return key_of(asset) if asset.organisation_id is None else None


def key_of(asset: Asset) -> str:
    """What makes whoever added an entry known without an account."""
    return KEYS.make(asset.id.hex)


def opens(asset: Asset, key: str | None) -> bool:
    """Whether a key from a link is for this entry and not too old, and no group looks after it."""
    if asset.organisation_id is not None:
        return False
    return bool(KEYS.read(key) == asset.id.hex)

"""What people who are signed in have: their drafts, and the places of their groups."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.adding.models import OwnDraft
from pbapp.assets.models import Asset, AssetArea, AssetKind, AssetState
from pbapp.db import db, flush
from pbapp.web import drafts
from pbapp.web.context import settings
from pbapp.web.models import Draft

MOST_SHOWN = 20


@dataclass(frozen=True)
class Mine:
    """One of somebody's half-made entries."""

    token: str
    name: str
    saved_at: datetime


def begin(*, account: Account, kind: str, fields: dict[str, list[str]]) -> str:
    """Keep a first draft of theirs; returns its token."""
    seed = secrets.token_urlsafe(24)
    token = _token(seed)
    drafts.save(kind=kind, fields=fields, new_token=token)
    db.session.add(OwnDraft(token_hash=drafts.hash_of(token), account_id=account.id, seed=seed))
    flush()
    return token


def list_mine(account: Account, kind: str) -> list[Mine]:
    """What somebody has begun and not sent, the latest first."""
    query = (
        select(OwnDraft.seed, Draft.fields, Draft.saved_at)
        .join(Draft, Draft.token_hash == OwnDraft.token_hash)
        .where(
            OwnDraft.account_id == account.id,
            Draft.kind == kind,
            Draft.expires_at >= clock.now(),
        )
        .order_by(Draft.saved_at.desc())
        .limit(MOST_SHOWN)
    )
    return [
        Mine(_token(seed), next(iter(fields.get("name", ())), ""), saved_at)
        for seed, fields, saved_at in db.session.execute(query)
        if "sent" not in fields
    ]


def list_places_of(board_id: int, organisation_ids: Collection[UUID]) -> list[Asset]:
    """Entries of these groups that are somewhere, by name: another may be at the same place."""
    if not organisation_ids:
        return []
    query = (
        select(Asset)
        .options(joinedload(Asset.area), selectinload(Asset.serves).joinedload(AssetArea.area))
        .where(
            Asset.board_id == board_id,
            Asset.organisation_id.in_(organisation_ids),
            Asset.area_id.is_not(None),
            Asset.kind != AssetKind.INDIVIDUAL,
            Asset.state != AssetState.REFUSED,
        )
        .order_by(func.lower(Asset.name), Asset.id)
        .limit(50)
    )
    return list(db.session.scalars(query))


def _token(seed: str) -> str:
    secret = settings().secret_key.encode()
    return hmac.new(secret, f"asset draft {seed}".encode(), hashlib.sha256).hexdigest()

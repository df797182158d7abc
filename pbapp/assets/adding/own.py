"""What is somebody's own: the drafts of their account or this browser, their groups' places."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import session
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
HERE, MOST_HERE = "entries begun", 3  # in a cookie
SHOWN_HERE = timedelta(hours=12)  # the next person at a shared computer is not shown it for long


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
        .order_by(Draft.saved_at.desc(), Draft.token_hash)
        .limit(MOST_SHOWN)
    )
    return [
        Mine(_token(seed), next(iter(fields.get("name", ())), ""), saved_at)
        for seed, fields, saved_at in db.session.execute(query)
        if "sent" not in fields
    ]


def remember_here(token: str) -> None:
    """This browser began it: whoever presses Back has left the address that holds its link."""
    session[HERE] = [*session.get(HERE, ()), token][-MOST_HERE:]


def forget_here(token: str | None) -> None:
    """Whoever leaves with its link, or has sent it, need not be shown it here again."""
    if token in session.get(HERE, ()):
        session[HERE] = [one for one in session[HERE] if one != token]


def list_here(kind: str) -> list[Mine]:
    """What was begun in this browser lately and not sent, the latest first."""
    found = []
    for token in reversed(session.get(HERE, ())):
        kept = drafts.find(token, kind)
        if kept and "sent" not in kept.fields and kept.saved_at > clock.now() - SHOWN_HERE:
            found.append(Mine(token, next(iter(kept.fields.get("name", ())), ""), kept.saved_at))
    return found


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

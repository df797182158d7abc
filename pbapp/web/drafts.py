"""Half-filled forms that wait for their author, who holds the link."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from pbapp import clock
from pbapp.db import db, flush
from pbapp.web.models import Draft

KEPT_FOR = timedelta(days=60)
# What a draft never keeps: proofs and secrets belong to the moment they are typed.
NEVER_KEPT = frozenset({"csrf_token", "password", "code", "draft"})


def save(
    *,
    kind: str,
    fields: dict[str, list[str]],
    token: str | None = None,
    new_token: str | None = None,
) -> str:
    """Keep a form's fields as typed; returns the token that opens it again.

    A `token` that is unknown, of another kind or out of date begins a new draft; `new_token` is
    for a room that can make the token of a new one again.
    """
    kept = {name: values for name, values in fields.items() if name not in NEVER_KEPT}
    draft = find(token, kind)
    if token is None or draft is None:
        token = new_token or secrets.token_urlsafe(24)
        draft = Draft(token_hash=hash_of(token), kind=kind)
        db.session.add(draft)
    draft.fields = kept
    draft.saved_at = clock.now()
    draft.expires_at = clock.now() + KEPT_FOR
    flush()
    return token


def load(token: str | None, kind: str) -> dict[str, Any] | None:
    """The fields of a draft, or None if there is no such draft any more."""
    draft = find(token, kind)
    return dict(draft.fields) if draft else None


def discard(token: str | None) -> None:
    """Forget a draft, for instance because its form has been sent."""
    if token:
        db.session.execute(delete(Draft).where(Draft.token_hash == hash_of(token)))


def forget_old() -> int:
    """Delete drafts nobody came back to; returns how many."""
    result = db.session.execute(delete(Draft).where(Draft.expires_at < clock.now()))
    return int(result.rowcount)  # type: ignore[attr-defined]


def find(token: str | None, kind: str) -> Draft | None:
    """The draft itself, for a room that also tells when it was saved."""
    draft = db.session.get(Draft, hash_of(token)) if token else None
    if draft is None or draft.kind != kind or draft.expires_at < clock.now():
        return None
    return draft


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()

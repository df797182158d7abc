"""Find people and their sign-ins."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account, SignIn
from pbapp.db import db


def tidy_email(address: str) -> str:
    """The form an address is kept and compared in."""
    return address.strip().lower()


def find_by_email(address: str) -> Account | None:
    query = select(Account).where(Account.email == tidy_email(address), Account.closed_at.is_(None))
    return db.session.scalar(query)


def find_by_token(token: str) -> Account | None:
    """Who is signed in with this token, if anybody still is."""
    query = (
        select(SignIn)
        .options(joinedload(SignIn.account))
        .where(SignIn.token_hash == token_hash(token), SignIn.expires_at > clock.now())
    )
    found = db.session.scalar(query)
    return found.account if found and found.account.closed_at is None else None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Open an account, send and check codes, sign in and out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import delete
from werkzeug.security import check_password_hash, generate_password_hash

from pbapp import clock
from pbapp.accounts.models import Account, EmailCode, SignIn
from pbapp.accounts.queries import find_by_email, tidy_email, token_hash
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused

SIGNED_IN_FOR = timedelta(days=14)
CODE_LASTS = timedelta(minutes=20)
CODE_TRIES = 5
SHORTEST_PASSWORD = 12


def open_account(
    *,
    email: str,
    name: str = "",
    password: str | None = None,
    is_administrator: bool = False,
    is_example: bool = False,
) -> Account:
    """Make an account; raises `Refused` for an address that has one or a short password."""
    account = Account(
        email=tidy_email(email),
        name=name,
        password_hash=None if password is None else hash_password(password),
        is_administrator=is_administrator,
        is_example=is_example,
        created_at=clock.now(),
    )
    db.session.add(account)
    flush()
    return account


def hash_password(password: str) -> str:
    """What to keep of a password; raises `Refused` for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(N_("Use a password of at least 12 characters."), "password")
    return generate_password_hash(password)


def check_password(*, email: str, password: str) -> Account | None:
    """The account these belong to, or None.

    An unknown address costs the same work as a wrong password, so the time tells nothing.
    """
    account = find_by_email(email)
    known = account.password_hash if account else None
    right = check_password_hash(known or _nobodys_password(), password)
    return account if account and known and right else None


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    return generate_password_hash(secrets.token_hex(16))


def make_code(*, purpose: str, email: str, secret: str) -> str:
    """A new six-digit code for one address and purpose; an earlier one stops working."""
    key = _digest(secret, purpose, tidy_email(email))
    code = f"{secrets.randbelow(1_000_000):06}"
    row = db.session.get(EmailCode, key)
    if row is None:
        row = EmailCode(key=key)
        db.session.add(row)
    row.code_hash = _digest(secret, key, code)
    row.tries_left = CODE_TRIES
    row.expires_at = clock.now() + CODE_LASTS
    flush()
    return code


def use_code(*, purpose: str, email: str, code: str, secret: str) -> None:
    """Check a code and use it up; raises `Refused` beside `code`.

    A wrong try is counted in the caller's transaction, so the caller commits either way.
    """
    key = _digest(secret, purpose, tidy_email(email))
    row = db.session.get(EmailCode, key)
    if row is None or row.expires_at < clock.now() or row.tries_left == 0:
        raise Refused(
            N_("This code has expired, or was tried too often. Ask for a new one."), "code"
        )
    typed = "".join(character for character in code if character not in " -")
    if not hmac.compare_digest(row.code_hash, _digest(secret, key, typed)):
        row.tries_left -= 1
        flush()
        raise Refused(
            N_("This is not the code we sent last. Check it, or ask for a new one."), "code"
        )
    db.session.delete(row)
    flush()


def sign_in(*, account: Account) -> str:
    """Begin a sign-in; returns the token the browser keeps."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_hash=token_hash(token),
            account_id=account.id,
            began_at=clock.now(),
            expires_at=clock.now() + SIGNED_IN_FOR,
        )
    )
    flush()
    return token


def sign_out(*, token: str) -> None:
    db.session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def sign_out_everywhere(*, account: Account) -> None:
    """End every sign-in of one person, on every device."""
    db.session.execute(delete(SignIn).where(SignIn.account_id == account.id))


def forget_old() -> None:
    """Delete sign-ins and codes whose time is over."""
    now = clock.now()
    db.session.execute(delete(SignIn).where(SignIn.expires_at < now))
    db.session.execute(delete(EmailCode).where(EmailCode.expires_at < now))


def _digest(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()

"""How often something may be tried, counted in the database so that every process agrees.

The count is committed on its own before the work begins: a try that ends in an error still counts.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from flask import abort, request
from sqlalchemy import delete

from pbapp import clock
from pbapp.db import advisory_lock, db
from pbapp.web.context import settings
from pbapp.web.models import Tries

View = TypeVar("View", bound=Callable[..., Any])


def limited(
    name: str, tries: int, seconds: int, by: Callable[[], str | None] | None = None
) -> Callable[[View], View]:
    """Allow a POST at most `tries` times in `seconds` for one caller; the next gets 429.

    `by` names the caller from the request (None: do not count this one); without it, it is the
    network address.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def counted(**arguments: Any) -> Any:
            if request.method == "POST":
                caller = by() if by else request.remote_addr
                if caller is not None:
                    allowed = hit(name, caller, tries=tries, seconds=seconds)
                    db.session.commit()
                    if not allowed:
                        abort(429)
            return view(**arguments)

        return counted  # type: ignore[return-value]

    return declare


def hit(name: str, caller: str, *, tries: int, seconds: int) -> bool:
    """Count one try in this stretch of time; whether it was still within the limit."""
    key = _key(name, caller)
    advisory_lock(f"limit {key}")
    window = int(clock.now().timestamp()) // seconds
    row = db.session.get(Tries, (key, window))
    if row is None:
        ends = datetime.fromtimestamp((window + 1) * seconds, UTC)
        row = Tries(key=key, window=window, count=0, expires_at=ends)
        db.session.add(row)
    row.count += 1
    db.session.flush()
    return row.count <= tries


def is_spent(name: str, caller: str, tries: int, seconds: int) -> bool:
    """Whether a caller has used up their tries in this stretch of time, without counting one."""
    return count(name, caller, seconds) >= tries


def count(name: str, caller: str, seconds: int) -> int:
    """How many tries a caller has had in this stretch of time."""
    window = int(clock.now().timestamp()) // seconds
    row = db.session.get(Tries, (_key(name, caller), window))
    return row.count if row is not None else 0


def forget_old() -> int:
    """Delete counts whose time is over; returns how many."""
    result = db.session.execute(delete(Tries).where(Tries.expires_at < clock.now()))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _key(name: str, caller: str) -> str:
    # Keyed, so that the table does not hold addresses that anybody could try out.
    secret = settings().secret_key.encode()
    return hmac.new(secret, f"{name}\0{caller}".encode(), hashlib.sha256).hexdigest()

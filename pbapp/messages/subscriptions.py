"""Who wants to be told a result: an address, a round, and whether the address is theirs.

People ask just after they voted. So a row is never written alone: up to a hundred others of its
round are deleted and written again with it, in a random order. The request that asks writes no
mail; the worker does, once a minute, for everybody who asked meanwhile, in a random order.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Table, delete, func, insert, select

from pbapp.db import advisory_lock, db
from pbapp.messages.models import Subscription, SubscriptionState

MIXED_WITH = 100
ROWS: Table = Subscription.__table__  # type: ignore[assignment]


def subscribe(*, round_id: int, address: str, language: str = "en") -> None:
    """Note that this address wants to know; once, and the same to look at if it was noted before.

    The caller commits. Nothing is sent before the address is confirmed.
    """
    _hold(round_id)
    known = select(Subscription.id).where(
        Subscription.round_id == round_id, Subscription.address == address
    )
    if db.session.scalar(known) is not None:
        return
    _write(
        round_id,
        {
            "id": secrets.token_hex(16),
            "round_id": round_id,
            "address": address,
            "language": language,
            "state": SubscriptionState.NEW,
        },
    )


def find(id: str) -> Subscription | None:
    return db.session.get(Subscription, id)


def confirm(id: str) -> bool:
    """The address is theirs; whether there was anything to confirm. Twice is as good as once."""
    found = find(id)
    if found is None:
        return False
    if found.state is SubscriptionState.CONFIRMED:
        return True
    return change(found, SubscriptionState.CONFIRMED)


def stop(row: Subscription) -> bool:
    """Forget an address, so that nothing is sent to it any more; whether it was still there."""
    _hold(row.round_id)
    gone = db.session.execute(delete(ROWS).where(ROWS.c.id == row.id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def forget(round_id: int) -> None:
    """Forget every address of a round."""
    _hold(round_id)
    db.session.execute(delete(ROWS).where(ROWS.c.round_id == round_id))


def change(row: Subscription, state: SubscriptionState) -> bool:
    """Put a row into another state, written among others again; False if it was forgotten."""
    values = {column.name: getattr(row, column.name) for column in ROWS.columns}
    db.session.expunge(row)
    if not stop(row):
        return False
    _write(values["round_id"], {**values, "state": state})
    return True


def drawn(state: SubscriptionState, most: int, round_id: int | None = None) -> list[Subscription]:
    """Some rows in this state, in a random order."""
    query = select(Subscription).where(Subscription.state == state)
    if round_id is not None:
        query = query.where(Subscription.round_id == round_id)
    return list(db.session.scalars(query.order_by(func.random()).limit(most)))


def _hold(round_id: int) -> None:
    """Whoever writes writes others' rows too: nobody may forget one of them meanwhile."""
    advisory_lock(f"subscriptions {round_id}")


def _write(round_id: int, row: dict[str, Any]) -> None:
    query = select(ROWS).where(ROWS.c.round_id == round_id, ROWS.c.id != row["id"])
    others = db.session.execute(query.order_by(func.random()).limit(MIXED_WITH)).mappings()
    rows = [row, *(dict(other) for other in others)]
    db.session.execute(delete(ROWS).where(ROWS.c.id.in_([other["id"] for other in rows])))
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(insert(ROWS), rows)

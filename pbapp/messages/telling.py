"""Tell followers: one piece of news, one mail to each, exactly once (`spreading` does it)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.db import db, flush
from pbapp.jobs import services as jobs
from pbapp.messages.models import Telling

KIND = "messages.tell"


def tell(
    *,
    subject: str,
    key: str,
    template: str,
    context: dict[str, Any],
    also: Sequence[str] = (),
    news: str = "",
    is_last: bool = False,
) -> Telling | None:
    """Tell everybody who follows the subject, or one of `also`; None if it was told before.

    `key` names it and holds no address. Each reader gets one mail, whatever they follow; and one
    of all that is told under the same name of `news`, which is `key` unless given.
    The template gets `context` and besides `following` (what they asked for), `stop_url` and
    `settings_url`; it ends with emails/_why.html. With `is_last` the follows end with this mail.
    """
    if was_told(key):
        return None
    telling = Telling(
        key=key,
        news=news or key,
        subjects=[subject, *also],
        template=template,
        context=context,
        is_last=is_last,
        asked_at=clock.now(),
    )
    db.session.add(telling)
    flush()
    jobs.ask(kind=KIND, arguments={"telling": telling.id})
    return telling


def was_told(key: str) -> bool:
    return db.session.scalar(select(Telling.id).where(Telling.key == key)) is not None


def told_among(keys: Collection[str]) -> set[str]:
    """Which of these have been told."""
    return set(db.session.scalars(select(Telling.key).where(Telling.key.in_(keys))))

"""Who wants news about what: an address, a subject, and whether the address is theirs.

People ask just after they voted. So a row is never written alone: up to a hundred others are
deleted and written again with it, in a random order. The request that asks writes no mail; the
worker does, once a minute, for everybody who asked meanwhile, in a random order.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, func, insert, select

from pbapp import clock
from pbapp.db import advisory_lock, db
from pbapp.messages import bounces, subjects
from pbapp.messages import services as messages
from pbapp.messages.models import Follow, FollowState, Mail, MailState, Subscription
from pbapp.messages.subjects import FINISH, HALFWAY, RESULT
from pbapp.web.context import settings

MIXED_WITH = 100
WRITTEN_AT_ONCE = 500
ASKED_AT_ONCE = 200  # a minute
WAITS_FOR = timedelta(days=14)  # for the press that confirms
TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
AGAIN_AFTER = timedelta(days=1)  # so that nobody has a stranger's address flooded with questions
ROWS: Table = Follow.__table__  # type: ignore[assignment]


def follow(*, subject: str, address: str, language: str = "en", is_proven: bool = False) -> None:
    """Note that this address wants news; once, and the same to look at if it was noted before.

    The caller commits. Nothing but the question whether it is theirs is sent to an address before
    it is confirmed. `is_proven`: somebody signed in with this very address asks.
    """
    hold()
    state = FollowState.CONFIRMED if is_proven else FollowState.NEW
    known = db.session.scalar(
        select(Follow).where(Follow.subject == subject, Follow.address == address)
    )
    if known is not None:
        if known.state is not FollowState.CONFIRMED:
            change(known, state=state, asked_on=None if is_proven else known.asked_on)
        return
    _write(
        {
            "id": secrets.token_hex(16),
            "subject": subject,
            "address": address,
            "reader": find_reader(address) or secrets.token_hex(16),
            "language": language,
            "state": state,
            "asked_on": None,
        }
    )


def want_result(*, round_id: int, address: str, language: str = "en", later: bool = False) -> None:
    """Note that an address wants the result of a round; with `later`, also half-way and finish."""
    for kind in (RESULT, HALFWAY, FINISH) if later else (RESULT,):
        follow(subject=f"{kind} {round_id}", address=address, language=language)


def find(id: str) -> Follow | None:
    return db.session.get(Follow, id) if TOKEN.fullmatch(id) else None


def find_reader(address: str) -> str | None:
    """The token that leads to the preferences of an address."""
    return db.session.scalar(select(Follow.reader).where(Follow.address == address).limit(1))


def list_of(reader: str) -> list[Follow]:
    """Everything one address follows or has asked for."""
    if not TOKEN.fullmatch(reader):
        return []
    return list(
        db.session.scalars(select(Follow).where(Follow.reader == reader).order_by(Follow.subject))
    )


def confirm(reader: str) -> bool:
    """The address is theirs: what it asked for begins. Whether there was anything to confirm, or
    it has been confirmed before."""
    hold()
    rows = list_of(reader)
    if rows:
        bounces.forgive(rows[0].address)
    for row in rows:
        if row.state is not FollowState.CONFIRMED:
            change(row, state=FollowState.CONFIRMED, asked_on=None)
    return bool(rows)


def stop(row: Follow) -> bool:
    """Forget that an address wants this; what waits to be sent to it is taken back."""
    hold()
    _take_back(row)
    return _forget(row.id)


def stop_all(reader: str) -> None:
    """Forget an address."""
    hold()
    for row in list_of(reader):
        stop(row)


def speak(reader: str, language: str) -> None:
    """Write to this address in another language from now on."""
    hold()
    for row in list_of(reader):
        change(row, language=language)


def change(row: Follow, **values: Any) -> bool:
    """Write a row anew, among others again; False if it was forgotten meanwhile."""
    hold()
    kept = {column.name: getattr(row, column.name) for column in ROWS.columns}
    db.session.expunge(row)
    if not _forget(kept["id"]):
        return False
    _write({**kept, **values})
    return True


def follow_on(subject: str, to: Sequence[str]) -> int:
    """Whoever follows this follows these in its place; how many there were."""
    hold()
    query = select(ROWS).where(ROWS.c.subject == subject)
    rows = [dict(row) for row in db.session.execute(query).mappings()]
    if not rows or not to:
        return 0
    theirs = select(ROWS.c.subject, ROWS.c.address).where(ROWS.c.subject.in_(to))
    known = {tuple(row) for row in db.session.execute(theirs)}
    db.session.execute(delete(ROWS).where(ROWS.c.subject == subject))
    anew = [
        {**row, "id": secrets.token_hex(16), "subject": one}
        for row in rows
        for one in to
        if (one, row["address"]) not in known
    ]
    secrets.SystemRandom().shuffle(anew)
    for start in range(0, len(anew), WRITTEN_AT_ONCE):
        _write(*anew[start : start + WRITTEN_AT_ONCE])
    return len(rows)


def forget(subject: str) -> None:
    """Forget everybody who follows this: there will be no news of it."""
    hold()
    db.session.execute(delete(ROWS).where(ROWS.c.subject == subject))


def has_followers(subject: str) -> bool:
    """Whether anybody has confirmed that they want news of this."""
    query = select(Follow.id).where(
        Follow.subject == subject, Follow.state == FollowState.CONFIRMED
    )
    return db.session.scalar(query.limit(1)) is not None


def bring_over() -> None:
    """Take over who asked for a result before results were a subject like others (0136)."""
    hold()
    for old in db.session.scalars(select(Subscription).limit(ASKED_AT_ONCE)).all():
        _write(
            {
                "id": old.id,
                "subject": f"{RESULT} {old.round_id}",
                "address": old.address,
                "reader": find_reader(old.address) or secrets.token_hex(16),
                "language": old.language,
                "state": old.state,
                "asked_on": clock.today() if old.state is FollowState.ASKED else None,
            }
        )
        db.session.delete(old)
    db.session.flush()


def preferences_url(reader: str) -> str:
    return f"{settings().public_url}/follow/{reader}"


def stop_url(row: Follow) -> str:
    return f"{preferences_url(row.reader)}/stop/{row.id}"


def ask_to_confirm() -> None:
    """Ask everybody who left an address since the last minute whether it is theirs: one mail an
    address and day until it answers, in a random order. And forget who did not answer in two weeks.
    """
    hold()
    old = clock.today() - WAITS_FOR
    db.session.execute(delete(ROWS).where(ROWS.c.asked_on < old))
    query = select(Follow).where(Follow.state == FollowState.NEW).order_by(func.random())
    waiting: dict[str, list[Follow]] = {}
    for row in db.session.scalars(query.limit(ASKED_AT_ONCE)).all():
        waiting.setdefault(row.reader, []).append(row)
    for rows in waiting.values():
        _ask(rows)


def _ask(rows: Sequence[Follow]) -> None:
    first = rows[0]
    if _was_just_asked(first):
        return  # the mail it has confirms these too; if it does not, one names them tomorrow
    found = [subjects.find(row.subject, first.language) for row in rows]
    titles = [named.title for named in found if named]
    if titles:
        messages.write(
            key=f"follow asked {secrets.token_hex(16)}",
            to=first.address,
            template="follow_confirm",
            language=first.language,
            context={
                "titles": titles,
                "confirm_url": f"{preferences_url(first.reader)}/confirm",
                "settings_url": preferences_url(first.reader),
            },
        )
    for row in rows:
        change(row, state=FollowState.ASKED, asked_on=row.asked_on or clock.today())


def _was_just_asked(row: Follow) -> bool:
    """Whether this reader has a question of the last day that is not answered."""
    if not any(other.asked_on for other in list_of(row.reader)):
        return False
    asked = select(Mail.id).where(
        Mail.to_address == row.address,
        Mail.template == "follow_confirm",
        Mail.written_at > clock.now() - AGAIN_AFTER,
    )
    return db.session.scalar(asked.limit(1)) is not None


def hold() -> None:
    """Whoever writes writes others' rows too: nobody may forget one of them meanwhile."""
    advisory_lock("follows")


def _forget(id: str) -> bool:
    gone = db.session.execute(delete(ROWS).where(ROWS.c.id == id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def _take_back(row: Follow) -> None:
    query = select(Mail).where(
        Mail.to_address == row.address,
        Mail.state == MailState.WAITING,
        Mail.telling_id.is_not(None),
    )
    for mail in db.session.scalars(query):
        if (mail.context or {}).get("stop_url") == stop_url(row):
            messages.cancel(key=mail.key)


def _write(*written: dict[str, Any]) -> None:
    ids = [row["id"] for row in written]
    query = select(ROWS).where(ROWS.c.id.not_in(ids)).order_by(func.random()).limit(MIXED_WITH)
    rows = [*written, *(dict(other) for other in db.session.execute(query).mappings())]
    db.session.execute(delete(ROWS).where(ROWS.c.id.in_([other["id"] for other in rows])))
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(insert(ROWS), rows)

"""Spread a piece of news to its followers, exactly once, however often a worker dies.

A batch of mails and the mark of how far it has come are one transaction. After each batch the next
is asked for anew, so that a code to vote waits for one batch and not for ten thousand letters.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.db import db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import Line, job
from pbapp.messages import bounces, following, queries, services, subjects
from pbapp.messages.models import Follow, FollowState, Mail, Telling
from pbapp.messages.telling import KIND

AT_ONCE = 50


@job("messages.tell", Line.QUICK)
def tell_some(*, job_id: UUID, telling: int) -> None:
    """Write one batch, and ask for the next."""
    with write_transaction():
        following.hold()
        found = db.session.get(Telling, telling, with_for_update=True)
        if found is None or found.ended_at is not None:
            return
        write_batch(found)
        if found.ended_at is None:
            jobs.ask(kind=KIND, arguments={"telling": telling})
        db.session.commit()


def tell_latecomers() -> None:
    """Tell those who confirmed after the last mail they wait for went out to the others."""
    query = select(Telling).where(Telling.is_last, Telling.ended_at.is_not(None))
    tellings = db.session.scalars(query).all()
    followed = queries.count_followers({one for telling in tellings for one in telling.subjects})
    for telling in tellings:
        if followed.keys() & set(telling.subjects):
            telling.after, telling.ended_at = "", None
            jobs.ask(kind=KIND, arguments={"telling": telling.id})
    flush()


def write_batch(telling: Telling) -> None:
    """Put the mails of the next followers in the outbox, and note how far that is."""
    query = (
        select(Follow)
        .where(
            Follow.subject.in_(telling.subjects),
            Follow.state == FollowState.CONFIRMED,
            Follow.id > telling.after,
        )
        .order_by(Follow.id)
        .limit(AT_ONCE)
    )
    rows = list(db.session.scalars(query))
    paused = bounces.paused_among(row.address for row in rows)
    titles: dict[tuple[str, str], str] = {}
    for row in rows:
        wanted = (row.subject, row.language)
        if wanted not in titles:
            named = subjects.find(*wanted)
            said = telling.context.get("title") or telling.context.get("round", "")
            titles[wanted] = named.title if named else said  # it is not public any more
        if row.address in paused:
            telling.skipped += 1
        else:
            telling.written += _write(telling, row, titles[wanted]) is not None
        telling.after = row.id
        if telling.is_last:
            db.session.delete(row)
    if len(rows) < AT_ONCE:
        telling.ended_at = clock.now()
    flush()


def _write(telling: Telling, row: Follow, title: str) -> Mail | None:
    return services.write(
        key=f"told {telling.news} {row.reader}",
        to=row.address,
        template=telling.template,
        language=row.language,
        telling_id=telling.id,
        context={
            **telling.context,
            "following": title,
            "stop_url": following.stop_url(row),
            "settings_url": following.preferences_url(row.reader),
        },
    )

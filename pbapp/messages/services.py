"""Write a message with the change it announces; send it, or not, later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import case, null, or_, select, update

from pbapp import clock
from pbapp.db import advisory_lock, db, flush
from pbapp.jobs import services as jobs
from pbapp.messages.models import Mail, MailChannel, MailState

KEPT_FOR = timedelta(days=7)
A_DAY = timedelta(days=1)


def write(
    *,
    key: str,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str = "en",
    channel: MailChannel = MailChannel.EMAIL,
    not_before: datetime | None = None,
    telling_id: int | None = None,
) -> Mail | None:
    """Put a message in the outbox, once for each `key`; None if it was written before.

    `to` is an e-mail address, or for a text a mobile number like +447700900123.
    `template` is a file of templates/emails without its ending; `context` must be plain JSON.
    `not_before` holds it back, which is how a decision can be undone before anybody is told.
    """
    if db.session.scalar(select(Mail.id).where(Mail.key == key)) is not None:
        return None
    moment = not_before or clock.now()
    mail = Mail(
        key=key,
        to_address=to,
        channel=channel,
        template=template,
        context=context,
        language=language,
        not_before=moment,
        written_at=clock.now(),
        telling_id=telling_id,
    )
    db.session.add(mail)
    flush()
    jobs.ask(kind="messages.send", arguments={"mail": str(mail.id)}, not_before=moment)
    return mail


def gather(*, key: str, item: dict[str, Any], to: str, not_before: datetime, **more: Any) -> bool:
    """Add an item to a message to the same address that still waits for its moment, or begin one.

    Many small things done in a row are told once. False if there was such a message and its moment
    has come: the caller begins another, with a key of its own.
    """
    query = select(Mail).where(Mail.key == key).with_for_update()
    mail = db.session.scalars(query).one_or_none()
    if mail is None:
        write(key=key, to=to, context={"items": [item]}, not_before=not_before, **more)
        return True
    waits = mail.state == MailState.WAITING and mail.not_before > clock.now()
    if not waits or mail.to_address != to:
        return False
    told = mail.context or {}
    mail.context = {**told, "items": [*told.get("items", ()), item]}
    flush()
    return True


def gather_daily(*, item: dict[str, Any], to: str, template: str, language: str = "en") -> None:
    """Tell somebody of a thing at once, and of what follows in one letter a day later.

    For what others can set off: nobody gets more than one letter of this template a day. `item` has
    an `id`, by which a letter that waits holds it once and `take_out` finds it again.
    """
    advisory_lock(f"daily {template} {to}")
    now = clock.now()
    query = (
        select(Mail)
        .where(
            Mail.state.in_((MailState.WAITING, MailState.SENT, MailState.FAILED)),  # by its index
            Mail.not_before > now - A_DAY,
            Mail.template == template,
            Mail.to_address == to,
        )
        .order_by(Mail.not_before.desc())
        .limit(1)
    )
    last = db.session.scalar(query)
    held = (last.context or {}).get("items", ()) if last else ()
    if last and last.state == MailState.WAITING and item["id"] in [one["id"] for one in held]:
        return
    moment = last.not_before + A_DAY if last else now
    if last is None or not gather(key=last.key, item=item, to=to, not_before=now):
        write(
            key=f"{template} {uuid4().hex}",
            to=to,
            template=template,
            context={"items": [item]},
            language=language,
            not_before=moment,
        )


def take_out(*, template: str, id: int | str) -> None:
    """Tell nobody any more of an item that still waits in a letter of the day."""
    query = select(Mail).where(Mail.template == template, Mail.state == MailState.WAITING)
    for mail in db.session.scalars(query.with_for_update()):
        items = (mail.context or {}).get("items", [])
        left = [item for item in items if item["id"] != id]
        if not left:
            cancel(key=mail.key)
        elif len(left) < len(items):
            mail.context = {**(mail.context or {}), "items": left}
    flush()


def cancel(*, key: str) -> bool:
    """Take back a message that has not been sent; whether there was one."""
    result = db.session.execute(
        update(Mail)
        .where(Mail.key == key, Mail.state == MailState.WAITING)
        .values(state=MailState.CANCELLED, context=null())
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def cancel_copies(*, key: str) -> None:
    """Take back what has not been sent of a message that went to several; `key` begins theirs."""
    for mail in db.session.scalars(select(Mail).where(Mail.key.startswith(f"{key} "))):
        cancel(key=mail.key)


def forget_old() -> int:
    """Forget what messages said, and to whom, a week after their moment; returns how many.

    The addresses too: they would be a list of the people who asked for a code to vote. Whether it
    was sent, taken back or never left makes no difference; what still waits then has failed.
    """
    old = clock.now() - KEPT_FOR
    result = db.session.execute(
        update(Mail)
        .where(
            Mail.written_at < old,
            Mail.not_before < old,
            or_(Mail.sent_at.is_(None), Mail.sent_at < old),
            Mail.to_address != "",
        )
        .values(
            context=null(),
            to_address="",
            state=case((Mail.state == MailState.WAITING, MailState.FAILED), else_=Mail.state),
        )
    )
    return int(result.rowcount)  # type: ignore[attr-defined]

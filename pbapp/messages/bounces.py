"""Addresses that refuse mail for good: after three messages no news goes there any more.

A refusal comes at once, from the server we give a message to, or later as a report (RFC 3464) in a
mailbox that `pbapp mail bounces` reads. Codes to vote and to sign in are still sent: somebody is
asking for one at that moment.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from uuid import UUID

from sqlalchemy import delete, func, select

from pbapp import clock
from pbapp.db import db, flush
from pbapp.messages.models import Bounce, Mail, MailState
from pbapp.web.context import settings

MOST = 3
KEPT_FOR = timedelta(days=180)
# RFC 3463: what is wrong is the address (1) or its mailbox (2), or the server does not say (0).
# Anything else (our server, our words, their rules) says nothing about the address.
ABOUT_THE_ADDRESS = re.compile(r"5\.[012]\.[0-9]{1,3}", re.ASCII)
ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)
NO_SUCH_MAILBOX = (550, 551, 553)  # RFC 5321, for servers that give no enhanced code
OUR_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>", re.ASCII)


@dataclass(frozen=True)
class Found:
    """What was in a mailbox of reports."""

    read: int
    counted: int
    known: int
    other: int


def refusal(error: Exception) -> str | None:
    """The code with which a server refused the address for good; None if it was anything else."""
    text: bytes | str
    usual: tuple[int, ...] = ()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        usual = NO_SUCH_MAILBOX
    elif isinstance(error, smtplib.SMTPDataError):
        code, text = error.smtp_code, error.smtp_error
    else:
        return None
    if not 500 <= code < 600:
        return None
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    enhanced = ENHANCED.match(said.strip())
    if enhanced:
        return enhanced[0] if ABOUT_THE_ADDRESS.fullmatch(enhanced[0]) else None
    return str(code) if code in usual else None


def note(mail: Mail, code: str) -> bool:
    """Count one message that its address refused; once, and whether it was counted now."""
    if not mail.to_address or db.session.get(Bounce, mail.id) is not None:
        return False
    mail.state, mail.error = MailState.FAILED, code
    db.session.add(Bounce(mail_id=mail.id, address_key=_key(mail.to_address), at=clock.now()))
    flush()
    return True


def paused_among(addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that get no news."""
    keys = {_key(address): address for address in addresses}
    query = select(Bounce.address_key).where(Bounce.address_key.in_(keys))
    counted = query.group_by(Bounce.address_key).having(func.count() >= MOST)
    return {keys[key] for key in db.session.scalars(counted)}


def count_paused() -> int:
    """How many addresses get no news, because they refused three messages."""
    paused = select(Bounce.address_key).group_by(Bounce.address_key).having(func.count() >= MOST)
    return db.session.scalar(select(func.count()).select_from(paused.subquery())) or 0


def forgive(address: str) -> None:
    """Somebody has just answered from this address: it works."""
    db.session.execute(delete(Bounce).where(Bounce.address_key == _key(address)))


def forget_old() -> None:
    """A refusal of half a year ago says nothing about today."""
    db.session.execute(delete(Bounce).where(Bounce.at < clock.now() - KEPT_FOR))


def read(messages: Iterable[Message]) -> Found:
    """Count the reports among these messages; the caller commits.

    A report counts if it names a message that we sent and still know the address of. Who made it
    up would have to know the Message-ID, which only the receiver does.
    """
    number = counted = known = other = 0
    for message in messages:
        number += 1
        code, mail = _failure(message), _reported(message)
        if code is None or mail is None:
            other += 1
        elif note(mail, code):
            counted += 1
        else:
            known += 1
    return Found(number, counted, known, other)


def _failure(report: Message) -> str | None:
    """The code of the first address that a report says failed for good."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            if not isinstance(group, Message):
                continue
            action = str(group.get("Action", "")).split("(")[0].strip().lower()
            status = ENHANCED.search(str(group.get("Status", "")))
            if action == "failed" and status and ABOUT_THE_ADDRESS.fullmatch(status[0]):
                return status[0]
    return None


def _reported(report: Message) -> Mail | None:
    """The message of ours that a report brings back, or the headers of it."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            whole = inner[0] if isinstance(inner, list) and inner else None
            said = str(whole.get("Message-ID", "")) if isinstance(whole, Message) else ""
        elif part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
        else:
            continue
        for found in OUR_ID.finditer(said.lower()):
            mail = db.session.get(Mail, UUID(found[1]))
            if mail is not None:
                return mail
    return None


def _key(address: str) -> str:
    secret = settings().secret_key.encode()
    return hmac.new(secret, f"bounce\0{address.lower()}".encode(), hashlib.sha256).hexdigest()

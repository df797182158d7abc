"""Send what waits in the outbox (the worker does), each message once."""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID

from pbapp import clock
from pbapp.config import Config
from pbapp.db import db, write_transaction
from pbapp.jobs.services import RETRY_AFTER, Line, job
from pbapp.messages import bounces
from pbapp.messages.models import Mail, MailChannel, MailState
from pbapp.messages.rendering import Letter, put_into_words
from pbapp.web.context import settings

TEXT_TIMEOUT = 10  # seconds


class NotTaken(Exception):
    """The server did not take a message, or could not be reached."""


@job("messages.send", Line.QUICK)
def send(*, job_id: UUID, mail: str) -> None:
    """Send one message unless it was sent or taken back meanwhile.

    The message is marked sent after its server took it; its Message-ID is its own id, so a
    copy sent again after a crash between the two is recognised and dropped by the receiver. No
    transaction is open while we wait for the server: a slow one must not keep a vote waiting.
    What the address refuses for good is not tried again.
    """
    with write_transaction():
        row = db.session.get(Mail, UUID(mail), with_for_update=True)
        if row is None or row.state != MailState.WAITING or row.not_before > clock.now():
            return
        letter = put_into_words(row)
        row.attempts += 1
        db.session.commit()
    # Without a server (the demo) the outbox itself is the mailbox people read.
    hand_over = text_them if row.channel is MailChannel.SMS else mail_them
    try:
        hand_over(settings(), row, letter)
    except Exception as error:
        if not _is_settled(row.id, error):
            # Tried again later. What the server said may hold the address: it is kept nowhere.
            raise NotTaken(type(error).__name__) from None
        return
    with write_transaction():
        row = db.session.get_one(Mail, UUID(mail))
        row.state = MailState.SENT
        row.sent_at = clock.now()
        db.session.commit()


def _is_settled(mail_id: UUID, error: Exception) -> bool:
    """Note what went wrong; whether trying again would be of no use."""
    code = bounces.refusal(error)
    with write_transaction():
        row = db.session.get_one(Mail, mail_id)
        if code is not None:
            bounces.note(row, code)
        else:  # the kind of error only: its text may hold the address
            row.error = type(error).__name__
            if row.attempts > len(RETRY_AFTER):
                row.state = MailState.FAILED
        db.session.commit()
    return code is not None


def mail_them(config: Config, mail: Mail, letter: Letter) -> None:
    """Give a message to the mail server; nothing without one."""
    if not config.mail_server:
        return
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = mail.to_address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.id}@{config.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    reply_to = (mail.context or {}).get("reply_to")
    if reply_to:  # whom this message was written for; an answer is not for us
        message["Reply-To"] = reply_to
    stop = (mail.context or {}).get("stop_url")
    if stop:  # a mail program shows a button of its own
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    # Not send_message: it writes ">From" where a line of the letter begins with "From".
    plain = mail.to_address.isascii()
    flat = message.as_bytes(policy=SMTP if plain else SMTPUTF8)
    options = () if plain else ("SMTPUTF8", "BODY=8BITMIME")
    host, port, secure, user, password = mail_server(config.mail_server)
    with smtplib.SMTP(host, port, timeout=20) as server:
        if secure:
            server.starttls()
        if user:
            server.login(user, password)
        server.sendmail(parseaddr(config.mail_from)[1], [mail.to_address], flat, options)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code to vote goes to the address in the settings and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def text_them(config: Config, mail: Mail, letter: Letter) -> None:
    """Give a text message to the provider in the settings, or to a file that a gateway reads.

    One POST of JSON: `to`, `from`, `text` and `id`. Any answer but 2xx is an error, which is tried
    again; `id` (and the header Idempotency-Key) stays the same, so that none is charged twice.
    """
    message = {"id": str(mail.id), "to": mail.to_address, "from": config.sms_from}
    body = json.dumps({**message, "text": letter.text}, ensure_ascii=False).encode()
    if config.sms_url:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(mail.id)}
        if config.sms_token:
            headers["Authorization"] = f"Bearer {config.sms_token}"
        asked = urllib.request.Request(config.sms_url, body, headers)  # noqa: S310 — see config
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=TEXT_TIMEOUT):
            pass
    elif config.sms_file:
        with open(config.sms_file, "ab", opener=_for_us_alone) as file:
            file.write(body + b"\n")


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def mail_server(address: str) -> tuple[str, int, bool, str, str]:
    """Host, port, whether STARTTLS is needed, user and password of `smtp://` or `smtps://…`."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(address if "//" in address else f"smtp://{address}")
    port = parts.port or (587 if parts.scheme == "smtps" else 25)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return parts.hostname or "localhost", port, parts.scheme == "smtps", user, password

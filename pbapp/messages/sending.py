"""Send what waits in the outbox (the worker does), each message once."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from pbapp import clock
from pbapp.config import Config
from pbapp.db import db, write_transaction
from pbapp.jobs.services import job
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import Letter, put_into_words
from pbapp.web.context import settings


@job("messages.send")
def send(*, job_id: UUID, mail: str) -> None:
    """Send one message unless it was sent or taken back meanwhile.

    The message is marked sent after the mail server took it; its Message-ID is its own id, so a
    copy sent again after a crash between the two is recognised and dropped by the receiver.
    """
    with write_transaction():
        row = db.session.get(Mail, UUID(mail), with_for_update=True)
        if row is None or row.state != MailState.WAITING or row.not_before > clock.now():
            return
        config = settings()
        letter = put_into_words(row)
        row.attempts += 1
        if config.mail_server:
            _deliver(config, row, letter)
        # Without a mail server (the demo) the outbox itself is the mailbox people read.
        row.state = MailState.SENT
        row.sent_at = clock.now()
        db.session.commit()


def _deliver(config: Config, mail: Mail, letter: Letter) -> None:
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = mail.to_address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.id}@{config.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    host, port, secure, user, password = mail_server(config.mail_server or "")
    with smtplib.SMTP(host, port, timeout=20) as server:
        if secure:
            server.starttls()
        if user:
            server.login(user, password)
        server.send_message(message)


def mail_server(address: str) -> tuple[str, int, bool, str, str]:
    """Host, port, whether STARTTLS is needed, user and password of `smtp://` or `smtps://…`."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(address if "//" in address else f"smtp://{address}")
    port = parts.port or (587 if parts.scheme == "smtps" else 25)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return parts.hostname or "localhost", port, parts.scheme == "smtps", user, password

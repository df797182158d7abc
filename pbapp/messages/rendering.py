"""Put a message into words: one template gives the subject, the text and the HTML alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from pbapp.messages.models import Mail, MailChannel
from pbapp.web.babel import moment
from pbapp.web.context import settings


@dataclass(frozen=True)
class Letter:
    """What somebody reads. `html` says the same as `text`, word for word."""

    subject: str
    text: str
    html: str


def put_into_words(mail: Mail) -> Letter:
    """Render a message in its reader's language.

    A text message is the block `sms`. For e-mail the template has two blocks, `subject` and
    `body`; the body is paragraphs parted by an empty line, and a line that is a web address alone
    becomes a link. `public_url` is this site's own address, for messages that no request wrote.
    """
    with force_locale(mail.language.replace("-", "_")):
        template = current_app.jinja_env.get_template(f"emails/{mail.template}.html")
        known = {"mail": mail, "public_url": settings().public_url, "moment_of": _moment_of}
        context = template.new_context({**(mail.context or {}), **known})
        if mail.channel is MailChannel.SMS:
            said = " ".join(str(Markup(_block(template, "sms", context)).unescape()).split())  # noqa: S704
            return Letter(subject=said, text=said, html="")
        subject = _block(template, "subject", context)
        paragraphs = [p for p in re.split(r"\n\s*\n", _block(template, "body", context)) if p]
        # Not render_template: that asks who is looking, and here nobody is.
        html = current_app.jinja_env.get_template("emails/_layout.html").render(
            subject=Markup(subject),  # noqa: S704 — already escaped by its own template
            paragraphs=[_lines(p) for p in paragraphs],
            language=mail.language,
        )
    text = "\n\n".join(paragraphs)
    return Letter(
        subject=" ".join(str(Markup(subject).unescape()).split()),  # noqa: S704
        text=str(Markup(text).unescape()) + "\n",  # noqa: S704
        html=html,
    )


def _moment_of(text: str) -> str:
    """A moment that a message's facts hold as text, in the reader's words."""
    return moment(datetime.fromisoformat(text))


def _block(template, name: str, context) -> str:  # type: ignore[no-untyped-def]
    raw = "".join(template.blocks[name](context))
    return "\n".join(line.strip() for line in raw.strip().splitlines())


def _lines(paragraph: str) -> list[tuple[Markup, bool]]:
    """Each line, and whether it is a web address and nothing else."""
    return [
        (Markup(line), bool(re.fullmatch(r"https?://\S+", line)))  # noqa: S704
        for line in paragraph.splitlines()
    ]

"""Is the address of somebody without an account theirs? By a code, or by a link.

Both come in one e-mail, which says nothing that anybody typed: an address that is not proven gets
no words of a stranger's through us.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired

from pbapp.accounts import services as accounts
from pbapp.accounts.queries import tidy_email
from pbapp.assets.adding.begun import Begun
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused
from pbapp.web import drafts
from pbapp.web.babel import page_language
from pbapp.web.context import settings
from pbapp.web.forms import Form
from pbapp.web.limits import hit

MAILS_AT_ONCE, SECONDS = 5, 900
PROOF = "asset proof"


class CodeForm(Form):
    """The code from the e-mail."""

    code = StringField(
        _l("The 6-digit code from the e-mail"),
        validators=[DataRequired(_l("Enter the six digits from the e-mail."))],
    )


def ask(begun: Begun, typed: str | None) -> None:
    """Send a code and a link; what was typed waits meanwhile. Every address is treated alike."""
    address = tidy_email(typed or "")
    begun.fields["email"] = [address]
    token = begun.keep()
    _count(address)
    code = accounts.make_code(purpose=_purpose(begun), email=address, secret=settings().secret_key)
    messages.write(
        key=f"entry code {secrets.token_hex(16)}",
        to=address,
        template="asset_proof",
        context={
            "code": code,
            "url": url_for("assets.new_prove", key=_key_for(token, address), _external=True),
            "board": begun.board.name,
        },
        language=page_language(),
    )


def check(begun: Begun, code: str) -> None:
    """Use the code up; raises `Refused` beside `code`. The caller commits either way."""
    accounts.use_code(
        purpose=_purpose(begun),
        email=begun.first("email") or "",
        code=code,
        secret=settings().secret_key,
    )


def is_proven(begun: Begun, form: Any) -> bool:
    """Whether this draft's author has shown before that this address is theirs."""
    return begun.first("proven") == tidy_email(form.email.data or "")


def _key_for(token: str, address: str) -> str:
    """What a mailed link holds: nothing of the draft's own, for the address may be mistyped."""
    return drafts.save(kind=PROOF, fields={"of": [token], "email": [drafts.hash_of(address)]})


def draft_of(key: str | None) -> str | None:
    """The draft a mailed link is for; none for one that is wrong or too old."""
    kept = drafts.load(key, PROOF)
    return str(kept["of"][0]) if kept else None


def went_to(key: str | None, address: str | None) -> bool:
    """Whether this is the address that a mailed link went to."""
    kept = drafts.load(key, PROOF) or {}
    return [drafts.hash_of(address or "")] == kept.get("email")


def send_link(begun: Begun, typed: str | None, link: str) -> None:
    """Mail the draft's link, so that its author can go on elsewhere."""
    address = tidy_email(typed or "")
    _count(address)
    messages.write(
        key=f"entry draft {secrets.token_hex(16)}",
        to=address,
        template="asset_draft",
        context={"url": link, "board": begun.board.name},
        language=page_language(),
    )


def _count(address: str) -> None:
    """Nobody has a stranger's letter box flooded."""
    if not hit("entry mail", address, tries=MAILS_AT_ONCE, seconds=SECONDS):
        raise Refused(
            N_(
                "We have sent several e-mails to this address. Look in the junk folder, or wait a "
                "quarter of an hour. What you typed is kept."
            ),
            "email",
        )


def _purpose(begun: Begun) -> str:
    return f"entry {drafts.hash_of(begun.token or '')}"

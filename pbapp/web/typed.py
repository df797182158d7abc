"""Half-filled pages: what somebody typed and has not saved waits for them.

Their browser's cookie holds the key of each draft, so an expired sign-in loses nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request, session
from werkzeug.datastructures import MultiDict

from pbapp.web import drafts

NAME = "typed"
MOST_KEPT = 12  # keys: a cookie holds 4 KB


def keep(slug: str, part: str, fields: set[str]) -> None:
    """Keep the fields of this request that belong to the form."""
    typed = {
        name: values
        for name, values in request.form.to_dict(flat=False).items()
        if name.split("-")[0] in fields
    }
    token = drafts.save(
        kind=_kind(slug, part), fields=typed, token=_tokens().get(_kind(slug, part))
    )
    tokens = _tokens() | {_kind(slug, part): token}
    session[NAME] = dict(list(tokens.items())[-MOST_KEPT:])


def find(slug: str, part: str) -> MultiDict[str, Any] | None:
    """What was typed and not saved, or None."""
    fields = drafts.load(_tokens().get(_kind(slug, part)), _kind(slug, part))
    if not fields:
        return None
    return MultiDict((name, value) for name, values in fields.items() for value in values)


def forget(slug: str, part: str) -> None:
    """It has been saved, or is not wanted."""
    tokens = _tokens()
    token = tokens.pop(_kind(slug, part), None)
    if token is not None:
        drafts.discard(token)
        session[NAME] = tokens


def _tokens() -> dict[str, str]:
    return dict(session.get(NAME) or {})


def _kind(slug: str, part: str) -> str:
    """What names a draft; a long name is shortened to what still tells it from others."""
    name = f"{slug} {part}"
    return name if len(name) <= 80 else hashlib.sha256(name.encode()).hexdigest()

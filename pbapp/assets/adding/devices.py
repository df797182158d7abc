"""One draft on two devices: what the other saved while a page was open here is not overwritten."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import request, session

from pbapp.web.forms import Form

SEEN, DEVICE = "seen", "device"
NOT_COMPARED = frozenset({"csrf_token", "photo", "drop_photo"})


def this_device() -> str:
    """A name of this browser that says nothing of it; first asked for when it saves something."""
    return str(session.setdefault(DEVICE, secrets.token_hex(4)))


def marks_of(form: Form) -> str:
    """What a page shows in each field, in short: its next post says what has been changed on it."""
    return ",".join(f"{name}:{mark}" for name, mark in _marks(form).items())


def changed_elsewhere(form: Form, kept: Form) -> tuple[set[str], set[str]]:
    """Fields that another device changed since this page was made; `kept` is the draft as it is.

    First those left alone here, which stay as they are kept; then those changed on both.
    """
    seen = dict(pair.split(":", 1) for pair in request.form.get(SEEN, "").split(",") if ":" in pair)
    typed, now = _marks(form), _marks(kept)
    theirs = {name for name, mark in seen.items() if name in now and now[name] != mark}
    left_alone = {name for name in theirs if typed[name] == seen[name]}
    both = {name for name in theirs - left_alone if typed[name] != now[name]}
    return left_alone, both


def _marks(form: Form) -> dict[str, str]:
    return {
        name: hashlib.sha256(repr(_plain(value)).encode()).hexdigest()[:8]
        for name, value in form.data.items()
        if name not in NOT_COMPARED
    }


def _plain(value: Any) -> Any:
    """A value without what makes no difference: nothing chosen is nothing typed."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value] or ""
    return "" if value is None or value is False else str(value)

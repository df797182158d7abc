"""Hostile text in every text field of an entry, and how to see that it stayed text."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import String, Text

from pbapp.assets.models import Asset

# What a template, a script, a tag, a string of JavaScript and a reader of lines could each trip on.
CANARY = (
    "=${window.sung=1}`{{7*7}}<img src=x onerror=window.sung=2></script><script>window.sung=3"
    "</script>\u202e\u2028'\"&lt;"
)
# Columns that hold a code, an address or a place, which have checks of their own.
NO_WORDS = {"language", "postcode", "exact_postcode", "submitter_email", "source_ref"}
ADDRESSES = {"website", "source_url"}
HOSTILE_ADDRESS = "javascript:window.sung=4"


def canaries() -> dict[str, Any]:
    """Every text column of an entry to its canary, however many there come to be."""
    words = {
        column.name: CANARY[: column.type.length or 200]
        for column in Asset.__table__.columns
        if type(column.type) in (String, Text) and column.name not in NO_WORDS | ADDRESSES
    }
    return words | dict.fromkeys(ADDRESSES, HOSTILE_ADDRESS)


def inert(html: str) -> None:
    """Fail if anything of the canary came through as more than text."""
    assert "<img src=x" not in html
    assert not re.search(r"<script>\s*window\.sung", html)
    assert "49" not in re.findall(r"`(\d+)", html), "a template was run"
    assert 'href="javascript:' not in html.lower()


def inert_json(text: str) -> Any:
    """Read JSON as another program would; its text may hold anything, its keys none of it."""

    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert not any("sung" in key for key, _ in pairs)
        return dict(pairs)

    return json.loads(text, object_pairs_hook=check)

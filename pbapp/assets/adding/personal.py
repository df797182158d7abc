"""Does free text look as if it led to a person? A hint for who checks entries, never a wall."""

from __future__ import annotations

import re
from collections.abc import Mapping

PHONE = re.compile(r"(?<![\d/.-])(?:\+44|0)(?:[ ()-]*\d){9,10}(?!\d)")
EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().,;]+")
LONGEST = 10_000  # nobody types more, and no text makes this slow


def looks_personal(texts: Mapping[str, str], allowed: tuple[str, ...] = ()) -> dict[str, str]:
    """Field to `phone` or `email`, for what is not among `allowed`: shown with consent already."""
    known = {_plain(one) for one in allowed if one}
    found: dict[str, str] = {}
    for name, text in texts.items():
        for kind, pattern in (("phone", PHONE), ("email", EMAIL)):
            hits = {_plain(hit) for hit in pattern.findall(text[:LONGEST])}
            if hits - known:
                found.setdefault(name, kind)
    return found


def _plain(text: str) -> str:
    """A number by its digits, an address in small letters: people write both in many ways."""
    if "@" in text:
        return text.casefold()
    return re.sub(r"\D", "", text).removeprefix("44").lstrip("0")

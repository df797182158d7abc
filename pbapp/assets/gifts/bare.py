"""What is kept of one person's gift: what they offer, and nothing that leads to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pbapp.assets.entry import Entry
from pbapp.refusal import N_, Refused

# What mail programs make a link of: with its scheme, "example.net/pay", and the usual endings bare.
# Not each word with a full stop in it: people teach Node.js.
_LINK = r"://|\bwww\.|\w\.[^\W\d_]{2,}(?::\d+)?/|\w\.(?:com|org|info|biz|uk|scot|ly)\b"
LINK = re.compile(_LINK, re.IGNORECASE)
# An e-mail address, a phone number, a web address, a full postcode.
LEADS_TO_THEM = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+"
    r"|(?:\+|\b0)(?:[ ()-]*\d){8,}"
    rf"|{_LINK}"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b",
    re.IGNORECASE | re.ASCII,
)
TEXTS = ("name", "summary", "description", "opening", "access", "cost_words", "eligibility")


def bare_gift(entry: Entry) -> Entry:
    """A gift without a place in words, wards served, website, photo and contact.

    Raises `Refused` beside the first text that has an address or a number in it.
    """
    check_bare({name: getattr(entry, name) for name in (*TEXTS, "story")})
    return replace(entry, where_words="", serves=(), website=None, contact=None, photo_id=None)


def check_bare(texts: Mapping[str, str]) -> None:
    """Raise `Refused` beside the first of these texts of a gift that has an address or a number."""
    for name, text in texts.items():
        if LEADS_TO_THEM.search(text):
            raise Refused(
                N_(
                    "Leave out addresses, phone numbers and web links. People write to you "
                    "through us, and you decide whom you answer."
                ),
                name,
            )

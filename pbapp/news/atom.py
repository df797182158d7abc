"""A feed (Atom, RFC 4287) by our own hand: five kinds of elements, and none is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from pbapp.news.happenings import Item

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
# What XML 1.0 cannot hold, however it is written.
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(
    *,
    title: str,
    author: str,
    site: str,
    path: str,
    page: str,
    items: Sequence[Item],
    begun: datetime,
    language: str,
) -> bytes:
    """A feed of these items, newest first. `site` is the address of the site; `path` the feed's,
    `page` that of the page it belongs to; `begun` the moment of a feed without items."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _text(feed, "id", f"{site}{path}")
    _text(feed, "title", title)
    _text(feed, "updated", _stamp(items[0].at if items else begun))
    SubElement(feed, "link", {"rel": "self", "type": MEDIA_TYPE, "href": f"{site}{path}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{site}{page}"})
    _text(SubElement(feed, "author"), "name", author)
    for item in items:
        entry = SubElement(feed, "entry")
        _text(entry, "id", f"{site}{page}#{item.id}")
        _text(entry, "title", item.title)
        _text(entry, "updated", _stamp(item.at))
        _text(entry, "published", _stamp(item.at))
        link = {"rel": "alternate", "type": "text/html", "href": f"{site}{item.path}"}
        SubElement(entry, "link", link)
        if item.text:
            _text(entry, "summary", item.text)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = NO_XML.sub("", text)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

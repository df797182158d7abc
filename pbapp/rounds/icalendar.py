"""Dates as a calendar file (RFC 5545) that any calendar programme can follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75  # octets, without the line break (RFC 5545, 3.1)


@dataclass(frozen=True)
class Happening:
    """One event: `uid` stays the same when its dates change. `ends_at` None: a moment.

    What is called off keeps its event, so that calendars that have it can strike it out.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime | None
    title: str
    text: str
    url: str
    place: str = ""
    is_cancelled: bool = False


def write(name: str, happenings: Iterable[Happening], now: datetime) -> str:
    """The whole file, with CRLF line ends."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pbapp//rounds//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
    ]
    for one in happenings:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escape(one.uid)}",
            f"DTSTAMP:{_stamp(now)}",
            f"DTSTART:{_stamp(one.starts_at)}",
            *([f"DTEND:{_stamp(one.ends_at)}"] if one.ends_at else []),
            f"SUMMARY:{escape(one.title)}",
            *([f"DESCRIPTION:{escape(one.text)}"] if one.text else []),
            *([f"LOCATION:{escape(one.place)}"] if one.place else []),
            *(["STATUS:CANCELLED"] if one.is_cancelled else []),
            f"URL:{one.url}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines)


def escape(text: str) -> str:
    """Text as a value (RFC 5545, 3.3.11): no bare comma, semicolon, backslash or line break."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(c for c in text if c >= " " and c != "\x7f")


def fold(line: str) -> str:
    """A line of at most 75 octets; more goes on in the next one after a space."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE:
            parts.append(part)
            part, size = " ", 1
        part += character
        size += octets
    return "\r\n".join([*parts, part])


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")

"""Dates as a calendar file (RFC 5545) that any calendar programme can follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LINE = 75  # octets, without the line break (RFC 5545, 3.1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Years of a zone's summer times that a file knows; who subscribes reads it again long before.
BACK, AHEAD = 10, 5
_MARKS = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": "\\n"}
_ESCAPED = {
    **dict.fromkeys([*range(32), 127]),
    **{ord(c): made for c, made in _MARKS.items()},
}


@dataclass(frozen=True)
class Happening:
    """One event: `uid` stays the same when its dates change. `ends_at` None: a moment.

    What is called off keeps its event, so that calendars that have it can strike it out.

    What comes again has a `rule`, and its moments are then those of the clock on the wall in
    `zone`: ten o'clock stays ten o'clock in summer. `sequence` grows with every change.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime | None
    title: str
    text: str
    url: str
    place: str = ""
    is_cancelled: bool = False
    rule: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    sequence: int = 0
    point: tuple[float, float] | None = None


def write(name: str, happenings: Iterable[Happening], now: datetime) -> str:
    """The whole file, with CRLF line ends."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pbapp//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
    ]
    known = list(happenings)
    first = max(min((one.starts_at.year for one in known), default=now.year), now.year - BACK)
    for zone in sorted({one.zone.key for one in known if one.zone}):
        lines += _zone(zone, min(first, now.year), now.year + AHEAD)
    for one in known:
        lines += _event(one, now)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines)


def _event(one: Happening, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(one.uid)}"
    yield f"DTSTAMP:{_stamp(now)}"
    yield f"DTSTART{_moment(one.starts_at, one.zone)}"
    if one.ends_at:
        yield f"DTEND{_moment(one.ends_at, one.zone)}"
    if one.rule:
        yield "RRULE:" + ";".join(f"{name}={value}" for name, value in one.rule.items())
    if one.sequence:
        yield f"SEQUENCE:{one.sequence}"
    yield f"SUMMARY:{escape(one.title)}"
    if one.text:
        yield f"DESCRIPTION:{escape(one.text)}"
    if one.place:
        yield f"LOCATION:{escape(one.place)}"
    if one.point:
        yield f"GEO:{one.point[0]:.6f};{one.point[1]:.6f}"
    if one.is_cancelled:
        yield "STATUS:CANCELLED"
    yield f"URL:{one.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escape(text: str) -> str:
    """Text as a value (RFC 5545, 3.3.11): no bare comma, semicolon, backslash or line break."""
    return text.replace("\r\n", "\n").translate(_ESCAPED)


def fold(line: str) -> str:
    """A line of at most 75 octets; more goes on in the next one after a space."""
    octets = line.encode()
    if len(octets) <= LINE:
        return line
    parts, start, room = [], 0, LINE
    while start < len(octets):
        end = min(start + room, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # amid a character
            end -= 1
        parts.append(octets[start:end].decode())
        start, room = end, LINE - 1
    return "\r\n ".join(parts)


def _moment(moment: datetime, zone: ZoneInfo | None) -> str:
    if zone is None:
        return f":{_stamp(moment)}"
    return f";TZID={zone.key}:{moment:%Y%m%dT%H%M%S}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def until(last: datetime, zone: ZoneInfo) -> str:
    """The UNTIL of a rule: in UTC, as RFC 5545 (3.3.10) wants it where the start has a zone."""
    return _stamp(last.replace(tzinfo=zone))


@lru_cache(maxsize=8)
def _zone(key: str, first: int, last: int) -> list[str]:
    """A zone with every change of its clocks from one year to another (RFC 5545, 3.6.5)."""
    changes: dict[tuple[bool, str, str, str], list[datetime]] = {}
    for at, before in _changes(ZoneInfo(key), first, last):
        kind = (bool(at.dst()), _offset(before), _offset(at), str(at.tzname()))
        old_clock = at.astimezone(UTC).replace(tzinfo=None) + (before.utcoffset() or timedelta())
        changes.setdefault(kind, []).append(old_clock)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{key}"]
    for (is_summer, old, new, name), moments in sorted(changes.items()):
        part = "DAYLIGHT" if is_summer else "STANDARD"
        lines += [f"BEGIN:{part}", f"DTSTART:{moments[0]:%Y%m%dT%H%M%S}", *_again(moments)]
        lines += [f"TZOFFSETFROM:{old}", f"TZOFFSETTO:{new}", f"TZNAME:{name}", f"END:{part}"]
    return [*lines, "END:VTIMEZONE"]


def _again(moments: list[datetime]) -> list[str]:
    """The further moments of a change: their rule where they keep to one, else each of them.

    Some calendar programmes read nothing but rules in a zone.
    """
    first, last = moments[0], moments[-1]
    if len(moments) < 2:
        return []
    yearly = [moment.year for moment in moments] == list(range(first.year, last.year + 1))
    if yearly and len({(one.month, one.weekday(), one.time()) for one in moments}) == 1:
        for nth in (-1, 1, 2, 3, 4):
            if all(_is_nth(one, nth) for one in moments):
                day = DAYS[first.weekday()]
                return [f"RRULE:FREQ=YEARLY;BYMONTH={first.month};BYDAY={nth}{day}"]
    return ["RDATE:" + ",".join(f"{one:%Y%m%dT%H%M%S}" for one in moments[1:])]


def _is_nth(day: datetime, nth: int) -> bool:
    """Whether it is the first to fourth, or the last (-1), such day of its month."""
    if nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == nth


def _changes(zone: ZoneInfo, first: int, last: int) -> Iterator[tuple[datetime, datetime]]:
    """The first moment with each new offset, and the hour before; the start of all is the first."""
    hour = timedelta(hours=1)
    at = datetime(first, 1, 1, tzinfo=UTC)
    yield at.astimezone(zone), at.astimezone(zone)
    end = datetime(last + 1, 1, 1, tzinfo=UTC)
    while at < end:
        day = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset():
            while at.astimezone(zone).utcoffset() == (at + hour).astimezone(zone).utcoffset():
                at += hour
            yield (at + hour).astimezone(zone), at.astimezone(zone)
        at = day


def _offset(at: datetime) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"

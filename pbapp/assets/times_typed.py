"""Regular times in a cell of a table: "Tue, Thu 10:00-12:00; last Fri 18:00-20:00".

What is written here is read back as it was. Reading is strict: what is not understood is refused
with its words, never guessed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pbapp.assets.times import MIDNIGHT, Session, days_of, end_after, is_in_order
from pbapp.refusal import N_, Refused

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NTH = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", -1: "last"}
EVERY_DAY = 0b1111111
NOT_IN_ORDER = N_(
    "The end must be after the start. What runs past midnight begins at noon or later and lasts "
    "13 hours at most."
)

_DAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)s?"
)
_DAYS = rf"{_DAY}(?:\s*(?:,|&|\band\b|-|\bto\b)\s*{_DAY})*"
_HOUR = r"(?:12\s+)?(?:noon|midday|midnight)|\d{1,2}(?:[:.]\d\d)?(?:\s*[ap]\.?m\b\.?)?"
_ONE = re.compile(
    rf"(?P<free>free\b\s*)?(?:every\s+(?P<every>\d{{1,2}})\s+(?P<unit>weeks|months)\s*(?:on\s+)?)?"
    rf"(?:(?:the|every)\s+)?(?:(?P<nth>1st|2nd|3rd|4th|first|second|third|fourth|last)\s+)?"
    rf"(?:(?P<days>{_DAYS})|(?P<daily>daily|every day))\s*,?\s*"
    rf"(?P<opens>{_HOUR})\s*(?:-|to)\s*(?P<closes>{_HOUR})"
    rf"(?:\s+from\s+(?P<from>\d{{4}}-\d\d-\d\d))?(?:\s+until\s+(?P<until>\d{{4}}-\d\d-\d\d))?"
    rf"(?:\s+\"(?P<note>(?:[^\"]|\"\")*)\")?\s*",
    re.IGNORECASE | re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(am|pm)?", re.ASCII)
_NAMED = {"noon": 720, "midday": 720, "midnight": 0}
_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, **{w: n for n, w in NTH.items()}}


def typed(sessions: Iterable[Session]) -> str:
    """Regular times for a cell."""
    return "; ".join(_typed(session) for session in sessions)


def _typed(session: Session) -> str:
    days = ", ".join(DAYS[number] for number in days_of(session))
    unit = "weeks" if session.nth is None else "months"
    note = session.note.replace('"', '""')
    words = [
        "free" if session.use == "free" else "",
        f"every {session.every} {unit}" if session.every > 1 else "",
        NTH[session.nth] if session.nth else "",
        "daily" if session.days == EVERY_DAY else days,
        f"{_clock(session.opens)}-{_clock(session.closes)}",
        f"from {session.starts_on.isoformat()}" if session.starts_on else "",
        f"until {session.until_on.isoformat()}" if session.until_on else "",
        f'"{note}"' if note else "",
    ]
    return " ".join(word for word in words if word)


def _clock(minutes: int) -> str:
    shown = minutes if minutes <= MIDNIGHT else minutes - MIDNIGHT
    return f"{shown // 60:02}:{shown % 60:02}"


def read_times(text: str) -> list[Session]:
    """The times of a cell; raises `Refused` beside `sessions` for what is not understood."""
    rest = _with_hyphens(text).strip().rstrip(";")
    found: list[Session] = []
    while rest:
        one = _ONE.match(rest)
        if one is None or (one.end() < len(rest) and rest[one.end()] != ";"):
            raise _not_understood(rest.split(";")[0])
        found.append(_session(one))
        rest = rest[one.end() + 1 :].strip()
    return found


def _with_hyphens(text: str) -> str:
    """Dashes as hyphens; what is between quotation marks is a note and stays as it is."""
    parts = text.split('"')
    parts[::2] = [part.replace("–", "-").replace("—", "-") for part in parts[::2]]
    return '"'.join(parts)


def _not_understood(words: str) -> Refused:
    return Refused(
        N_("We do not understand the time “%(words)s”. Write it like: Tue, Thu 10:00-12:00."),
        "sessions",
        words=words.strip()[:60],
    )


def _session(one: re.Match[str]) -> Session:
    words = one[0]
    opens = _minutes(one["opens"], words)
    closes = end_after(opens, _minutes(one["closes"], words, is_end=True))
    if not is_in_order(opens, closes):
        raise Refused(NOT_IN_ORDER, "sessions")
    nth = _WORDS[one["nth"].lower()] if one["nth"] else None
    every = int(one["every"] or 1)
    unit = "weeks" if nth is None else "months"
    if not 1 <= every <= 12 or (one["unit"] and one["unit"].lower() != unit):
        raise _not_understood(words)
    first, last = _day(one["from"], words), _day(one["until"], words)
    if every > 1 and first is None:
        raise Refused(N_("Give the first day, so that we can count from there."), "sessions")
    if first and last and first > last:
        raise Refused(N_("The last day cannot be before the first."), "sessions")
    return Session(
        _days(one["days"], words) if one["days"] else EVERY_DAY,
        opens,
        closes,
        nth,
        every,
        first,
        last,
        "free" if one["free"] else "open",
        (one["note"] or "").replace('""', '"')[:100],
    )


def _days(text: str, words: str) -> int:
    """Bits of days; "Mon-Fri" is all between, in the order of the week."""
    bits = 0
    for part in re.split(r"\s*(?:,|&|\band\b)\s*", text.lower()):
        ends = [_number(name) for name in re.split(r"\s*(?:-|\bto\b)\s*", part)]
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise _not_understood(words)
        for number in range(ends[0], ends[-1] + 1):
            bits |= 1 << number
    return bits


def _number(name: str) -> int:
    return [day.lower() for day in DAYS].index(name[:3])


def _minutes(text: str, words: str, *, is_end: bool = False) -> int:
    made = read_hour(text)
    if made is None or (made == MIDNIGHT and not is_end):
        raise _not_understood(words)
    return MIDNIGHT if is_end and made == 0 else made


def read_hour(typed: str) -> int | None:
    """Minutes after midnight of "7.30pm", "19:30" or "noon"; None for what is no time of day.

    Without am or pm the 24-hour clock is meant, and its minutes are asked.
    """
    plain = re.sub(r"([ap])\.?m\.?$", r"\1m", typed.strip().lower()).replace(" ", "")
    if plain.removeprefix("12") in _NAMED:
        return _NAMED[plain.removeprefix("12")]
    found = _CLOCK.fullmatch(plain)
    if found is None:
        return None
    number, past, half = int(found[1]), int(found[2] or 0), found[3]
    if past > 59 or not (1 <= number <= 12 if half else found[2] and number <= 24):
        return None
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    made = number * 60 + past
    return made if made <= MIDNIGHT else None


def _day(text: str | None, words: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _not_understood(words) from None

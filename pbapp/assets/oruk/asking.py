"""Read what an address of the feed asks for; what cannot be understood is said, not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pbapp.assets.oruk.feed import Asked, Hours, Near
from pbapp.places import queries as places

PER_PAGE, MOST_PER_PAGE = 50, 500
WIDEST_METRES = 100_000
YES, NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})
OLDEST = 120
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Unclear(Exception):
    """The address asks for something that cannot be given; the text says what, in English."""


@dataclass(frozen=True)
class Page:
    """Which part of a list: `page` counts from 1."""

    page: int
    per_page: int


def read_page(arguments: Mapping[str, str]) -> Page:
    return Page(
        _number(arguments, "page", 1, 1_000_000),
        _number(arguments, "per_page", PER_PAGE, MOST_PER_PAGE),
    )


def read_asked(arguments: Mapping[str, str], *, placed_only: bool = False) -> Asked:
    """The filters; raises `Unclear` for what is no date, no id, no postcode, or not kept here."""
    ward_id, near = _read_where(arguments)
    return Asked(
        search=arguments.get("search", "").replace("\0", ""),
        modified_after=_moment(arguments.get("modified_after", "")),
        term=_uuid(arguments, "taxonomy_term_id"),
        taxonomy=_uuid(arguments, "taxonomy_id"),
        organisation=_uuid(arguments, "organization_id"),
        ward_id=ward_id,
        near=near,
        age_from=_age(arguments, "minimum_age"),
        age_to=_age(arguments, "maximum_age"),
        hours=_hours(arguments),
        placed_only=placed_only,
    )


def read_flag(arguments: Mapping[str, str], name: str) -> bool:
    value = arguments.get(name, "").lower()
    if value not in YES | NO:
        raise Unclear(f"{name} is true or false.")
    return value in YES


def _number(arguments: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = arguments.get(name, "")
    if not text:
        return default
    # isdigit() alone would let digits of other scripts through.
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise Unclear(f"{name} is a whole number from 1 to {most}.")
    return int(text)


def _age(arguments: Mapping[str, str], name: str) -> int | None:
    text = arguments.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= OLDEST):
        raise Unclear(f"{name} is an age in whole years, from 0 to {OLDEST}.")
    return int(text)


def _hours(arguments: Mapping[str, str]) -> Hours | None:
    """A day in the letters of RFC 5545 or by its English name; times as 18:00, on our clocks."""
    text = arguments.get("day", "").strip().lower()
    days = [n for n, name in enumerate(DAYS) if text in (name, name[:2], name[:3])]
    if text and not days:
        raise Unclear("day is one of MO, TU, WE, TH, FR, SA, SU.")
    asked = Hours(
        days[0] if days else None,
        _minutes(arguments, "start_time"),
        _minutes(arguments, "end_time"),
    )
    return None if asked == Hours() else asked


def _minutes(arguments: Mapping[str, str], name: str) -> int | None:
    text = arguments.get(name, "")
    if not text:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(:[0-5]\d)?", text, re.ASCII)
    if found is None:
        raise Unclear(f"{name} is a time of day, like 18:00.")
    return int(found[1]) * 60 + int(found[2])


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        # A plus sign in an address that was not quoted arrives as a space.
        at = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text.strip()))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unclear("modified_after is a moment, like 2026-09-30T12:00:00Z.") from None


def _uuid(arguments: Mapping[str, str], name: str) -> UUID | None:
    text = arguments.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Unclear(f"{name} is a UUID.") from None


def _read_where(arguments: Mapping[str, str]) -> tuple[int | None, Near | None]:
    """A ward where only a postcode is given; a circle round its middle where a distance is too."""
    typed, distance = arguments.get("postcode", ""), arguments.get("proximity", "")
    if not typed:
        if distance:
            raise Unclear("proximity goes with a postcode.")
        return None, None
    row = places.find_postcode(typed)
    if row is None:
        raise Unclear("This postcode is not in our list of postcodes.")
    if not distance:
        return row.area_id, None
    metres = _number(arguments, "proximity", 0, WIDEST_METRES)
    if row.lat is None or row.lon is None:
        raise Unclear("We have no position for this postcode.")
    return None, Near(row.lat, row.lon, metres)

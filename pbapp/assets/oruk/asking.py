"""Read what an address of the feed asks for; what cannot be understood is said, not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pbapp.assets.oruk.feed import Asked, Near
from pbapp.places import queries as places

PER_PAGE, MOST_PER_PAGE = 50, 500
WIDEST_METRES = 100_000
YES, NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})
# Ours have no ages and no times that a computer can read, so nothing could be left out by them.
NOT_KEPT = ("minimum_age", "maximum_age", "start_time", "end_time", "day")


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
    refused = [name for name in NOT_KEPT if arguments.get(name)]
    if refused:
        raise Unclear(
            f"{', '.join(refused)}: this feed has no ages and keeps times in words only, so it "
            "cannot be filtered by them."
        )
    ward_id, near = _read_where(arguments)
    return Asked(
        search=arguments.get("search", "").replace("\0", ""),
        modified_after=_moment(arguments.get("modified_after", "")),
        term=_uuid(arguments, "taxonomy_term_id"),
        taxonomy=_uuid(arguments, "taxonomy_id"),
        organisation=_uuid(arguments, "organization_id"),
        ward_id=ward_id,
        near=near,
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

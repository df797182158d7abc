"""What an Open Referral UK 3.0 object must look like, checked without the standard's own files.

The schemas are under a licence of their own (CC BY-SA) and are not shipped. This says in our words
the part of them that we use: which keys an object may and must have, and what each may hold. The
tests hold it to the schemas; see docs/decisions/0050.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pbapp.assets.oruk.values import EMAIL, URI

Check = Callable[[Any], str | None]


def _text(value: Any) -> str | None:
    return (
        None if isinstance(value, str) and value.strip() else "is not a text with something in it"
    )


def _number(value: Any) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return None if good else "is not a number"


def _uuid(value: Any) -> str | None:
    try:
        return None if str(UUID(value)) == value else "is not a UUID as it is written"
    except (ValueError, TypeError, AttributeError):
        return "is not a UUID"


def _uri(value: Any) -> str | None:
    return None if isinstance(value, str) and URI.fullmatch(value) else "is not a web address"


def _email(value: Any) -> str | None:
    good = isinstance(value, str) and EMAIL.fullmatch(value)
    return None if good else "is not an e-mail address"


def _clock(value: Any) -> str | None:
    good = isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII)
    return None if good else "is not a time of day"


def _days(value: Any) -> str | None:
    """Days as RFC 5545 has them, each with which of the month where that is said."""
    one = r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)"
    good = isinstance(value, str) and re.fullmatch(f"{one}(,{one})*", value, re.ASCII)
    return None if good else "is not a list of days"


def _day(value: Any) -> str | None:
    good = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)
    return None if good else "is not a day"


def _moment(value: Any) -> str | None:
    try:
        good = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        good = False
    return None if good else "is not a moment with its time zone"


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value in allowed else f"is not one of {', '.join(allowed)}"


class Shape:
    """Keys with what each holds: a check, another shape, or a list of one."""

    def __init__(self, required: str, **keys: Check | Shape | list[Shape]) -> None:
        self.keys = keys
        self.required = required.split()

    def without(self, *names: str) -> Shape:
        kept = {name: inner for name, inner in self.keys.items() if name not in names}
        return Shape(" ".join(self.required), **kept)


TAXONOMY = Shape("id name description", id=_uuid, name=_text, description=_text)
TERM = Shape(
    "id name description",
    **{"id": _uuid, "name": _text, "description": _text, "taxonomy": _text, "taxonomy_id": _uuid},
)
ATTRIBUTE = Shape(
    "id taxonomy_term",
    id=_uuid,
    link_id=_uuid,
    taxonomy_term_id=_uuid,
    link_type=_text,
    taxonomy_term=TERM,
)
ORGANISATION = Shape("id name description", id=_uuid, name=_text, description=_text, website=_uri)
LOCATION = Shape(
    "id location_type",
    id=_uuid,
    location_type=_one_of("physical", "postal", "virtual"),
    name=_text,
    description=_text,
    latitude=_number,
    longitude=_number,
    accessibility=[Shape("id", id=_uuid, description=_text)],
)
SCHEDULE = Shape(
    "id",
    id=_uuid,
    service_id=_uuid,
    valid_from=_day,
    valid_to=_day,
    dtstart=_day,
    freq=_one_of("WEEKLY", "MONTHLY"),
    interval=_number,
    byday=_days,
    opens_at=_clock,
    closes_at=_clock,
    attending_type=_text,
    description=_text,
    notes=_text,
)
COST = Shape(
    "id", id=_uuid, service_id=_uuid, option=_text, amount=_number, amount_description=_text
)
AT_LOCATION = Shape(
    "id service_id location_id location",
    id=_uuid,
    service_id=_uuid,
    location_id=_uuid,
    location=LOCATION,
)
SERVICE_LINE = Shape(
    "id organization_id name status last_modified",
    id=_uuid,
    organization_id=_uuid,
    name=_text,
    description=_text,
    url=_uri,
    email=_email,
    alert=_text,
    minimum_age=_number,
    maximum_age=_number,
    status=_one_of("active", "inactive", "defunct", "temporarily closed"),
    assured_date=_day,
    last_modified=_moment,
    organization=ORGANISATION,
)
AT_LOCATION_LINE = Shape(
    " ".join(AT_LOCATION.required),
    **{
        **AT_LOCATION.keys,
        "location": LOCATION.without("accessibility"),
        "service": SERVICE_LINE,
    },
)
SERVICE = Shape(
    " ".join(SERVICE_LINE.required),
    **SERVICE_LINE.keys,
    schedules=[SCHEDULE],
    cost_options=[COST],
    contacts=[Shape("id name", id=_uuid, service_id=_uuid, name=_text)],
    service_areas=[
        Shape(
            "id extent",
            id=_uuid,
            service_id=_uuid,
            name=_text,
            extent=_text,
            extent_type=_text,
            uri=_uri,
        )
    ],
    service_at_locations=[AT_LOCATION],
    attributes=[ATTRIBUTE],
)


def faults(thing: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Everything wrong with an object, each with where: "attributes[0].id is not a UUID"."""
    if not isinstance(thing, dict):
        yield f"{path or 'it'} is not an object"
        return
    for name in shape.required:
        if name not in thing:
            yield f"{_at(path, name)} is missing"
    for name, value in thing.items():
        inner = shape.keys.get(name)
        at = _at(path, name)
        if inner is None:
            yield f"{at} is not a key of the standard"
        elif isinstance(inner, Shape):
            yield from faults(value, inner, at)
        elif isinstance(inner, list):
            if not isinstance(value, list) or not value:
                yield f"{at} is not a list with something in it"
                continue
            for number, item in enumerate(value):
                yield from faults(item, inner[0], f"{at}[{number}]")
        elif wrong := inner(value):
            yield f"{at} {wrong}"


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

"""Entries as they go out into tables and files: one fact a column, a few hundred at a time.

Everything here is what an entry's page shows to everybody. The columns are described in
docs/engineers/open-data.md, and a list that is brought in may have the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pbapp import clock
from pbapp.assets import plain
from pbapp.assets.models import Asset, Vocabulary, Where
from pbapp.assets.oruk.facts import alert
from pbapp.assets.outgoing.credits import LICENCE_NAME, credit
from pbapp.assets.times_typed import typed
from pbapp.assets.writing import as_session

AT_ONCE = 500
COLUMNS = (
    *("id", "name", "kind", "summary", "description", "status", "alert", "alert_until"),
    *("ward", "ward_code", "serves", "placed_by", "where", "latitude", "longitude", "postcode"),
    *("shown_as", "when", "times", "cost", "cost_words", "age_from", "age_to", "eligibility"),
    *("join_by", "access", "access_features", "audience", "themes", "website", "looked_after_by"),
    *("contact_name", "contact_phone", "contact_email", "contact_consent", "main_priority"),
    *("priorities", "confirmed_on", "review_due_on", "updated_on", "url", "source", "source_url"),
    *("licence", "attribution"),
)
Value = str | int | float | list[str] | None


def each(ids: Sequence[UUID]) -> Iterator[Asset]:
    """These entries, in this order; never more than some in memory."""
    for start in range(0, len(ids), AT_ONCE):
        yield from plain.load(ids[start : start + AT_ONCE])


def placed_by(asset: Asset) -> str:
    """How its place is known, as far as everybody may know: point, postcode, ward or everywhere."""
    if asset.area is None or asset.where_kind is Where.NOWHERE:
        return "everywhere"
    if asset.where_kind is Where.POSTCODE and asset.postcode:
        return "postcode"
    return "point" if asset.lat is not None else "ward"


def facts(asset: Asset, page: str) -> dict[str, Value]:
    """Column to value, for all of them; lists where there may be several. `page`: its address."""
    said = alert(asset, clock.today())
    mains = [link.priority.name for link in asset.priorities if link.is_main]
    values: dict[str, Value] = {
        "id": str(asset.id),
        "name": asset.name,
        "kind": asset.kind.value,
        "summary": asset.summary,
        "description": asset.description,
        "status": asset.status.value,
        "alert": said,
        "alert_until": _day(asset.alert_until) if said else None,
        **_where(asset),
        "when": asset.opening,
        "times": typed(map(as_session, asset.sessions)),
        "cost": asset.cost.value if asset.cost else None,
        "cost_words": asset.cost_words,
        "age_from": asset.age_from,
        "age_to": asset.age_to,
        "eligibility": asset.eligibility,
        "join_by": asset.join_by.value if asset.join_by else None,
        "access": asset.access,
        "access_features": _marked(asset, Vocabulary.ACCESS),
        "audience": _marked(asset, Vocabulary.AUDIENCE),
        "themes": _marked(asset, Vocabulary.THEME),
        "website": asset.website,
        "looked_after_by": asset.organisation.name if asset.organisation else None,
        **_contact(asset),
        "main_priority": mains[0] if mains else None,
        "priorities": sorted(link.priority.name for link in asset.priorities),
        "confirmed_on": _day(asset.confirmed_at.date()) if asset.confirmed_at else None,
        "review_due_on": _day(asset.review_due_on),
        "updated_on": _day(asset.updated_at.date()),
        "url": page,
        "source": asset.source,
        "source_url": asset.source_url,
        "licence": asset.licence or LICENCE_NAME,
        "attribution": credit(asset),
    }
    return {name: values[name] for name in COLUMNS}


def _where(asset: Asset) -> dict[str, Value]:
    return {
        "ward": asset.area.name if asset.area else None,
        "ward_code": asset.area.gss_code if asset.area else None,
        "serves": sorted(link.area.name for link in asset.serves),
        "placed_by": placed_by(asset),
        "where": asset.where_words,
        "latitude": round(asset.lat, 6) if asset.lat is not None else None,
        "longitude": round(asset.lon, 6) if asset.lon is not None else None,
        "postcode": asset.postcode,
        "shown_as": asset.shown_as.value,
    }


def _contact(asset: Asset) -> dict[str, Value]:
    """There is a contact only where they agreed to be shown."""
    one = asset.contact
    return {
        "contact_name": one.name if one else None,
        "contact_phone": one.phone if one else None,
        "contact_email": one.email if one else None,
        "contact_consent": "yes" if one else None,
    }


def _marked(asset: Asset, vocabulary: Vocabulary) -> list[str]:
    return [term.slug for term in asset.terms if term.vocabulary is vocabulary]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def row(asset: Asset, page: str) -> list[str]:
    """One line of a table."""
    return [cell(value) for value in facts(asset, page).values()]


def cell(value: Value) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


def feature(asset: Asset, page: str) -> dict[str, Any]:
    """One point of GeoJSON, with what is known of it."""
    known = facts(asset, page)
    lat, lon = known.pop("latitude"), known.pop("longitude")
    return {
        "type": "Feature",
        "id": str(asset.id),
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {name: v for name, v in known.items() if v not in (None, "", [])},
    }

"""An entry read back as its author would type it, and what an edit changed in values to undo it.

Of a contact nothing is kept, and of a place only what everybody could see: a history outlives
somebody's consent, and their wish to be found.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pbapp.assets.entry import Contact, Entry
from pbapp.assets.models import Asset, AssetKind, Cost, JoinBy, Precision, Vocabulary, Where
from pbapp.assets.times import Session
from pbapp.assets.writing import as_session
from pbapp.db import db
from pbapp.places.models import Area

PLAIN = ("name", "summary", "description", "opening", "access", "cost_words", "eligibility")
PLACE = ("lat", "lon", "postcode", "ward_code", "everywhere", "where_words", "shown_as", "is_home")


def entry_of(asset: Asset) -> Entry:
    """The entry with all that is kept of it, so that saving it again changes nothing."""
    found = asset.contact
    return Entry(
        kind=asset.kind,
        website=asset.website,
        **{name: getattr(asset, name) for name in PLAIN},
        **_place(asset, asset.exact_lat, asset.exact_lon, asset.exact_postcode),
        main=next((link.priority_id for link in asset.priorities if link.is_main), None),
        supports=sorted(link.priority_id for link in asset.priorities if not link.is_main),
        photo_id=asset.photo_id,
        serves=sorted(_code(link.area_id) or "" for link in asset.serves),
        cost=asset.cost,
        age_from=asset.age_from,
        age_to=asset.age_to,
        join_by=asset.join_by,
        story=asset.story,
        story_rights=asset.story_rights,
        terms={
            vocabulary: sorted(term.slug for term in asset.terms if term.vocabulary is vocabulary)
            for vocabulary in Vocabulary
        },
        sessions=[as_session(row) for row in asset.sessions],
        contact=Contact(found.name, found.phone, found.email, has_consent=True) if found else None,
    )


def raw_of(asset: Asset) -> dict[str, Any]:
    """Everything that can be undone, in plain JSON, by the parts that belong together."""
    entry = entry_of(asset)
    place = _place(asset, None, None, None)
    return {
        **{name: getattr(asset, name) for name in PLAIN},
        "kind": asset.kind.value,
        "website": asset.website,
        "place": [place[name] for name in PLACE[:-2]] + [asset.shown_as.value, asset.is_home],
        "priorities": [entry.main, list(entry.supports)],
        "photo_id": str(asset.photo_id) if asset.photo_id else None,
        "serves": list(entry.serves),
        "cost": asset.cost.value if asset.cost else None,
        "ages": [asset.age_from, asset.age_to],
        "join_by": asset.join_by.value if asset.join_by else None,
        "story": [asset.story, asset.story_rights],
        "terms": {vocabulary.value: list(slugs) for vocabulary, slugs in entry.terms.items()},
        "sessions": [_plain(session) for session in entry.sessions],
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs between two of `raw_of`, as `{part: [before, after]}`."""
    return {part: [before[part], after[part]] for part in after if before[part] != after[part]}


def restored(entry: Entry, parts: dict[str, Any]) -> Entry:
    """The entry with these parts as they once were."""
    values: dict[str, Any] = {}
    for part, value in parts.items():
        values |= _fields(part, value)
    return replace(entry, **values)


def _fields(part: str, value: Any) -> dict[str, Any]:
    """One part of `raw_of` as the fields of an `Entry`."""
    if part == "place":
        return {**dict(zip(PLACE, value, strict=True)), "shown_as": Precision(value[6])}
    if part == "priorities":
        return {"main": value[0], "supports": value[1]}
    if part == "ages":
        return {"age_from": value[0], "age_to": value[1]}
    if part == "story":
        return {"story": value[0], "story_rights": value[1]}
    if part == "terms":
        return {"terms": {Vocabulary(name): slugs for name, slugs in value.items()}}
    if part == "sessions":
        return {"sessions": [_session(one) for one in value]}
    read = {"kind": AssetKind, "cost": Cost, "join_by": JoinBy, "photo_id": UUID}.get(part)
    return {part: read(value) if read and value is not None else value}


def _place(
    asset: Asset, lat: float | None, lon: float | None, postcode: str | None
) -> dict[str, Any]:
    """Where it is, as typed; what is shown stands in for what is not given."""
    by_point, by_postcode = asset.where_kind is Where.POINT, asset.where_kind is Where.POSTCODE
    return {
        "lat": (asset.lat if lat is None else lat) if by_point else None,
        "lon": (asset.lon if lon is None else lon) if by_point else None,
        "postcode": (postcode or asset.postcode) if by_point or by_postcode else None,
        "ward_code": _code(asset.area_id),
        "everywhere": asset.where_kind is Where.NOWHERE,
        "where_words": asset.where_words,
        "shown_as": asset.shown_as,
        "is_home": asset.is_home,
    }


def _code(area_id: int | None) -> str | None:
    """Loaded by id: a relationship does not follow a change before commit."""
    area = db.session.get(Area, area_id) if area_id else None
    return area.gss_code if area else None


def _plain(session: Session) -> dict[str, Any]:
    days = {"starts_on", "until_on"}
    return {k: v.isoformat() if k in days and v else v for k, v in vars(session).items()}


def _session(said: dict[str, Any]) -> Session:
    days = {k: date.fromisoformat(said[k]) for k in ("starts_on", "until_on") if said[k]}
    return Session(**{**said, **days})

"""Between forms and entries: what was typed as an `Entry`, and an entry as its form shows it."""

from __future__ import annotations

from typing import Any

from pbapp.assets.adding.forms import (
    EVERYWHERE,
    NO_PLACE,
    NO_PRIORITY,
    MoreForm,
    PlaceForm,
    WhatForm,
    WhereForm,
)
from pbapp.assets.adding.timetable import row_of
from pbapp.assets.entry import Contact, Entry
from pbapp.assets.models import (
    Asset,
    AssetKind,
    Cost,
    JoinBy,
    Precision,
    Vocabulary,
    Where,
)
from pbapp.boards.queries import list_wards

NO_WARD = (None, "", EVERYWHERE, NO_PLACE)


def entry_from(what: WhatForm, where: WhereForm, more: MoreForm, photo_id: Any) -> Entry:
    """The three steps as one entry; `what`, `where` and `more` may be one and the same form."""
    main = int(more.main.data) if more.main.data not in (None, "", NO_PRIORITY) else None
    entry = Entry(
        kind=AssetKind(what.kind.data),
        name=what.name.data or "",
        summary=what.summary.data or "",
        description=more.description.data or "",
        opening=more.opening.data or "",
        access=more.access.data or "",
        website=more.website.data or None,
        **where_fields(where),
        **_people(more),
        main=main,
        supports=[int(value) for value in more.supports.data or () if int(value) != main],
        photo_id=photo_id,
        story=more.story.data or "",
        story_rights=more.story_rights.data or "" if more.story.data else "",
        terms={
            Vocabulary.ACCESS: more.access_terms.data or (),
            Vocabulary.AUDIENCE: more.audience.data or (),
            Vocabulary.THEME: more.themes.data or (),
        },
        sessions=[row.form.read() for row in more.sessions if not row.form.is_blank],
    )
    return _gift(entry) if entry.kind is AssetKind.INDIVIDUAL else entry


def _people(more: MoreForm) -> dict[str, Any]:
    """The answers about who comes, and whom to ask."""
    return {
        "cost": Cost(more.cost.data) if more.cost.data else None,
        "cost_words": more.cost_words.data or "",
        "join_by": JoinBy(more.join_by.data) if more.join_by.data else None,
        "age_from": more.age_from.data,
        "age_to": more.age_to.data,
        "eligibility": more.eligibility.data or "",
        "contact": Contact(
            more.contact_name.data or "",
            more.contact_phone.data or "",
            more.contact_email.data or "",
            has_consent=bool(more.contact_consent.data),
        ),
    }


def _gift(entry: Entry) -> Entry:
    """What a person offers, without anything that leads to them, whatever was typed before."""
    return Entry(
        kind=entry.kind,
        name=entry.name,
        summary=entry.summary,
        description=entry.description,
        opening=entry.opening,
        lat=entry.lat,
        lon=entry.lon,
        postcode=entry.postcode,
        ward_code=entry.ward_code,
        everywhere=entry.everywhere,
        main=entry.main,
        supports=entry.supports,
    )


def place_fields(form: PlaceForm) -> dict[str, Any]:
    """Where it is, as an `Entry` names it."""
    return {
        "lat": form.lat.degrees,
        "lon": form.lon.degrees,
        "postcode": form.postcode.data or None,
        "ward_code": None if form.ward.data in NO_WARD else form.ward.data,
        "everywhere": form.ward.data in (EVERYWHERE, NO_PLACE),
        "where_words": form.where_words.data or "",
    }


def where_fields(where: WhereForm) -> dict[str, Any]:
    """All answers of the second step, as an `Entry` names them."""
    everywhere = where.ward.data == EVERYWHERE
    return {
        **place_fields(where),
        "is_home": bool(where.is_home.data),
        "shown_as": Precision(where.shown_as.data or Precision.EXACT),
        "serves": where.ward_codes if everywhere else where.serves.data or (),
    }


def fields_of(asset: Asset) -> dict[str, Any]:
    """An entry as its form shows it, to be edited."""
    contact, marked = asset.contact, asset.terms
    terms = {v: [t.slug for t in marked if t.vocabulary is v] for v in Vocabulary}
    return {
        "kind": asset.kind.value,
        "name": asset.name,
        "summary": asset.summary,
        **place_fields_of(asset),
        "description": asset.description,
        "opening": asset.opening,
        "sessions": [row_of(row, row.use.value, row.note) for row in asset.sessions],
        "cost": asset.cost.value if asset.cost else "",
        "cost_words": asset.cost_words,
        "join_by": asset.join_by.value if asset.join_by else "",
        "age_from": asset.age_from,
        "age_to": asset.age_to,
        "eligibility": asset.eligibility,
        "access": asset.access,
        "access_terms": terms[Vocabulary.ACCESS],
        "audience": terms[Vocabulary.AUDIENCE],
        "themes": terms[Vocabulary.THEME],
        "website": asset.website,
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        "contact_email": contact.email if contact else "",
        "contact_consent": contact is not None,
        "story": asset.story,
        "story_rights": asset.story_rights,
        "main": next((str(p.priority_id) for p in asset.priorities if p.is_main), NO_PRIORITY),
        "supports": [str(p.priority_id) for p in asset.priorities if not p.is_main],
        "photo_alt": asset.photo.alt if asset.photo else "",
        "photo_id": str(asset.photo_id or ""),
        "version": str(asset.version),
    }


def place_fields_of(asset: Asset) -> dict[str, Any]:
    """Where an entry is as its keepers gave it, exactly: for its own form, and for no page."""
    exact = asset.where_kind is Where.POINT
    lat = asset.lat if asset.exact_lat is None else asset.exact_lat
    lon = asset.lon if asset.exact_lon is None else asset.exact_lon
    served = [link.area.gss_code for link in asset.serves]
    ward = asset.area.gss_code if asset.area else None
    if asset.where_kind is Where.NOWHERE:
        ward = EVERYWHERE if len(served) == len(list_wards(asset.board)) else NO_PLACE
    return {
        "lat": f"{lat:.5f}" if exact and lat is not None else None,
        "lon": f"{lon:.5f}" if exact and lon is not None else None,
        "postcode": asset.exact_postcode or asset.postcode,
        "ward": ward,
        "where_words": asset.where_words,
        "is_home": asset.is_home,
        "shown_as": asset.shown_as.value,
        "serves": [] if ward == EVERYWHERE else served,
    }

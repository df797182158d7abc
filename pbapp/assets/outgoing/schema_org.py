"""Entries in the words of schema.org, for search engines and whoever reads JSON-LD."""

from __future__ import annotations

import re
from typing import Any

from pbapp import clock
from pbapp.assets import times
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    Cost,
    SessionUse,
    Status,
    Vocabulary,
    Where,
)
from pbapp.assets.oruk.facts import alert, clock_time, closing_time
from pbapp.assets.oruk.values import STATISTICS, as_email, as_uri, moment, tidy
from pbapp.assets.outgoing.credits import LICENCE_URL, credit
from pbapp.assets.place_words import very_place
from pbapp.assets.vocabulary import ACCESS, AUDIENCE
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.web.context import settings

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS = (AssetKind.ASSOCIATION, AssetKind.INSTITUTION, AssetKind.EXCHANGE)


def thing(asset: Asset, page: str) -> dict[str, Any]:
    """One entry, `page` being its own address here. As exact as that page, and no more.

    The entry and the page about it are told apart: the licence and the source are the page's.
    """
    made: dict[str, Any] = tidy(
        {
            "@id": f"{page}#it",
            "@type": _type(asset),
            "name": asset.name,
            "description": asset.description or asset.summary,
            "url": as_uri(asset.website),
            **_place(asset),
            **_more(asset),
            "subjectOf": {
                "@type": "WebPage",
                "@id": page,
                "url": page,
                "dateModified": moment(asset.updated_at),
                "lastReviewed": asset.confirmed_at.date().isoformat()
                if asset.confirmed_at
                else None,
                "license": _licence(asset.licence),
                "isBasedOn": as_uri(asset.source_url),
                "creditText": credit(asset),
                "maintainer": _keeper(asset.organisation),
            },
        }
    )
    return made


def _keeper(group: Organisation | None) -> dict[str, Any] | None:
    """The group that looks after an entry: what the page says of it, and no more."""
    return {"@type": "Organization", "name": group.name} if group else None


def _licence(text: str) -> Any:
    """An address where we have one, else a work of that name: plain words are no licence here."""
    if not text.strip():
        return LICENCE_URL
    found = re.search(r"https?://[^\s()<>\"]+", text)
    return as_uri(found[0]) if found else {"@type": "CreativeWork", "name": text}


def _type(asset: Asset) -> str:
    if asset.kind in GROUPS:
        return "Organization"
    return "Place" if asset.kind is AssetKind.PLACE or asset.lat is not None else "Thing"


def _place(asset: Asset) -> dict[str, Any]:
    ward = _area(asset.area) if asset.area else None
    geo = _geo(asset)
    kind = _type(asset)
    if kind == "Place":
        return {
            "geo": geo,
            "containedInPlace": ward,
            "address": asset.where_words,
            **_visit(asset),
        }
    if kind == "Organization":
        spot = {
            "@type": "Place",
            "name": asset.where_words,
            "geo": geo,
            "containedInPlace": ward,
            **_visit(asset),
        }
        return {"location": spot if ward else None, "areaServed": _served(asset)}
    return {}


def _geo(asset: Asset) -> dict[str, Any] | None:
    """A position of the very place alone: schema.org has no word for "about here"."""
    point = very_place(asset)
    code = asset.postcode if asset.where_kind is Where.POSTCODE else None
    if point is None and code is None:
        return None
    lat, lon = point or (None, None)
    return {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon, "postalCode": code}


def _area(area: Area) -> dict[str, Any]:
    return {
        "@type": "AdministrativeArea",
        "@id": STATISTICS + area.gss_code,
        "name": area.name,
        "identifier": area.gss_code,
    }


def _served(asset: Asset) -> list[dict[str, Any]]:
    return [_area(link.area) for link in asset.serves]


def _visit(asset: Asset) -> dict[str, Any]:
    """What a place is like for who comes: open when, free or not, how to get in and around."""
    return {
        "isAccessibleForFree": True if asset.cost is Cost.FREE else None,
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": ACCESS[term.slug], "value": True}
            for term in asset.terms
            if term.vocabulary is Vocabulary.ACCESS and term.slug in ACCESS
        ],
        "openingHoursSpecification": [
            _hours(session) for session in _open(asset) if _is_plain(session)
        ],
    }


def _open(asset: Asset) -> list[AssetSession]:
    if asset.status is not Status.ACTIVE:
        return []
    return [session for session in asset.sessions if session.use is SessionUse.OPEN]


def _is_plain(session: AssetSession) -> bool:
    """Every week: the only hours that schema.org's opening hours can say."""
    return session.nth is None and session.every == 1


def _hours(session: AssetSession) -> dict[str, Any]:
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": _days(session),
        **_clocks(session, "opens", "closes"),
        "validFrom": session.starts_on.isoformat() if session.starts_on else None,
        "validThrough": session.until_on.isoformat() if session.until_on else None,
    }


def _days(session: AssetSession) -> list[str]:
    return [f"https://schema.org/{DAYS[number]}" for number in times.days_of(session)]


def _clocks(session: AssetSession, start: str, end: str) -> dict[str, str]:
    return {start: clock_time(session.opens), end: closing_time(session.closes)}


def _more(asset: Asset) -> dict[str, Any]:
    """Whom to ask, where they agreed, and what is on there for whom."""
    kind = _type(asset)
    if kind == "Thing":
        return {}
    one = asset.contact
    made: dict[str, Any] = {"event": _event(asset)}
    if one and kind == "Organization":
        made["contactPoint"] = {
            "@type": "ContactPoint",
            "name": one.name,
            "telephone": one.phone,
            "email": as_email(one.email),
        }
    elif one:
        made["telephone"] = one.phone
    return made


def _event(asset: Asset) -> dict[str, Any] | None:
    """What goes on regularly, for whom and at what cost."""
    running = _open(asset)
    if not running:
        return None
    said = ": ".join(filter(None, (alert(asset, clock.today()), asset.cost_words)))
    return {
        "@type": "Event",
        "name": asset.name,
        "description": said,
        "isAccessibleForFree": {Cost.FREE: True, Cost.PAID: False}.get(asset.cost)
        if asset.cost
        else None,
        "audience": _audience(asset),
        "eventSchedule": [_schedule(session) for session in running],
    }


def _audience(asset: Asset) -> dict[str, Any] | None:
    whom = ", ".join(
        AUDIENCE[term.slug]
        for term in asset.terms
        if term.vocabulary is Vocabulary.AUDIENCE and term.slug in AUDIENCE
    )
    said: dict[str, Any] = tidy(
        {
            "suggestedMinAge": asset.age_from,
            "suggestedMaxAge": asset.age_to,
            "audienceType": asset.eligibility or whom,
        }
    )
    return {"@type": "PeopleAudience", **said} if said else None


def _schedule(session: AssetSession) -> dict[str, Any]:
    unit = "W" if session.nth is None else "M"
    is_last = session.nth == -1  # no number of a week says that, but the days of RFC 5545 do
    return {
        "@type": "Schedule",
        "repeatFrequency": f"P{session.every}{unit}",
        "byDay": times.rrule(session)["BYDAY"].split(",") if is_last else _days(session),
        "byMonthWeek": None if is_last else session.nth,
        **_clocks(session, "startTime", "endTime"),
        "startDate": session.starts_on.isoformat() if session.starts_on else None,
        "endDate": session.until_on.isoformat() if session.until_on else None,
        "scheduleTimezone": settings().timezone,
    }

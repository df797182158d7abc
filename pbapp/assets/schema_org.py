"""Entries in the words of schema.org, for search engines and whoever reads JSON-LD."""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import Asset, AssetKind, Where
from pbapp.assets.oruk.values import STATISTICS, as_uri, moment, tidy

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
            "subjectOf": {
                "@type": "WebPage",
                "@id": page,
                "url": page,
                "dateModified": moment(asset.updated_at),
                "lastReviewed": asset.confirmed_at.date().isoformat()
                if asset.confirmed_at
                else None,
                "license": asset.licence,
                "isBasedOn": as_uri(asset.source_url),
                "creditText": asset.source,
            },
        }
    )
    return made


def _type(asset: Asset) -> str:
    if asset.kind in GROUPS:
        return "Organization"
    return "Place" if asset.kind is AssetKind.PLACE or asset.lat is not None else "Thing"


def _place(asset: Asset) -> dict[str, Any]:
    ward = (
        {
            "@type": "AdministrativeArea",
            "@id": STATISTICS + asset.area.gss_code,
            "name": asset.area.name,
            "identifier": asset.area.gss_code,
        }
        if asset.area
        else None
    )
    geo = (
        {
            "@type": "GeoCoordinates",
            "latitude": asset.lat,
            "longitude": asset.lon,
            "postalCode": asset.postcode if asset.where_kind is Where.POSTCODE else None,
        }
        if asset.lat is not None
        else None
    )
    kind = _type(asset)
    if kind == "Place":
        return {"geo": geo, "containedInPlace": ward, "address": asset.where_words}
    if kind == "Organization":
        spot = {"@type": "Place", "name": asset.where_words, "geo": geo, "containedInPlace": ward}
        return {"location": spot if ward else None}
    return {}

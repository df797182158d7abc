"""On what terms others may use the map's data, and whom they have to name."""

from __future__ import annotations

from collections.abc import Iterable

from pbapp.assets.models import Asset, Precision, Where
from pbapp.places import queries as places

LICENCE_NAME = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def licence_of_all(licences: Iterable[str]) -> dict[str, str]:
    """On what terms a file of entries may be used. Each entry of another list has its own."""
    names = sorted({licence.strip() or LICENCE_NAME for licence in licences} or {LICENCE_NAME})
    if names == [LICENCE_NAME]:
        return {"licence": LICENCE_NAME, "licence_url": LICENCE_URL}
    note = "Each feature names its own licence." if len(names) > 1 else ""
    return {"licence": "; ".join(names), "licence_note": note}


def postcode_credit() -> str:
    """What has to stand beside a place that was found by its postcode."""
    return places.postcode_credit().rstrip(".")


def is_placed_by_postcode(asset: Asset) -> bool:
    """Whether its place, or its postcode, is from a real list of postcodes."""
    by_postcode = Where.POSTCODE is asset.where_kind or Precision.POSTCODE is asset.shown_as
    return bool(asset.postcode or by_postcode) and asset.area is not None and not asset.is_example


def credit(asset: Asset) -> str:
    """Whom to name for one entry: the list it came from, and whose postcodes placed it."""
    parts = (asset.source.strip(), postcode_credit() if is_placed_by_postcode(asset) else "")
    return ". ".join(part for part in parts if part)


def origin(asset: Asset) -> str:
    """Whom to name for what came from somebody else's list, and its licence; else empty."""
    return ". ".join(filter(None, (credit(asset), asset.licence))) if asset.source.strip() else ""

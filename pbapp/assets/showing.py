"""How exactly everybody may see where something is: the point and postcode that are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pbapp.assets.entry import Entry, Spot
from pbapp.assets.models import AssetKind, Precision
from pbapp.places import queries as places

# Fields of so many degrees; the point shown is the middle of the field it lies in.
STREET = 0.002, 0.003  # some 220 by 190 metres in Scotland
ROUGH = 0.006, 0.010  # for a postcode's worth where the postcode is not known


@dataclass(frozen=True)
class Shown:
    """What everybody may see; the same place always gives the same."""

    precision: Precision
    lat: float | None = None
    lon: float | None = None
    postcode: str | None = None


def shown(entry: Entry, spot: Spot) -> Shown:
    """As exactly as the author wants, where somebody lives or gives never more than the ward."""
    if entry.is_home or entry.kind is AssetKind.INDIVIDUAL or entry.shown_as is Precision.WARD:
        return Shown(Precision.WARD)
    if entry.shown_as is Precision.EXACT or spot.lat is None or spot.lon is None:
        return Shown(entry.shown_as, spot.lat, spot.lon, spot.postcode)
    if entry.shown_as is Precision.STREET:
        return Shown(Precision.STREET, *_middle(spot.lat, spot.lon, STREET), spot.postcode)
    row = places.find_postcode(spot.postcode) if spot.postcode else None
    if row is not None:
        return Shown(Precision.POSTCODE, row.lat, row.lon, row.postcode)
    return Shown(Precision.POSTCODE, *_middle(spot.lat, spot.lon, ROUGH))


def _middle(lat: float, lon: float, size: tuple[float, float]) -> tuple[float, float]:
    """The middle of the field a point lies in: it says nothing of where in the field."""
    high, wide = size
    return (
        round((math.floor(lat / high) + 0.5) * high, 5),
        round((math.floor(lon / wide) + 0.5) * wide, 5),
    )

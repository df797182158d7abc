"""On what terms others may use the map's data, and whom they have to name."""

from __future__ import annotations

from pbapp import clock
from pbapp.assets.models import Asset, Precision, Where

LICENCE_NAME = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
POSTCODES = (
    "Contains OS data © Crown copyright and database right {year}. Contains Royal Mail data © "
    "Royal Mail copyright and database right {year}. Source: Office for National Statistics "
    "licensed under the Open Government Licence v.3.0"
)


def postcode_credit() -> str:
    """What has to stand beside a place that was found by its postcode."""
    return POSTCODES.format(year=clock.today().year)


def credit(asset: Asset) -> str:
    """Whom to name for one entry: the list it came from, and whose postcodes placed it."""
    by_postcode = Where.POSTCODE is asset.where_kind or Precision.POSTCODE is asset.shown_as
    placed = (asset.postcode or by_postcode) and asset.area is not None
    parts = (asset.source.strip(), postcode_credit() if placed and not asset.is_example else "")
    return ". ".join(part for part in parts if part)

"""Entries as Open Referral UK 3.0 has them: services, organisations, places.

Every object has only keys that both the UK profile and HSDS 3.0 know, and none that is empty: the
standard wants an unknown value left out. Ids are UUIDs and stay the same in every export; what has
no row of its own gets one made from the id of its entry. A person's gift has no place in here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pbapp import clock
from pbapp.assets.models import Asset, AssetKind, Where
from pbapp.assets.oruk import facts
from pbapp.assets.oruk.terms import Wording, attributes, board_id
from pbapp.assets.oruk.values import Thing, as_uri, made_id, moment, said, tidy, turned
from pbapp.boards.models import Board
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area

# What is an organisation by itself, where it names no group.
THEIR_OWN = (AssetKind.ASSOCIATION, AssetKind.INSTITUTION)

# --- services -------------------------------------------------------------------------------


def service(
    asset: Asset, wording: Wording, wards: Iterable[Area] = (), changed: datetime | None = None
) -> Thing:
    """One entry with everything that belongs to it. `wards`: the board's, for one all over it."""
    whole = {
        **service_line(asset, changed),
        "organization": organisation(asset),
        "schedules": facts.schedules(asset),
        "cost_options": facts.cost_options(asset),
        "contacts": facts.contacts(asset),
        "service_areas": facts.service_areas(asset, wards),
        "service_at_locations": [at_location(asset)] if has_location(asset) else [],
        "attributes": attributes(asset, wording),
    }
    made: Thing = tidy(whole)
    return made


def service_line(asset: Asset, changed: datetime | None = None) -> Thing:
    """One entry as a line of a list: its own values, and whose it is."""
    owner = organisation(asset)
    made: Thing = tidy(
        {
            "id": str(asset.id),
            "organization_id": owner["id"],
            "name": asset.name,
            "description": facts.description(asset),
            "url": as_uri(asset.website),
            "email": facts.email(asset),
            "status": facts.STATUS[asset.status],
            "alert": facts.alert(asset, clock.today()),
            "minimum_age": asset.age_from,
            "maximum_age": asset.age_to,
            "assured_date": asset.confirmed_at.date().isoformat() if asset.confirmed_at else None,
            "last_modified": moment(max(filter(None, (asset.updated_at, changed)))),
            "organization": owner,
        }
    )
    return made


# --- where ----------------------------------------------------------------------------------


def has_location(asset: Asset) -> bool:
    return asset.where_kind is not Where.NOWHERE and asset.area is not None


def location(asset: Asset) -> Thing:
    """Where an entry is: as exactly as its page shows it, and no more."""
    made_of = made_id("location", asset.id)
    return {
        "id": made_of,
        "location_type": "physical",
        "name": said(asset.where_words, asset.name),
        "description": facts.where(asset),
        "latitude": asset.lat,
        "longitude": asset.lon,
        "accessibility": facts.accessibility(asset),
    }


def at_location(asset: Asset) -> Thing:
    """The tie between an entry and its place."""
    made: Thing = tidy(
        {
            "id": str(turned("at", asset.id)),
            "service_id": str(asset.id),
            "location_id": made_id("location", asset.id),
            "location": location(asset),
        }
    )
    return made


def at_location_line(asset: Asset, changed: datetime | None = None) -> Thing:
    """The tie as a line of a list: without what hangs on the place."""
    made = at_location(asset)
    made["location"].pop("accessibility", None)
    made["service"] = service_line(asset, changed)
    return made


# --- whose ----------------------------------------------------------------------------------


def organisation(asset: Asset) -> Thing:
    """Whose an entry is: the group it names, the entry itself if it is one, else the board.

    The standard wants every service to have an organisation. E-mail addresses stay here.
    """
    if asset.organisation is not None:
        return of_group(asset.organisation)
    return of_itself(asset) if asset.kind in THEIR_OWN else of_board(asset.board)


def of_group(group: Organisation) -> Thing:
    made: Thing = tidy(
        {
            "id": str(group.id),
            "name": group.name,
            "description": said(group.description, group.name),
            "website": as_uri(group.website),
        }
    )
    return made


def organisation_id(entry_id: UUID) -> str:
    """Of an entry that is an organisation itself."""
    return str(turned("organisation", entry_id))


def of_itself(entry: Any) -> Thing:
    """An entry that is an organisation; of it id, name, summary, description and website count."""
    made: Thing = tidy(
        {
            "id": organisation_id(entry.id),
            "name": entry.name,
            "description": said(entry.summary, entry.description, entry.name),
            "website": as_uri(entry.website),
        }
    )
    return made


def of_board(board: Board) -> Thing:
    return {
        "id": board_id(board),
        "name": board.name,
        "description": f"Keeps the map of what {board.place_name} has. The entry itself "
        "names no organisation.",
    }

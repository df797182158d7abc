"""Entries as Open Referral UK 3.0 has them: services, organisations, places and terms.

Every object has only keys that both the UK profile and HSDS 3.0 know, and none that is empty: the
standard wants an unknown value left out. Ids are UUIDs and stay the same in every export; what has
no row of its own gets one made from the id of its entry. A person's gift has no place in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid5

from pbapp.assets.models import Asset, AssetKind, Where
from pbapp.boards.models import Board
from pbapp.places.models import Area
from pbapp.plans.models import Priority, PriorityVersion

Thing = dict[str, Any]
Wording = Mapping[int, PriorityVersion]  # priority id to what today's plan says of it

# Ours, for ever: with another one every id that we ever gave out would change.
NAMESPACE = UUID("850e85dd-5601-40ed-9783-fe753d5ca4d0")
STATISTICS = "http://statistics.data.gov.uk/id/statistical-geography/"
URI = re.compile(
    r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[\x21\x23-\x3b\x3d\x3f-\x5a_a-z~\x5b\x5d]*)?"
)

KINDS = {
    AssetKind.ASSOCIATION: ("Associations", "Groups and clubs: people who do something together."),
    AssetKind.INSTITUTION: ("Institutions", "Organisations and services, public or not."),
    AssetKind.PLACE: ("Places", "Halls, parks, paths and rooms that people can use."),
    AssetKind.EXCHANGE: ("Exchange", "Trading, swapping and sharing in the local economy."),
    AssetKind.CULTURE: ("Culture", "Culture, heritage and stories."),
}
KIND_TAXONOMY = ("Kinds of community asset", "The kinds of asset-based community development.")
SOURCE_TAXONOMY = ("Sources", "The lists that entries came from, and their licences.")


def made_id(*parts: object) -> str:
    """A UUID for what has no row: the same for the same parts, always."""
    return str(uuid5(NAMESPACE, " ".join(str(part) for part in parts)))


def moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def as_uri(address: str | None) -> str | None:
    """A web address as a URI of plain ASCII; None for what cannot be one."""
    if not address:
        return None
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    kept = "/:@!$&'()*+,;=~-._%"
    query = quote(parts.query, safe=kept + "?")
    made = urlunsplit((parts.scheme, host + port, quote(parts.path, safe=kept) or "/", query, ""))
    made = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", made)
    return made if len(made) <= 2000 and URI.fullmatch(made) else None


def tidy(value: Any) -> Any:
    """Without keys that hold nothing: null and "" are faults in this standard."""
    if isinstance(value, dict):
        kept = {key: tidy(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if not _is_nothing(inner)}
    if isinstance(value, list):
        return [tidy(inner) for inner in value]
    return value


def _is_nothing(value: Any) -> bool:
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())


def _said(*texts: str) -> str:
    """The first text with something in it."""
    return next((text for text in texts if text.strip()), "")


# --- services -------------------------------------------------------------------------------


def service(
    asset: Asset, wording: Wording, wards: Iterable[Area] = (), changed: datetime | None = None
) -> Thing:
    """One entry with everything that belongs to it. `wards`: the board's, for one all over it."""
    whole = {
        **service_line(asset, changed),
        "organization": organisation(asset),
        "schedules": [
            {
                "id": made_id("schedule", asset.id),
                "service_id": str(asset.id),
                "description": asset.opening,
            }
        ]
        if asset.opening.strip()
        else [],
        "service_areas": [_area(asset, ward) for ward in ([asset.area] if asset.area else wards)],
        "service_at_locations": [at_location(asset)] if has_location(asset) else [],
        "attributes": [_attribute(asset, term, how) for term, how in _terms(asset, wording)],
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
            "description": _said(asset.description, asset.summary),
            "url": as_uri(asset.website),
            "status": "active",
            "assured_date": asset.confirmed_at.date().isoformat() if asset.confirmed_at else None,
            "last_modified": moment(max(filter(None, (asset.updated_at, changed)))),
            "organization": owner,
        }
    )
    return made


def _area(asset: Asset, ward: Area) -> Thing:
    return {
        "id": made_id("area", asset.id, ward.gss_code),
        "service_id": str(asset.id),
        "name": ward.name,
        "extent": ward.gss_code,
        "extent_type": "text",
        "uri": STATISTICS + ward.gss_code,
    }


# --- where ----------------------------------------------------------------------------------


def has_location(asset: Asset) -> bool:
    return asset.where_kind is not Where.NOWHERE and asset.area is not None


def location(asset: Asset) -> Thing:
    """Where an entry is: as exactly as its page shows it, and no more."""
    made_of = made_id("location", asset.id)
    return {
        "id": made_of,
        "location_type": "physical",
        "name": _said(asset.where_words, asset.name),
        "description": _where(asset),
        "latitude": asset.lat,
        "longitude": asset.lon,
        "accessibility": [{"id": made_id("access", asset.id), "description": asset.access}]
        if asset.access.strip()
        else [],
    }


def _where(asset: Asset) -> str:
    ward = asset.area.name if asset.area else ""
    if asset.where_kind is Where.POSTCODE and asset.lat is not None:
        return f"{ward}. The point is the middle of the postcode {asset.postcode or ''}".strip()
    return ward


def at_location(asset: Asset) -> Thing:
    """The tie between an entry and its place."""
    made: Thing = tidy(
        {
            "id": made_id("at", asset.id),
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
        one = asset.organisation
        made = {
            "id": str(one.id),
            "name": one.name,
            "description": _said(one.description, one.name),
            "website": as_uri(one.website),
        }
    elif asset.kind in (AssetKind.ASSOCIATION, AssetKind.INSTITUTION):
        made = {
            "id": made_id("organisation", asset.id),
            "name": asset.name,
            "description": _said(asset.summary, asset.description, asset.name),
            "website": as_uri(asset.website),
        }
    else:
        made = {
            "id": board_id(asset.board),
            "name": asset.board.name,
            "description": f"Keeps the map of what {asset.board.place_name} has. The entry itself "
            "names no organisation.",
        }
    cleaned: Thing = tidy(made)
    return cleaned


def board_id(board: Board) -> str:
    return made_id("board", board.council.area.gss_code, board.slug)


# --- terms ----------------------------------------------------------------------------------


def kind_taxonomy() -> Thing:
    name, description = KIND_TAXONOMY
    return {"id": made_id("taxonomy", "kinds"), "name": name, "description": description}


def priority_taxonomy(board: Board) -> Thing:
    """The priorities of one board's plan."""
    return {
        "id": made_id("taxonomy", "priorities", board_id(board)),
        "name": f"Priorities of {board.place_name}",
        "description": f"The priorities of the Local Outcome Improvement Plan (LOIP) of "
        f"{board.name}.",
    }


def source_taxonomy() -> Thing:
    name, description = SOURCE_TAXONOMY
    return {"id": made_id("taxonomy", "sources"), "name": name, "description": description}


def kind_term(kind: AssetKind) -> Thing:
    name, description = KINDS[kind]
    return _term(made_id("kind", kind.value), name, description, kind_taxonomy())


def priority_term(priority: Priority, board: Board, wording: Wording) -> Thing:
    version = wording.get(priority.id)
    return _term(
        made_id("priority", board_id(board), priority.slug),
        priority.name,
        _said(version.summary if version else "", priority.name),
        priority_taxonomy(board),
    )


def source_term(source: str, licence: str) -> Thing:
    description = f"From {source}. Licence: {licence}" if licence else f"From {source}."
    return _term(made_id("source", source, licence), source, description, source_taxonomy())


def _term(id: str, name: str, description: str, taxonomy: Thing) -> Thing:
    return {
        "id": id,
        "name": name,
        "description": description,
        "taxonomy": taxonomy["name"],
        "taxonomy_id": taxonomy["id"],
    }


def _terms(asset: Asset, wording: Wording) -> Iterable[tuple[Thing, str]]:
    yield kind_term(asset.kind), "kind"
    links = sorted(asset.priorities, key=lambda link: (not link.is_main, link.priority.name))
    for link in links:
        how = "main priority" if link.is_main else "supported priority"
        yield priority_term(link.priority, asset.board, wording), how
    if asset.source.strip():
        yield source_term(asset.source, asset.licence), "source"


def _attribute(asset: Asset, term: Thing, how: str) -> Thing:
    return {
        "id": made_id("attribute", asset.id, term["id"]),
        "link_id": str(asset.id),
        "taxonomy_term_id": term["id"],
        "link_type": how,
        "taxonomy_term": term,
    }

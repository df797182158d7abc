"""What somebody says about an asset, checked and put in its place, before it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.assets.models import AssetKind, Cost, JoinBy, Precision, Vocabulary, Where
from pbapp.assets.times import Session
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.places import queries as places
from pbapp.places.models import Area, Postcode
from pbapp.refusal import N_, Refused

FARTHEST_KM = 25


@dataclass(frozen=True)
class Contact:
    """Whom to ask. Without their consent nothing of it is kept."""

    name: str = ""
    phone: str = ""
    email: str = ""
    has_consent: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.email)


@dataclass(frozen=True)
class Entry:
    """An entry as its author typed it.

    Where it is, in the order we believe it: a point, a postcode, the ward they chose. `everywhere`
    says that it has no one place. `main` and `supports` are ids of priorities, `serves` codes of
    wards beside the one it is in, `terms` slugs of `assets.vocabulary`.
    """

    kind: AssetKind
    name: str
    summary: str = ""
    description: str = ""
    opening: str = ""
    access: str = ""
    website: str | None = None
    lat: float | None = None
    lon: float | None = None
    postcode: str | None = None
    ward_code: str | None = None
    everywhere: bool = False
    where_words: str = ""
    main: int | None = None
    supports: Sequence[int] = ()
    photo_id: UUID | None = None
    shown_as: Precision = Precision.EXACT
    is_home: bool = False
    serves: Sequence[str] = ()
    cost: Cost | None = None
    cost_words: str = ""
    age_from: int | None = None
    age_to: int | None = None
    eligibility: str = ""
    join_by: JoinBy | None = None
    story: str = ""
    story_rights: str = ""
    terms: Mapping[Vocabulary, Sequence[str]] = field(default_factory=dict)
    sessions: Sequence[Session] = ()
    contact: Contact | None = None


@dataclass(frozen=True)
class Spot:
    """Where an entry goes: how we know, its ward, and the point of the map if it has one."""

    where_kind: Where
    area: Area | None = None
    lat: float | None = None
    lon: float | None = None
    postcode: str | None = None


def place(entry: Entry, board: Board) -> Spot:
    """Find the ward of an entry; raises `Refused` where we cannot, or it is not the board's.

    From the point by official boundaries, else from the postcode, else what the person said. A
    drawing of the wards tells nothing, so with one we ask. A person's gift never gets a point.
    """
    wards = {ward.gss_code: ward for ward in list_wards(board)}
    if entry.lat is not None and entry.lon is not None:
        return _by_point(entry, entry.lat, entry.lon, board, wards)
    if entry.postcode:
        return _by_postcode(entry, entry.postcode, board, wards)
    if entry.ward_code:
        return Spot(Where.WARD, _said(entry, board, wards))
    if entry.everywhere:
        return Spot(Where.NOWHERE)
    raise Refused(
        N_("Say where it is: put a pin on the map, enter a postcode, or choose a ward."), "ward"
    )


def _by_point(entry: Entry, lat: float, lon: float, board: Board, wards: dict[str, Area]) -> Spot:
    if entry.kind is AssetKind.INDIVIDUAL:
        raise Refused(
            N_("A person's gift is never shown as a point on the map. Choose the ward instead."),
            "ward",
        )
    _check_near(lat, lon, board, wards)
    row = _find_postcode(entry.postcode)
    postcode = row.postcode if row else None
    boundaries = places.current_boundary_set(board.council.area)
    if boundaries and not boundaries.is_schematic:
        area = places.find_ward_by_point(lat, lon)
        if area is None or area.gss_code not in wards:
            raise Refused(
                N_("This place is outside %(place)s. Move the pin."), "lat", place=board.place_name
            )
        return Spot(Where.POINT, area, lat, lon, postcode)
    if row and row.area.gss_code in wards:
        return Spot(Where.POINT, row.area, lat, lon, postcode)
    if entry.ward_code:
        return Spot(Where.POINT, _said(entry, board, wards), lat, lon)
    raise Refused(
        N_("Choose the ward too. Our map is only a drawing, so it cannot tell us."), "ward"
    )


def _by_postcode(entry: Entry, typed: str, board: Board, wards: dict[str, Area]) -> Spot:
    row = _find_postcode(typed)
    if row is None:
        if entry.ward_code:  # the gap is ours; they have told us all we need
            return Spot(Where.WARD, _said(entry, board, wards))
        if not places.is_postcode(typed):
            raise Refused(N_("Enter a full postcode, like ML5 3AB."), "postcode")
        raise Refused(
            N_(
                "We do not have %(postcode)s in our list of postcodes. The gap is ours, not "
                "yours, if it is typed right. Choose the ward below instead."
            ),
            "postcode",
            postcode=places.tidy_postcode(typed),
        )
    if row.area.gss_code not in wards:
        raise Refused(
            N_("%(postcode)s is in %(ward)s. That is outside %(place)s."),
            "postcode",
            postcode=row.postcode,
            ward=row.area.name,
            place=board.place_name,
        )
    if entry.kind is AssetKind.INDIVIDUAL:
        # A postcode is a handful of homes: for a person's gift only the ward is kept.
        return Spot(Where.WARD, row.area)
    return Spot(Where.POSTCODE, row.area, row.lat, row.lon, row.postcode)


def _find_postcode(typed: str | None) -> Postcode | None:
    if not typed or not places.is_postcode(typed):
        return None
    query = (
        select(Postcode)
        .options(joinedload(Postcode.area))
        .where(Postcode.postcode == places.tidy_postcode(typed))
    )
    return db.session.scalar(query)


def _said(entry: Entry, board: Board, wards: dict[str, Area]) -> Area:
    if entry.ward_code not in wards:
        raise Refused(N_("Choose one of the wards of %(place)s."), "ward", place=board.place_name)
    return wards[entry.ward_code]


def _check_near(lat: float, lon: float, board: Board, wards: dict[str, Area]) -> None:
    """Refuse what is no place on Earth, and what is a long way off: a slip, or swapped numbers."""
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Refused(N_("This is not a place on the map. Choose it again."), "lat")
    centres = [
        (ward.centre_lat, ward.centre_lon)
        for ward in wards.values()
        if ward.centre_lat is not None and ward.centre_lon is not None
    ]
    if centres and min(_km(lat, lon, *centre) for centre in centres) > FARTHEST_KM:
        raise Refused(
            N_("This place is a long way from %(place)s. Move the pin."),
            "lat",
            place=board.place_name,
        )


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Distance in kilometres, good enough for a council."""
    east = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return 6371 * math.hypot(math.radians(other_lat - lat), east)


def check_website(address: str | None) -> str | None:
    """A web address people can follow, or None; raises `Refused` for anything but http and https.

    The form checks it as well; this stands for whoever calls the verb without a form.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise Refused(N_("Enter a web address that starts with https:// or http://."), "website")
    scheme, rest = address.split(":", 1)
    return f"{scheme.lower()}:{rest}"  # a phone begins every line with a capital letter

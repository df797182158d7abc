"""Which ward a postcode or a point is in, and which boundaries are the current ones.

These give facts; the sentences for people are in the views. Three things look alike to whoever
types a postcode and must not be answered alike: it is no postcode (`is_postcode` is false), it is
one that we do not have (the gap is ours), and it is one outside the board. `look_up_postcode`
tells them apart.
"""

from __future__ import annotations

import enum
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from pbapp import clock
from pbapp.db import db
from pbapp.places.models import (
    Area,
    AreaSuccessor,
    AreaType,
    Boundary,
    BoundarySet,
    DataZone,
    DeprivationSet,
    Postcode,
)
from pbapp.places.polygons import contains
from pbapp.refusal import N_

POSTCODES = (
    "Contains OS data © Crown copyright and database right {year}. Contains Royal Mail data © "
    "Royal Mail copyright and database right {year}. Open Government Licence v.3.0."
)
# The last two letters are never C, I, K, M, O or V (Royal Mail). The demo's ZZ areas fit too.
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}")
LONGEST_TYPED = 40
SCHEMATIC = N_("Schematic, not ward boundaries")


# --- postcodes ------------------------------------------------------------------------------


class PostcodeState(enum.StrEnum):
    NOT_A_POSTCODE = "not_a_postcode"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    FOUND = "found"


@dataclass(frozen=True)
class PostcodeAnswer:
    """What we know of a postcode as typed; `ward` is there when it is outside or found."""

    state: PostcodeState
    postcode: str
    ward: Area | None = None


def tidy_postcode(text: str) -> str:
    """A postcode as it is written: "ml53aa" becomes "ML5 3AA".

    Case, spaces, hyphens and full stops do not matter. Letters and digits are never swapped for
    each other: O and 0 can be two real postcodes. What is no postcode comes back tidied all the
    same, so it can be shown.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TYPED]).upper()
    plain = re.sub(r"[\s.\-]", "", plain)
    return f"{plain[:-3]} {plain[-3:]}" if len(plain) > 3 else plain


def is_postcode(text: str) -> bool:
    """Whether this has the shape of a full UK postcode, as typed; it need not exist."""
    return len(text) <= LONGEST_TYPED and POSTCODE.fullmatch(tidy_postcode(text)) is not None


def find_ward_by_postcode(text: str) -> Area | None:
    """The ward of a postcode as typed, as its source says; None if we do not have it.

    One whose ward is no more waits for the list of postcodes with the new wards.
    """
    if not is_postcode(text):
        return None
    query = (
        select(Area)
        .join(Postcode, Postcode.area_id == Area.id)
        .where(Postcode.postcode == tidy_postcode(text), Area.ended_on.is_(None))
    )
    return db.session.scalar(query)


def look_up_postcode(text: str, ward_ids: Collection[int] | None = None) -> PostcodeAnswer:
    """What we know of a postcode as typed; without `ward_ids` no ward is outside."""
    postcode = tidy_postcode(text)
    if not is_postcode(text):
        return PostcodeAnswer(PostcodeState.NOT_A_POSTCODE, postcode)
    ward = find_ward_by_postcode(postcode)
    if ward is None:
        return PostcodeAnswer(PostcodeState.UNKNOWN, postcode)
    inside = ward_ids is None or ward.id in ward_ids
    return PostcodeAnswer(PostcodeState.FOUND if inside else PostcodeState.OUTSIDE, postcode, ward)


def find_postcode(text: str) -> Postcode | None:
    """Our row of a postcode as typed, with its ward; None if we do not have it."""
    if not is_postcode(text):
        return None
    query = (
        select(Postcode)
        .join(Postcode.area)
        .options(contains_eager(Postcode.area))
        .where(Postcode.postcode == tidy_postcode(text), Area.ended_on.is_(None))
    )
    return db.session.scalar(query)


# --- areas ----------------------------------------------------------------------------------


def find_area(gss_code: str) -> Area | None:
    return db.session.scalar(select(Area).where(Area.gss_code == gss_code))


def list_councils() -> list[Area]:
    query = select(Area).where(Area.area_type == AreaType.COUNCIL).order_by(Area.gss_code)
    return list(db.session.scalars(query))


def list_wards(council: Area) -> list[Area]:
    """A council's wards by code, without those that are no more."""
    query = _wards_of(council).where(Area.ended_on.is_(None)).order_by(Area.gss_code)
    return list(db.session.scalars(query))


def list_former_wards(council: Area) -> list[Area]:
    """A council's wards that are no more, the last to end first."""
    query = _wards_of(council).where(Area.ended_on.is_not(None))
    return list(db.session.scalars(query.order_by(Area.ended_on.desc(), Area.gss_code)))


def _wards_of(council: Area) -> Select[Area]:
    return select(Area).where(Area.area_type == AreaType.WARD, Area.council_id == council.id)


def list_heirs(ward: Area) -> list[Area]:
    """The wards of today that a ward has become, by code; of one that goes on, itself."""
    if ward.ended_on is None:
        return [ward]
    heirs = _heirs(ward.id, _successors())
    query = select(Area).where(Area.id.in_(heirs), Area.ended_on.is_(None))
    return list(db.session.scalars(query.order_by(Area.gss_code)))


def find_heir(ward: Area) -> Area | None:
    """The one ward that a ward is today; None where it is no more, or is several."""
    heirs = list_heirs(ward)
    return heirs[0] if len(heirs) == 1 else None


def former_ids(ward: Area) -> Select[int]:
    """For a query: ids of the wards that are no more and have become this one alone."""
    alone = select(AreaSuccessor.area_id).group_by(AreaSuccessor.area_id).having(func.count() == 1)
    before = select(AreaSuccessor.area_id).where(AreaSuccessor.area_id.in_(alone))
    found = before.where(AreaSuccessor.successor_id == ward.id).cte(recursive=True)
    found = found.union(before.join(found, AreaSuccessor.successor_id == found.c.area_id))
    return select(found.c.area_id)


def _successors() -> dict[int, list[int]]:
    """Of each ward that is no more, the ids of those that came next."""
    former = aliased(Area)
    query = (
        select(AreaSuccessor.area_id, AreaSuccessor.successor_id)
        .join(former, former.id == AreaSuccessor.area_id)
        .where(former.ended_on.is_not(None))
    )
    found: dict[int, list[int]] = {}
    for area_id, successor_id in db.session.execute(query):
        found.setdefault(area_id, []).append(successor_id)
    return found


def _heirs(area_id: int, following: Mapping[int, Collection[int]]) -> set[int]:
    """What a ward is today, where what came next is no more either."""
    found, seen, todo = set(), {area_id}, list(following.get(area_id, ()))
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in following:
            todo += following[one]
        else:
            found.add(one)
    return found


def successor_codes(council: Area) -> dict[str, set[str]]:
    """The codes of a council's wards that are no more, each with those of what came next."""
    before, after = aliased(Area), aliased(Area)
    query = (
        select(before.gss_code, after.gss_code)
        .select_from(AreaSuccessor)
        .join(before, before.id == AreaSuccessor.area_id)
        .join(after, after.id == AreaSuccessor.successor_id)
        .where(before.council_id == council.id)
    )
    found: dict[str, set[str]] = {}
    for code, following in db.session.execute(query):
        found.setdefault(code, set()).add(following)
    return found


def find_ward_by_point(lat: float, lon: float) -> Area | None:
    """The ward a point is in, by the current official boundaries.

    None where there are none, or the point is in no ward. Never from a schematic set: it is wrong
    for one place in six, so whoever has only that must ask.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return None
    query = (
        select(Boundary)
        .join(Boundary.boundary_set)
        .options(joinedload(Boundary.area))
        .where(
            BoundarySet.is_current,
            BoundarySet.is_schematic.is_(False),
            Boundary.south <= lat,
            Boundary.north >= lat,
            Boundary.west <= lon,
            Boundary.east >= lon,
        )
        .order_by(Boundary.area_id)
    )
    for boundary in db.session.scalars(query):
        if contains(boundary.geometry, lat, lon):
            return boundary.area
    return None


def wards_by_point(council: Area) -> Callable[[float, float], str | None]:
    """The same for many points at once: a function from latitude and longitude to a ward's code."""
    current = current_boundary_set(council)
    shapes = [] if current is None or current.is_schematic else list_boundaries(current)
    boxes = [(s.south, s.north, s.west, s.east, s.area.gss_code, s.geometry) for s in shapes]

    def ward_at(lat: float, lon: float) -> str | None:
        for south, north, west, east, code, geometry in boxes:
            if south <= lat <= north and west <= lon <= east and contains(geometry, lat, lon):
                return code
        return None

    return ward_at


# --- boundaries -----------------------------------------------------------------------------


def current_boundary_set(council: Area) -> BoundarySet | None:
    """The boundaries now shown for a council, official or schematic; without their shapes."""
    query = select(BoundarySet).where(BoundarySet.council_id == council.id, BoundarySet.is_current)
    return db.session.scalar(query)


def list_boundaries(boundary_set: BoundarySet) -> list[Boundary]:
    """A set's shapes with their areas, by code."""
    query = (
        select(Boundary)
        .join(Boundary.area)
        .options(joinedload(Boundary.area))
        .where(Boundary.boundary_set_id == boundary_set.id)
        .order_by(Area.gss_code)
    )
    return list(db.session.scalars(query))


def source_line(boundary_set: BoundarySet) -> str:
    """A set's attribution and day, as its licence asks for."""
    line = boundary_set.attribution.rstrip(".") + "."
    day = boundary_set.dated_on
    return f"{line} Boundaries of {day.day} {day:%B %Y}." if day else line


def attribution(boundary_set: BoundarySet) -> str:
    """What must stand on every map drawn with a set; a schematic one first says what it is."""
    line = source_line(boundary_set)
    return f"{SCHEMATIC}. {line}" if boundary_set.is_schematic else line


# --- postcodes' own terms -------------------------------------------------------------------


def postcode_credit() -> str:
    """Whom to name beside whatever was placed by a postcode, in the words of the licences.

    Each source we read asks for these lines; see docs/operators/boundaries-and-postcodes.md.
    """
    return POSTCODES.format(year=clock.today().year)


def has_real_postcodes(council: Area) -> bool:
    """Whether any of its wards' postcodes came from such a source; the demo's are made up."""
    query = (
        select(Postcode.postcode)
        .join(Postcode.area)
        .where(Area.council_id == council.id, Postcode.is_example.is_(False))
        .limit(1)
    )
    return db.session.scalar(query) is not None


# --- deprivation ----------------------------------------------------------------------------


def find_deprivation(council: Area) -> DeprivationSet | None:
    """The council's index of deprivation, without its data zones."""
    return db.session.scalar(select(DeprivationSet).where(DeprivationSet.council_id == council.id))


def list_zones(area_ids: Collection[int]) -> list[DataZone]:
    """The data zones of these wards, each with `.deprivation_set`, in one query."""
    query = (
        select(DataZone)
        .options(joinedload(DataZone.deprivation_set))
        .where(DataZone.area_id.in_(area_ids))
        .order_by(DataZone.gss_code)
    )
    return list(db.session.scalars(query))


def nearest_zone(lat: float, lon: float, zones: Sequence[DataZone]) -> DataZone:
    """The zone whose middle is nearest, in a straight line."""
    narrow = math.cos(math.radians(lat))
    return min(
        zones,
        key=lambda zone: (
            (zone.lat - lat) ** 2 + ((zone.lon - lon) * narrow) ** 2,
            zone.gss_code,
        ),
    )


def find_fifth(text: str) -> int | None:
    """The fifth of the index of a postcode as typed: that of the nearest data zone of its ward.

    None where we have no position for it, or no index.
    """
    row = find_postcode(text)
    zones = list_zones([row.area_id]) if row is not None else []
    if row is None or row.lat is None or not zones:
        return None
    return nearest_zone(row.lat, row.lon or 0.0, zones).quintile


# --- how well postcodes and boundaries agree ------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How many real postcodes lie in the shape of the ward their source gives them.

    `in_their_ward` is None with schematic boundaries: nothing is derived from those. Postcodes
    without a position are counted apart and left out of the share.
    """

    wards: int
    postcodes: int
    without_position: int
    in_their_ward: int | None
    boundary_set: str

    @property
    def share(self) -> float | None:
        if self.in_their_ward is None or not self.postcodes:
            return None
        return self.in_their_ward / self.postcodes


def check_agreement(
    council: Area, moved: Callable[[float, float], tuple[float, float]] | None = None
) -> Agreement | None:
    """Measure every real postcode of a council against its current boundaries; None without any.

    `moved` gives a postcode's latitude and longitude in other coordinates, to try those.
    """
    current = current_boundary_set(council)
    if current is None:
        return None
    shapes = {boundary.area_id: boundary for boundary in list_boundaries(current)}
    rows = db.session.execute(
        select(Postcode.area_id, Postcode.lat, Postcode.lon)
        .join(Area, Area.id == Postcode.area_id)
        .where(Area.council_id == council.id, Postcode.is_example.is_(False))
    ).all()
    placed = [
        (area_id, lat, lon) for area_id, lat, lon in rows if lat is not None and lon is not None
    ]
    inside = sum(
        area_id in shapes
        and contains(shapes[area_id].geometry, *(moved(lat, lon) if moved else (lat, lon)))
        for area_id, lat, lon in placed
    )
    return Agreement(
        wards=len(shapes),
        postcodes=len(placed),
        without_position=len(rows) - len(placed),
        in_their_ward=None if current.is_schematic else inside,
        boundary_set=current.name,
    )


def count_postcodes(council: Area) -> int:
    """How many real postcodes we have for a council."""
    query = (
        select(func.count())
        .select_from(Postcode)
        .join(Area, Area.id == Postcode.area_id)
        .where(Area.council_id == council.id, Postcode.is_example.is_(False))
    )
    return db.session.scalar(query) or 0

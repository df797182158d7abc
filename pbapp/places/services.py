"""Set up a council's areas, and take in boundaries and postcodes: all of a file or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from pbapp import clock
from pbapp.audit import services as audit
from pbapp.db import db, flush
from pbapp.jobs import services as jobs
from pbapp.places import queries
from pbapp.places.deprivation_file import ZoneRow
from pbapp.places.importing import KnownWard, ReadBoundaries, WardShape, read_boundaries
from pbapp.places.models import (
    Area,
    AreaType,
    Boundary,
    BoundarySet,
    DataZone,
    DeprivationSet,
    Postcode,
)
from pbapp.places.postcode_file import PostcodeRow
from pbapp.places.succession import Succession
from pbapp.refusal import Refused

# Rooms above this one are asked by name.
MAPS_JOB = "maps.build"
WARDS_JOB = "assets.wards"
INSTALLATION = "installation"


@dataclass(frozen=True)
class WardFacts:
    """A ward as a set-up file has it."""

    code: str
    name: str
    number: int | None = None
    centre_lat: float | None = None
    centre_lon: float | None = None


@dataclass(frozen=True)
class Taken:
    """What a file of postcodes changed."""

    added: int
    moved: int
    removed: int
    unchanged: int


def set_up_areas(*, gss_code: str, name: str, wards: Iterable[WardFacts] = ()) -> Area:
    """A council's area and its wards', found by their codes or made; returns the council's.

    What we have already is brought up to date.
    """
    council = _area(gss_code, AreaType.COUNCIL, name, None)
    for facts in wards:
        ward = _area(facts.code, AreaType.WARD, facts.name, council)
        ward.number = facts.number or ward.number
        if facts.centre_lat is not None and facts.centre_lon is not None:
            ward.centre_lat, ward.centre_lon = facts.centre_lat, facts.centre_lon
    flush()
    return council


def _area(gss_code: str, area_type: AreaType, name: str | None, council: Area | None) -> Area:
    area = queries.find_area(gss_code)
    if area is None:
        area = Area(gss_code=gss_code, area_type=area_type, name=name or gss_code)
        area.council_id = council.id if council else None
        db.session.add(area)
        flush()
    elif area.area_type is not area_type:
        raise Refused("%(code)s is a %(kind)s here.", code=gss_code, kind=area.area_type.value)
    if name:
        area.name = name[:120]
    return area


# --- boundaries -----------------------------------------------------------------------------


def known_wards(council: Area) -> list[KnownWard]:
    """What a file of boundaries is held against."""
    return [_known(ward) for ward in queries.list_wards(council)]


def former_wards(council: Area) -> list[KnownWard]:
    """Wards that are no more, which a file may bring back."""
    return [_known(ward) for ward in queries.list_former_wards(council)]


def _known(ward: Area) -> KnownWard:
    lat, lon = ward.centre_lat, ward.centre_lon
    centre = (lat, lon) if lat is not None and lon is not None else None
    return KnownWard(ward.gss_code, ward.name, centre, ward.number)


def import_boundaries(
    *,
    council: Area,
    read: ReadBoundaries,
    name: str,
    source: str,
    attribution: str,
    dated_on: date | None = None,
    is_schematic: bool = False,
    change: Succession | None = None,
    actor: str = INSTALLATION,
) -> BoundarySet:
    """Make checked shapes the council's current boundaries, and ask for its maps to be redrawn.

    Areas are found by their code, so whatever hangs from a ward stays there; new ones are made.
    Earlier sets are kept, for the rounds that were run on them. Shapes imported before become
    current again with the new name and source. A schematic set never replaces an official one.
    `change` says which wards end with it and which are back; `redrawing.redraw_wards` does so.
    """
    _refuse_other_wards(council, read, change)
    boundary_set = _find_set(council, read.digest)
    if boundary_set is not None and boundary_set.is_schematic and not is_schematic:
        raise Refused("These are the shapes of the schematic drawing, not ward boundaries.")
    if boundary_set is None:
        boundary_set = BoundarySet(
            council_id=council.id, digest=read.digest, is_current=False, imported_at=clock.now()
        )
        _add_shapes(boundary_set, council, read.wards, rename=not is_schematic)
        db.session.add(boundary_set)
    boundary_set.name = name
    boundary_set.source = source
    boundary_set.attribution = attribution
    boundary_set.dated_on = dated_on
    boundary_set.is_schematic = is_schematic
    flush()
    current = queries.current_boundary_set(council)
    if not (is_schematic and current is not None and not current.is_schematic):
        _make_current(boundary_set)
    if not is_schematic:
        jobs.ask(kind=WARDS_JOB, arguments={"area_id": council.id})
    audit.record(
        actor=actor,
        verb="boundaries.imported",
        subject_type="boundary_set",
        subject_id=boundary_set.id,
        facts={"name": name, "digest": read.digest, "wards": len(read.wards)},
    )
    jobs.ask(kind=MAPS_JOB, arguments={})
    return boundary_set


def _refuse_other_wards(council: Area, read: ReadBoundaries, change: Succession | None) -> None:
    drawn = {ward.code for ward in read.wards}
    missing = {ward.code for ward in known_wards(council)} - drawn
    missing -= set(change.ended if change else ())
    if missing:
        raise Refused("These wards have no boundary: %(codes)s.", codes=", ".join(sorted(missing)))
    gone = {ward.code for ward in former_wards(council)} & drawn
    gone -= set(change.revived if change else ())
    if gone:
        raise Refused(
            "These wards are no more: %(codes)s. To go back to them, say since when: --redrawn.",
            codes=", ".join(sorted(gone)),
        )


def load_schematic(
    *, path: Path, council: Area, name: str, source: str, attribution: str
) -> BoundarySet:
    """Load the drawing that stands in for boundaries; raises `FileProblems`.

    Current until official boundaries are imported, and never instead of them.
    """
    read = read_boundaries(path, council_code=council.gss_code, known=known_wards(council))
    return import_boundaries(
        council=council,
        read=read,
        name=name,
        source=source,
        attribution=attribution,
        is_schematic=True,
    )


def _find_set(council: Area, digest: str) -> BoundarySet | None:
    query = select(BoundarySet).where(
        BoundarySet.council_id == council.id, BoundarySet.digest == digest
    )
    return db.session.scalar(query)


def _add_shapes(
    boundary_set: BoundarySet, council: Area, wards: Sequence[WardShape], *, rename: bool
) -> None:
    for shape in wards:
        known = queries.find_area(shape.code)
        name = shape.name if rename or known is None else None
        area = _area(shape.code, AreaType.WARD, name, council)
        area.council_id = council.id
        area.number = area.number or shape.number
        boundary_set.boundaries.append(
            Boundary(
                area=area,
                geometry=shape.geometry,
                area_km2=shape.area_km2,
                label_lat=shape.label_lat,
                label_lon=shape.label_lon,
                south=shape.south,
                west=shape.west,
                north=shape.north,
                east=shape.east,
            )
        )


def _make_current(boundary_set: BoundarySet) -> None:
    # The index allows one current set a council, so the old one steps down first.
    db.session.execute(
        update(BoundarySet)
        .where(BoundarySet.council_id == boundary_set.council_id, BoundarySet.is_current)
        .values(is_current=False)
    )
    boundary_set.is_current = True
    flush()


# --- postcodes ------------------------------------------------------------------------------


def import_postcodes(
    *,
    council: Area,
    rows: Sequence[PostcodeRow],
    replace: bool = False,
    actor: str = INSTALLATION,
) -> Taken:
    """Add and update postcodes; with `replace` those that are not among them go.

    The made-up ones of the demo stay.
    """
    wards = {ward.gss_code: ward.id for ward in queries.list_wards(council)}
    unknown = {row.ward_code for row in rows} - wards.keys()
    if unknown:
        raise Refused("We know no ward %(codes)s.", codes=", ".join(sorted(unknown)))
    wanted = {
        row.postcode: {
            "postcode": row.postcode,
            "area_id": wards[row.ward_code],
            "lat": row.lat,
            "lon": row.lon,
            "is_example": False,
        }
        for row in rows
    }
    had = {
        row.postcode: row._asdict()
        for row in db.session.execute(
            select(
                Postcode.postcode,
                Postcode.area_id,
                Postcode.lat,
                Postcode.lon,
                Postcode.is_example,
            )
        )
    }
    added = [row for code, row in wanted.items() if code not in had]
    moved = [row for code, row in wanted.items() if code in had and had[code] != row]
    if added:
        db.session.execute(insert(Postcode), added)
    if moved:
        db.session.execute(update(Postcode), moved)
    ours = {*wards.values(), *(ward.id for ward in queries.list_former_wards(council))}
    gone = [code for code, row in had.items() if replace and _is_gone(row, wanted, ours)]
    for start in range(0, len(gone), 500):
        db.session.execute(delete(Postcode).where(Postcode.postcode.in_(gone[start : start + 500])))
    for postcode in db.session:
        if isinstance(postcode, Postcode):
            db.session.expire(postcode)
    taken = Taken(len(added), len(moved), len(gone), len(wanted) - len(added) - len(moved))
    audit.record(
        actor=actor,
        verb="postcodes.imported",
        subject_type="area",
        subject_id=council.id,
        facts={"added": taken.added, "moved": taken.moved, "removed": taken.removed},
    )
    if added or gone:
        jobs.ask(kind=MAPS_JOB, arguments={})  # which name the postcodes' source once there are any
    if taken.moved:
        jobs.ask(kind=WARDS_JOB, arguments={"area_id": council.id})
    return taken


def _is_gone(row: dict[str, object], wanted: Collection[str], ward_ids: Collection[int]) -> bool:
    return row["area_id"] in ward_ids and not row["is_example"] and row["postcode"] not in wanted


# --- deprivation ----------------------------------------------------------------------------


def import_deprivation(
    *,
    council: Area,
    rows: Sequence[ZoneRow],
    name: str,
    source: str,
    attribution: str,
    dated_on: date | None = None,
    actor: str = INSTALLATION,
) -> DeprivationSet:
    """Take a council's data zones in place of those before."""
    wards = {ward.gss_code: ward.id for ward in queries.list_wards(council)}
    unknown = {row.ward_code for row in rows} - wards.keys()
    if unknown:
        raise Refused("We know no ward %(codes)s.", codes=", ".join(sorted(unknown)))
    before = queries.find_deprivation(council)
    if before is not None:
        db.session.delete(before)
        flush()
    taken = DeprivationSet(
        council_id=council.id,
        name=name[:200],
        source=source[:300],
        attribution=attribution[:500],
        dated_on=dated_on,
        imported_at=clock.now(),
        zones=[
            DataZone(
                area_id=wards[row.ward_code],
                gss_code=row.code,
                population=row.people,
                quintile=row.quintile,
                decile=row.decile,
                lat=row.lat,
                lon=row.lon,
            )
            for row in rows
        ],
    )
    db.session.add(taken)
    flush()
    audit.record(
        actor=actor,
        verb="deprivation.imported",
        subject_type="area",
        subject_id=council.id,
        facts={"name": taken.name, "zones": len(rows)},
    )
    return taken

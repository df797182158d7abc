"""End the wards that are no more, and bring back those that a file goes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, update

from pbapp.audit import services as audit
from pbapp.db import db, flush
from pbapp.places import queries
from pbapp.places.models import Area, AreaSuccessor, Postcode
from pbapp.places.services import INSTALLATION
from pbapp.places.succession import Succession


@dataclass(frozen=True)
class Redrawn:
    """What became of a council's wards: each that ended with those that follow it.

    `postcodes` wait for a list with the new wards, `zones` for figures of them.
    """

    ended: list[tuple[Area, list[Area]]]
    revived: list[Area]
    new: list[Area]
    postcodes: int
    zones: int


def redraw_wards(
    *, council: Area, change: Succession, on: date, actor: str = INSTALLATION
) -> Redrawn:
    """End the wards that are no more, from this day, and bring back those that are there again.

    What is known by a ward alone goes to the one that follows it. Where several do, a postcode
    waits for its new ward from its source, and a data zone goes where its middle is.
    """
    named = {code for codes in change.ended.values() for code in codes}
    named |= {*change.ended, *change.revived, *change.new}
    areas = {
        area.gss_code: area
        for area in db.session.scalars(select(Area).where(Area.gss_code.in_(named)))
    }
    for code in change.revived:
        areas[code].ended_on = None
        _forget_successors(areas[code])
    ended = []
    for code, codes in change.ended.items():
        ward, following = areas[code], [areas[one] for one in codes]
        ward.ended_on = on
        _forget_successors(ward)
        db.session.add_all(AreaSuccessor(area_id=ward.id, successor_id=one.id) for one in following)
        _take_over(ward, [one for one in following if one.gss_code in change.new])
        ended.append((ward, following))
    flush()
    redrawn = Redrawn(
        ended,
        [areas[code] for code in change.revived],
        [areas[code] for code in change.new],
        postcodes=sum(_move_postcodes(*each) for each in ended),
        zones=_move_zones(council, [ward for ward, _following in ended]),
    )
    audit.record(
        actor=actor,
        verb="wards.redrawn",
        subject_type="area",
        subject_id=council.id,
        facts={
            "on": on.isoformat(),
            "ended": {code: list(codes) for code, codes in change.ended.items()},
            "revived": list(change.revived),
            "new": list(change.new),
        },
    )
    return redrawn


def _forget_successors(ward: Area) -> None:
    db.session.execute(delete(AreaSuccessor).where(AreaSuccessor.area_id == ward.id))


def _take_over(ward: Area, following: Sequence[Area]) -> None:
    """A new ward of the same name has the number and about the place of the one before."""
    for one in following:
        if one.name in (ward.name, one.gss_code):
            one.name, one.number = ward.name, one.number or ward.number
            one.centre_lat, one.centre_lon = ward.centre_lat, ward.centre_lon


def _move_postcodes(ward: Area, following: Sequence[Area]) -> int:
    """Postcodes of a ward that ended go to the one that follows; else how many wait."""
    if len(following) == 1:
        db.session.execute(
            update(Postcode).where(Postcode.area_id == ward.id).values(area_id=following[0].id)
        )
        return 0
    query = select(func.count()).select_from(Postcode).where(Postcode.area_id == ward.id)
    return db.session.scalar(query) or 0


def _move_zones(council: Area, ended: Sequence[Area]) -> int:
    """Data zones of wards that ended go where their middle is; how many are in no ward now."""
    ward_at = queries.wards_by_point(council)
    ids = {ward.gss_code: ward.id for ward in queries.list_wards(council)}
    lost = 0
    for zone in queries.list_zones([ward.id for ward in ended]):
        zone.area_id = ids.get(ward_at(zone.lat, zone.lon) or "", zone.area_id)
        lost += zone.area_id not in ids.values()
    flush()
    return lost

"""Landmarks, the wards of half a postcode, and how many would fit if one asked otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Row, func, select

from pbapp.assets.finding.folding import fold
from pbapp.assets.finding.matching import matching, open_ids
from pbapp.assets.finding.models import Landmark
from pbapp.assets.finding.nearness import METRES, Landmarks, Mark
from pbapp.assets.finding.search import Search
from pbapp.assets.finding.wanted import Origin, Outward, Wanted
from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.places import queries as places
from pbapp.places.models import Postcode

OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
NEARBY = 1500 / METRES


def landmarks_of(board_id: int) -> Landmarks:
    """A board's landmarks, in one query, for all the entries of a page or a file."""
    return Landmarks(
        Mark(one.name, one.lat, one.lon, fold(one.name)) for one in list_landmarks(board_id)
    )


def list_landmarks(board_id: int) -> Sequence[Row[str, float, float, str]]:
    """The name, the place and the source of each, in the order of the file they came in."""
    columns = Landmark.name, Landmark.lat, Landmark.lon, Landmark.source
    query = select(*columns).where(Landmark.board_id == board_id).order_by(Landmark.id)
    return db.session.execute(query).all()


def outward_of(typed: str) -> str | None:
    """The first half of a postcode, as it is written; None for anything else."""
    code = places.tidy_postcode(typed).replace(" ", "")
    return code if OUTWARD.fullmatch(code) else None


def find_outward(typed: str, ward_ids: Sequence[int]) -> tuple[Outward, Origin | None] | None:
    """Which of these wards an outward code reaches into, and its middle; None: it is none here."""
    code = outward_of(typed)
    if code is None:
        return None
    query = (
        select(Postcode.area_id, func.count(), func.sum(Postcode.lat), func.sum(Postcode.lon))
        .where(Postcode.postcode.like(f"{code} %"), Postcode.area_id.in_(ward_ids))
        .where(Postcode.lat.is_not(None))
        .group_by(Postcode.area_id)
        .order_by(Postcode.area_id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    number = sum(row[1] for row in rows)
    lat = sum(row[2] or 0.0 for row in rows) / number
    lon = sum(row[3] or 0.0 for row in rows) / number
    reached = tuple(row[0] for row in rows)
    return Outward(code, reached), Origin(lat, lon, area_ids=reached)


def find_ward_near(lat: float, lon: float) -> int | None:
    """The ward of a place: by official boundaries, else that of the nearest postcode."""
    area = places.find_ward_by_point(lat, lon)
    if area is not None:
        return area.id
    north, east = Postcode.lat - lat, (Postcode.lon - lon) * 0.56
    query = (
        select(Postcode.area_id)
        .where(
            Postcode.lat.between(lat - NEARBY, lat + NEARBY),
            Postcode.lon.between(lon - 2 * NEARBY, lon + 2 * NEARBY),
        )
        .order_by(north * north + east * east, Postcode.postcode)
        .limit(1)
    )
    return db.session.scalar(query)


def count_each(wanted: Sequence[Wanted], search: Search) -> list[int]:
    """How many entries fit each of these, in one query; `search` has the words, once looked up."""
    if not wanted:
        return []
    opened = next((open_ids(one.open_at) for one in wanted if one.open_at), None)
    counts = [
        select(func.count(Asset.id))
        .where(*matching(one, search.only(one.words), opened).where)
        .scalar_subquery()
        for one in wanted
    ]
    return [int(n) for n in db.session.execute(select(*counts)).one()]


def count_based(wanted: Wanted, search: Search) -> int:
    """How many of what fits are based in the ward that was asked for."""
    where = matching(wanted, search).where
    query = select(func.count(Asset.id)).where(*where, Asset.area_id == wanted.area_id)
    return db.session.scalar(query) or 0

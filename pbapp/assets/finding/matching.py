"""What a visitor asked to see, as conditions and an order of the database."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, union

from pbapp import clock
from pbapp.assets import times
from pbapp.assets.finding.nearness import METRES
from pbapp.assets.finding.search import Search, matches, rank, read_words, shown
from pbapp.assets.finding.wanted import HOURS, Origin, Outward, Sort, Wanted
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetTerm,
    SessionUse,
    Status,
    Vocabulary,
    Where,
)
from pbapp.db import db
from pbapp.places.models import Area

RAN_OUT = 4  # the reminder stage after the last reminder


@dataclass(frozen=True)
class Matching:
    """Conditions that all hold, the order of what they leave, and the words they came from."""

    where: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]
    search: Search


def matching(wanted: Wanted, search: Search | None = None, opened: Any = None) -> Matching:
    """Look up the words, and what is open, unless that was done before (`opened`: by `open_ids`),
    and say what fits and what comes first."""
    search = read_words(wanted.board_id, wanted.words) if search is None else search
    if wanted.open_at is not None and opened is None:
        opened = open_ids(wanted.open_at)
    where = [*shown(wanted.board_id), *_who(wanted), *_where(wanted), *_what(wanted)]
    where += _when(wanted, opened)
    where += [matches(word) for word in search.words]
    return Matching(tuple(where), tuple(_order(wanted, search)), search)


def _what(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.without_gifts:
        found.append(Asset.kind != AssetKind.INDIVIDUAL)
    if wanted.kind is not None:
        found.append(Asset.kind == wanted.kind)
    if wanted.priority_id is not None:
        helps = select(AssetPriority.asset_id).where(
            AssetPriority.priority_id == wanted.priority_id
        )
        found.append(Asset.id.in_(helps))
    found += [_marked(Vocabulary.ACCESS, slug) for slug in wanted.access]
    found += [_marked(Vocabulary.AUDIENCE, wanted.audience)] if wanted.audience else []
    found += [_marked(Vocabulary.THEME, wanted.theme)] if wanted.theme else []
    return found


def _marked(vocabulary: Vocabulary, slug: str) -> ColumnElement[bool]:
    marked = select(AssetTerm.asset_id).where(
        AssetTerm.vocabulary == vocabulary, AssetTerm.slug == slug
    )
    return Asset.id.in_(marked)


# --- who may come, and when -------------------------------------------------------------------


def _who(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.costs:
        found.append(Asset.cost.in_(wanted.costs))
    if wanted.age is not None:
        # An entry that says nothing of ages turns nobody away.
        found.append(or_(Asset.age_from.is_(None), Asset.age_from <= wanted.age))
        found.append(or_(Asset.age_to.is_(None), Asset.age_to >= wanted.age))
    return found


def _when(wanted: Wanted, opened: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.open_at is not None:
        found += [Asset.status == Status.ACTIVE, Asset.id.in_(opened)]
    if wanted.day is not None or wanted.part is not None:
        found.append(Asset.id.in_(_regular(wanted)))
    return found


def lasting(today: date) -> list[ColumnElement[bool]]:
    """Times at which it is open to people, but for those whose last day has passed."""
    return [
        AssetSession.use == SessionUse.OPEN,
        or_(AssetSession.until_on.is_(None), AssetSession.until_on >= today),
    ]


def _regular(wanted: Wanted) -> Any:
    """Entries with a time on that day of the week, in that part of the day."""
    days = 127 if wanted.day is None else 1 << wanted.day
    start, end = HOURS[wanted.part] if wanted.part else (0, 1440)
    return select(AssetSession.asset_id).where(
        AssetSession.days.bitwise_and(days) != 0,
        AssetSession.opens < end,
        AssetSession.closes > start,
        *lasting(clock.today()),
    )


def open_ids(now: datetime) -> Any:
    """Entries that are open at a moment: since today, or since yesterday and past midnight."""
    today, minute = now.date(), now.hour * 60 + now.minute
    since_yesterday = _on_at(today - timedelta(days=1), minute + times.MIDNIGHT)
    return union(_on_at(today, minute), since_yesterday)


def _on_at(today: date, minute: int) -> Select[Any]:
    """Entries that are on at a minute of a day; the few that skip weeks are reckoned one by one."""
    nth = [(today.day - 1) // 7 + 1]
    nth += [-1] if times.is_on(times.Session(127, 0, 1, nth=-1), today) else []
    on = [
        AssetSession.days.bitwise_and(1 << today.weekday()) != 0,
        AssetSession.opens <= minute,
        AssetSession.closes > minute,
        or_(AssetSession.nth.is_(None), AssetSession.nth.in_(nth)),
        or_(AssetSession.starts_on.is_(None), AssetSession.starts_on <= today),
        *lasting(today),
    ]
    seldom = db.session.scalars(select(AssetSession).where(*on, AssetSession.every > 1))
    ids = {row.asset_id for row in seldom if times.is_on(row, today)}
    return select(AssetSession.asset_id).where(
        *on, or_(AssetSession.every == 1, AssetSession.asset_id.in_(ids))
    )


# --- where ------------------------------------------------------------------------------------


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.area_id is not None:
        found.append(_in_ward(wanted.area_id, wanted.based_here))
    if wanted.outward is not None:
        found.append(_in_outward(wanted.outward, wanted.based_here))
    if wanted.origin is not None and wanted.within_m is not None:
        found.append(_within(wanted.origin, wanted.within_m, wanted.based_here))
    # Which ward a person's gift is in shows to nobody, so no place finds one.
    return [*found, Asset.kind != AssetKind.INDIVIDUAL] if found else []


def based_in(area_id: int) -> ColumnElement[bool]:
    return Asset.area_id == area_id


def serves(wards: Any) -> ColumnElement[bool]:
    """Comes to one of some wards: it says so, or it has no one place."""
    said = select(AssetArea.asset_id).where(AssetArea.area_id.in_(wards))
    everywhere = and_(Asset.area_id.is_(None), Asset.where_kind == Where.NOWHERE)
    return or_(Asset.id.in_(said), everywhere)


def _in_ward(area_id: int, based_here: bool) -> ColumnElement[bool]:
    return based_in(area_id) if based_here else or_(based_in(area_id), serves([area_id]))


def _in_outward(outward: Outward, based_here: bool) -> ColumnElement[bool]:
    """By its postcode; what shows none is found by its ward; and what comes to such a ward."""
    unsaid = and_(Asset.postcode.is_(None), Asset.area_id.in_(outward.area_ids))
    coming = [] if based_here else [serves(outward.area_ids)]
    return or_(Asset.postcode.like(f"{outward.code} %"), unsaid, *coming)


def _within(origin: Origin, metres: int, based_here: bool) -> ColumnElement[bool]:
    """Near enough; without a point, of a ward that is near; and what comes to such a ward."""
    high = metres / METRES
    wide = high / math.cos(math.radians(origin.lat))
    found = [
        and_(  # the box first: it is read from columns, and most places are out of it
            Asset.lat.between(origin.lat - high, origin.lat + high),
            Asset.lon.between(origin.lon - wide, origin.lon + wide),
            distance_squared(origin) <= metres * metres,
        )
    ]
    near = _wards_near(origin, metres)
    found.append(and_(Asset.lat.is_(None), Asset.area_id.in_(near)))
    found += [] if based_here else [serves(near)]
    return or_(*found)


def _wards_near(origin: Origin, metres: int) -> Any:
    """The ward, or wards, that one looks from, and those whose middle is in the circle."""
    here = (*origin.area_ids, *([] if origin.area_id is None else [origin.area_id]))
    middle_is_near = _squared(Area.centre_lat, Area.centre_lon, origin) <= metres * metres
    return select(Area.id).where(or_(Area.id.in_(here), middle_is_near))


def distance_squared(origin: Origin) -> ColumnElement[float | None]:
    """Square metres, on a plane: it takes no more than sums, which every database has."""
    return _squared(Asset.lat, Asset.lon, origin)


def _squared(lat: Any, lon: Any, origin: Origin) -> ColumnElement[float | None]:
    north = (lat - origin.lat) * METRES
    east = (lon - origin.lon) * (METRES * math.cos(math.radians(origin.lat)))
    squared: ColumnElement[float | None] = north * north + east * east
    return squared


# --- what comes first -------------------------------------------------------------------------


def _order(wanted: Wanted, search: Search) -> list[ColumnElement[Any]]:
    by_name: list[Any] = [Asset.sort_name, Asset.id]
    nearest: list[Any] = (
        [case((Asset.lat.is_(None), 1), else_=0), distance_squared(wanted.origin)]
        if wanted.origin
        else []
    )
    if wanted.sort is Sort.NAME:
        return by_name
    if wanted.sort is Sort.NEAR and nearest:
        return [*nearest, *by_name]
    if wanted.sort is Sort.FRESH:
        unsaid = case((Asset.confirmed_at.is_(None), 1), else_=0)
        return [unsaid, Asset.confirmed_at.desc(), *by_name]
    fitting: list[ColumnElement[Any]] = []
    if search.words:
        fitting.append(case((Asset.sort_name == search.text, 0), else_=1))
        fitting.append(sum((rank(word) for word in search.words[1:]), rank(search.words[0])))
    ran_out = case((Asset.reminder_stage >= RAN_OUT, 1), else_=0)
    return [*fitting, ran_out, *nearest, *by_name]

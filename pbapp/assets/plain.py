"""Entries as plain values, for files of thousands: they are read, and cannot be changed or saved.

An entry of the database's own kind costs thrice what its columns do. What is made here reads like
one for whoever writes files, and what only its keepers may see is not even read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetPriority,
    AssetSession,
    AssetTerm,
)
from pbapp.boards.models import Board, Council
from pbapp.db import db
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority

TABLE: Any = Asset.__table__
# An entry's own values that its page shows to everybody; of its contact only what they agreed to.
OWN = [
    TABLE.c[name]
    for name in (
        *("id", "board_id", "organisation_id", "kind", "name", "summary", "description", "opening"),
        *("access", "website", "where_kind", "where_words", "lat", "lon", "postcode", "shown_as"),
        *("area_id", "submitted_at", "updated_at", "confirmed_at", "review_due_on", "status"),
        *("alert", "alert_until", "cost", "cost_words", "age_from", "age_to", "eligibility"),
        *("join_by", "version", "is_example", "source", "source_url", "licence"),
    )
]
# What there is one of at most beside an entry, the column that is never empty first.
BESIDE: dict[str, list[Any]] = {
    "area": [Area.__table__.c[name] for name in ("id", "gss_code", "name")],
    "contact": [AssetContact.__table__.c[name] for name in ("asset_id", "name", "phone", "email")],
    "organisation": [
        Organisation.__table__.c[name] for name in ("id", "name", "description", "website")
    ],
}


class Plain:
    """Some values by their names."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


def load(ids: Sequence[UUID]) -> list[Asset]:
    """The entries of these ids, in this order, each with all that its page shows to everybody."""
    entries = {entry["id"]: entry for entry in _entries(ids)}
    boards = _boards({entry["board_id"] for entry in entries.values()})
    priorities = _theirs(AssetPriority, ids, Priority.__table__)
    serves = _theirs(AssetArea, ids, Area.__table__)
    terms, sessions = _theirs(AssetTerm, ids), _theirs(AssetSession, ids)
    for id, entry in entries.items():
        entry["board"] = boards[entry["board_id"]]
        entry["terms"], entry["sessions"] = terms.get(id, []), sessions.get(id, [])
        entry["priorities"] = [
            Plain({"is_main": row.is_main, "priority": row}) for row in priorities.get(id, ())
        ]
        entry["serves"] = [Plain({"area": row}) for row in serves.get(id, ())]
    return cast("list[Asset]", [Plain(entries[id]) for id in ids if id in entries])


def _entries(ids: Sequence[UUID]) -> Iterable[dict[str, Any]]:
    beside = [column for columns in BESIDE.values() for column in columns]
    source = (
        TABLE.outerjoin(Area.__table__, TABLE.c.area_id == Area.id)
        .outerjoin(AssetContact.__table__, TABLE.c.id == AssetContact.asset_id)
        .outerjoin(Organisation.__table__, TABLE.c.organisation_id == Organisation.id)
    )
    query = select(*OWN, *beside).select_from(source).where(TABLE.c.id.in_(ids))
    own = [column.name for column in OWN]
    for row in db.session.execute(query):
        entry = dict(zip(own, row, strict=False))
        start = len(own)
        for name, columns in BESIDE.items():
            values = row[start : start + len(columns)]
            known = {column.name: value for column, value in zip(columns, values, strict=True)}
            entry[name] = None if values[0] is None else Plain(known)
            start += len(columns)
        yield entry


def _theirs(model: Any, ids: Sequence[UUID], of: Any = None) -> Mapping[UUID, list[Any]]:
    """What belongs to each of these entries, as it was given; with the id and names of `of`."""
    table = model.__table__
    columns = [column for column in table.columns if of is None or column.name != "id"]
    query = select(*columns)
    if of is not None:
        names = (name for name in ("id", "name", "slug", "gss_code") if name in of.c)
        query = query.add_columns(*[of.c[name] for name in names]).join_from(table, of)
    query = query.where(table.c.asset_id.in_(ids)).order_by(*table.primary_key.columns)
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.asset_id].append(row)
    return found


def _boards(ids: Iterable[int]) -> dict[int, Board]:
    query = (
        select(Board)
        .options(joinedload(Board.council).joinedload(Council.area))
        .where(Board.id.in_(ids))
    )
    return {board.id: board for board in db.session.scalars(query)}

"""What the import contract cannot see: texts that name a table or a class upstairs."""

from __future__ import annotations

import ast
import re

import pytest
from sqlalchemy.orm import Mapper

import pbapp.models  # noqa: F401
from pbapp.db import Base
from tests.house.source import PACKAGE, calls_of, heights, modules, name_of, room_of

NAMES_A_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+\"?(\w+)", re.IGNORECASE)


def mappers() -> list[Mapper]:
    return sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def may_see(room: str, other: str) -> bool:
    return room == other or heights()[other] < heights()[room]


def test_a_relationship_leads_to_its_own_room_or_downstairs() -> None:
    upward = [
        str(relationship)
        for mapper in mappers()
        for relationship in mapper.relationships
        if not may_see(
            room_of(mapper.class_.__module__), room_of(relationship.mapper.class_.__module__)
        )
    ]
    assert not upward


def test_a_foreign_key_points_to_its_own_room_or_downstairs() -> None:
    rooms = {mapper.local_table.name: room_of(mapper.class_.__module__) for mapper in mappers()}
    upward = [
        f"{key.parent} → {key.column}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if table.name in rooms
        and not may_see(rooms[table.name], rooms.get(key.column.table.name, rooms[table.name]))
    ]
    assert not upward


def test_raw_sql_names_no_table_upstairs() -> None:
    rooms = {mapper.local_table.name: room_of(mapper.class_.__module__) for mapper in mappers()}
    upward = [
        f"{name_of(path)}:{line} {table}"
        for path in modules()
        if (room := path.relative_to(PACKAGE).with_suffix("").parts[0]) in heights()
        for line, sql in raw_sql(path)
        for table in NAMES_A_TABLE.findall(sql)
        if table in rooms and not may_see(room, rooms[table])
    ]
    assert not upward


def raw_sql(path):
    """The texts that a module gives to the database as they are, with their lines."""
    for node in calls_of(path):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if node.args and called in ("text", "exec_driver_sql", "execute"):
            yield node.lineno, ast.unparse(node.args[0])


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint!r}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


@pytest.mark.parametrize("room", ["tally", "web", "places", "ballots"])
def test_the_order_of_the_rooms_is_read_from_the_contract(room: str) -> None:
    assert heights()[room] < heights()["pages"] < heights()["cli"]

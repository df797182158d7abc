"""Each migration goes up, down and up again, with rows in the tables, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text

from pbapp import clock
from pbapp import db as database
from pbapp.accounts.models import Account
from pbapp.assets.models import AssetSession
from pbapp.boards.models import Board
from pbapp.config import ROOT
from pbapp.db import Base, db
from pbapp.migrating import create_app
from pbapp.places.models import Area, AreaSuccessor
from pbapp.proposals.models import CostLine, Proposal
from pbapp.rounds.models import Pot
from tests.assets.factories import make_asset
from tests.conftest import config_for
from tests.databases import fresh_database
from tests.proposals.factories import quick
from tests.rounds.factories import make_round
from tests.world import build_world

REVISIONS = [
    script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()
][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own without tables."""
    if request.param == "sqlite":
        yield from _app(f"sqlite:///{tmp_path / 'pbapp.sqlite3'}", tmp_path)
    else:
        with fresh_database(request.getfixturevalue("postgresql")) as url:
            yield from _app(url, tmp_path)


def _app(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(config_for(url, folder))
    with app.app_context():
        db.session.configure(join_transaction_mode="conditional_savepoint")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.faults(19)
def test_every_migration_goes_up_and_down_one_at_a_time(empty: Flask) -> None:
    for revision in REVISIONS:
        upgrade(revision=revision)
        if revision != REVISIONS[0]:
            downgrade(revision="-1")
            upgrade(revision=revision)
    with db.engine.connect() as connection:  # the newest gives the tables of the models
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_rows_survive_a_migration_down_and_up(empty: Flask) -> None:
    upgrade()
    with database.write_transaction():
        world = build_world()
        round = make_round(world)
        quick(world, round, 1, cost_lines=[CostLine(position=1, description="x", amount_pence=1)])
        late = AssetSession(days=16, opens=22 * 60, closes=26 * 60)
        make_asset(world, sessions=[late])
        world.wards[9].ended_on = clock.today()
        ended = AreaSuccessor(area_id=world.wards[9].id, successor_id=world.wards[7].id)
        db.session.add(ended)
        db.session.commit()
    if len(REVISIONS) > 1:
        downgrade(revision="-1")
        upgrade()
    downgrade(revision="0004")  # before it no time ran past midnight
    upgrade()
    assert db.session.scalars(select(AssetSession.closes)).all() == [24 * 60]
    kept = ((Account, 6), (Board, 2), (Area, 5), (Pot, 1), (Proposal, 1), (CostLine, 1))
    for table, rows in kept:
        assert db.session.scalar(select(func.count()).select_from(table)) == rows, table
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
    db.session.rollback()
    downgrade(revision="base")


@pytest.mark.faults(19)
def test_an_interrupted_upgrade_leaves_the_database_as_it_was(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    made = []
    original = Operations.create_table

    def dies_at_the_tenth(self: Operations, *arguments: object, **options: object) -> object:
        made.append(arguments[0])
        if len(made) == 10:
            raise KeyboardInterrupt
        return original(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Operations, "create_table", dies_at_the_tenth)
    with pytest.raises(KeyboardInterrupt):
        upgrade()
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    monkeypatch.undo()
    upgrade()
    assert "ballot" in inspect(db.engine).get_table_names()

"""The round's key: made once, whole, in a file only we can read, and never again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from pbapp.ballots import keys
from pbapp.ballots.models import RoundKey
from pbapp.ballots.roll import services as roll
from pbapp.db import db
from tests.ballots.factories import admit, open_round
from tests.world import World


def test_a_key_is_32_bytes_that_only_we_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    key = keys.make(folder, 7)
    file = keys.key_file(folder, 7)
    assert file.read_bytes() == key
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["round-7.key"]


def test_a_key_that_is_there_is_kept(tmp_path: Path) -> None:
    assert keys.make(tmp_path, 1) == keys.make(tmp_path, 1) == keys.read(tmp_path, 1)
    assert keys.make(tmp_path, 2) != keys.make(tmp_path, 1)


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: keys.make(tmp_path, 1), range(16)))
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["round-1.key"]


def test_no_key_is_none_and_half_a_key_is_trouble(tmp_path: Path) -> None:
    assert keys.read(tmp_path, 1) is None
    keys.key_file(tmp_path, 1).write_bytes(b"half")
    with pytest.raises(keys.KeyMissing):
        keys.read(tmp_path, 1)
    with pytest.raises(keys.KeyMissing):
        keys.make(tmp_path, 1)
    keys.key_file(tmp_path, 2).mkdir()
    with pytest.raises(keys.KeyMissing):
        keys.read(tmp_path, 2)


def test_the_database_keeps_a_fingerprint_and_not_the_key(world: World, tmp_path: Path) -> None:
    round = open_round(world)
    folder = tmp_path / "keys"
    key = roll.open_key(round=round, keys=folder)
    row = db.session.scalars(select(RoundKey)).one()
    assert row.fingerprint == keys.fingerprint(key)
    assert key.hex() not in row.fingerprint
    assert roll.open_key(round=round, keys=folder) == key


def test_a_key_made_by_a_try_that_failed_is_taken_up(world: World, tmp_path: Path) -> None:
    round = open_round(world)
    key = roll.open_key(round=round, keys=tmp_path)
    db.session.rollback()
    assert roll.open_key(round=round, keys=tmp_path) == key


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_nobody_joins_the_voters_list_with_another_key(
    world: World, tmp_path: Path, damage: str
) -> None:
    round = open_round(world)
    admit(round, tmp_path)
    file = keys.key_file(tmp_path, round.id)
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"x" * (31 if damage == "cut" else 32))
    with pytest.raises(keys.KeyMissing):
        admit(round, tmp_path)

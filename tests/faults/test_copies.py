"""Copies: made under load they miss nothing; put back, they are what they were; never half."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from pbapp import backups
from pbapp.ballots.secrecy import receipt_hash
from pbapp.config import ROOT, Config
from tests.databases import fresh_database, postgresql_programs
from tests.faults.conftest import Keeper
from tests.faults.voting import Crowd
from tests.served import LONG, Installation, wait_for


@pytest.fixture(autouse=True)
def _with_postgresqls_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{postgresql_programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(
    at: Installation, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """Settings of another, empty place to put a copy back in."""
    folder = {"PBAPP_INSTANCE": str(tmp_path / "other"), "PBAPP_KEYS": str(tmp_path / "keys")}
    (tmp_path / "other").mkdir()
    if at.config.is_sqlite:
        yield {**folder, "DATABASE_URL": f"sqlite:///{tmp_path / 'other' / 'pbapp.sqlite3'}"}
    else:
        with fresh_database(request.getfixturevalue("postgresql")) as url:
            yield {**folder, "DATABASE_URL": url}


def hashes_in(url: str) -> set[str]:
    """What the copy keeps of each receipt."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT receipt_hash FROM ballot")))


@pytest.mark.faults(16)
def test_a_copy_made_while_people_vote_has_every_ballot_acknowledged_before_it_began(
    at: Installation, keeper: Keeper, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    crowd, copy = Crowd(at, keeper.server), tmp_path / "copy"
    with crowd.voting():
        crowd.wait_for(40)
        before = crowd.receipts
        done = at.pbapp("backup", str(copy))
        assert done.returncode == 0, done.stderr
        crowd.wait_for_more(10)
    assert crowd.others == []
    assert copy.stat().st_mode & 0o777 == 0o600
    done = at.pbapp("restore", str(copy), **elsewhere)
    assert done.returncode == 0, done.stderr
    kept = hashes_in(elsewhere["DATABASE_URL"])
    assert {receipt_hash(at.round_id, receipt) for receipt in before} <= kept
    assert at.pbapp("check", **elsewhere).returncode == 0
    if at.config.is_sqlite:  # what an ordinary copy of the file would have had
        assert plain_copy_of_a_busy_database(at, tmp_path) < len(at.ballots())


def plain_copy_of_a_busy_database(at: Installation, folder: Path) -> int:
    """How many ballots a copy of the file alone has while somebody reads and others write."""
    file, plain = backups.sqlite_file(at.config), folder / "plain"
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ballot").fetchone()
        with closing(sqlite3.connect(file, timeout=LONG)) as writer:
            writer.execute("PRAGMA wal_autocheckpoint=0")
            columns = [row[1] for row in writer.execute("PRAGMA table_info(ballot)")]
            new = {
                "id": "'new'",
                "leaf": "'new'",
                "receipt_hash": "'new'",
                "idempotency_key": "'new'",
                "voter_tag": "'new'",
            }
            values = ", ".join(new.get(column, column) for column in columns)
            writer.execute(f"INSERT INTO ballot SELECT {values} FROM ballot LIMIT 1")
            writer.commit()
            copyfile(file, plain)
    with closing(sqlite3.connect(plain)) as copied:
        return int(copied.execute("SELECT count(*) FROM ballot").fetchone()[0])


@pytest.mark.faults(18)
def test_a_continuous_copy_killed_and_started_again_has_everything(
    at: Installation, keeper: Keeper, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    crowd, copy = Crowd(at, keeper.server), tmp_path / "copy"

    def copying() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "pbapp", "backup", "--every", "1", str(copy)]
        return subprocess.Popen(command, env=at.environment(), cwd=ROOT, stdout=subprocess.DEVNULL)

    process = copying()
    with crowd.voting(at_once=3):
        wait_for(copy.exists)
        process.send_signal(signal.SIGKILL)  # wherever it is: what is there stays whole
        process.wait()
        if at.config.is_sqlite:
            with closing(sqlite3.connect(copy)) as found:
                assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        process = copying()
        crowd.wait_for_more(10)
    keeper.server.kill()  # the first machine is lost, a moment after the last copy
    try:
        for _ in range(2):  # the second from now has begun after everything was acknowledged
            known = copy.stat()
            wait_for(lambda known=known: not same(copy.stat(), known))
    finally:
        process.terminate()
        assert process.wait(timeout=LONG) == 0
    assert at.pbapp("restore", str(copy), **elsewhere).returncode == 0
    kept = hashes_in(elsewhere["DATABASE_URL"])
    assert {receipt_hash(at.round_id, receipt) for receipt in crowd.receipts} <= kept


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether it is one file: a new one may get the number of one that is gone."""
    return (one.st_ino, one.st_mtime_ns) == (other.st_ino, other.st_mtime_ns)


def test_a_copy_is_not_put_back_under_a_running_server(
    at: Installation, keeper: Keeper, tmp_path: Path
) -> None:
    if not at.config.is_sqlite:  # there the server's own transactions see to it
        return
    copy = tmp_path / "copy"
    backups.make_copy(at.config, copy)
    assert keeper.server.get("/health").status == 200
    answer = at.pbapp("restore", str(copy))
    assert answer.returncode == 2
    assert "in use" in answer.stderr
    assert len(at.ballots()) == len(hashes_in(f"sqlite:///{copy}"))


def test_what_was_there_is_kept_when_a_copy_is_put_back(tmp_path: Path) -> None:
    file, copy = tmp_path / "pbapp.sqlite3", tmp_path / "copy"
    for path, value in ((file, "new"), (copy, "old")):
        with closing(sqlite3.connect(path)) as made:
            made.execute("CREATE TABLE alembic_version (version_num TEXT)")
            made.execute("INSERT INTO alembic_version VALUES (?)", (value,))
            made.commit()
    kept = backups.put_sqlite_back(copy, file)
    assert kept is not None
    for path, value in ((file, "old"), (kept, "new"), (copy, "old")):
        with closing(sqlite3.connect(path)) as found:
            assert found.execute("SELECT version_num FROM alembic_version").fetchone() == (value,)


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 500])
def test_what_is_no_copy_is_not_put_back(tmp_path: Path, content: bytes) -> None:
    file, copy = tmp_path / "pbapp.sqlite3", tmp_path / "copy"
    file.write_bytes(b"as it was")
    copy.write_bytes(content)
    with pytest.raises(backups.CopyFailed):
        backups.put_sqlite_back(copy, file)
    assert file.read_bytes() == b"as it was"


def test_a_copy_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    config = Config(
        mode="testing",
        secret_key="",
        database_url=f"sqlite:///{tmp_path / 'gone.sqlite3'}",
        instance=tmp_path,
        keys=tmp_path / "keys",
    )
    copy = tmp_path / "copy"
    copy.write_text("the one before")
    with pytest.raises(backups.CopyFailed):
        backups.make_copy(config, copy)
    assert copy.read_text() == "the one before"
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_copies_and_keys_stay_apart(at: Installation) -> None:
    answer = at.pbapp("backup", str(at.config.keys / "copy"))
    assert answer.returncode == 2
    assert "keep it somewhere else" in answer.stderr


def test_the_password_of_the_database_is_in_no_list_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@ / $PGPASSWORD" >"$TOLD"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    url = make_url("postgresql+psycopg://pbapp:s3cret@db/pbapp")
    backups._run_postgresql(url, "pg_dump", "--format=custom")
    told = (tmp_path / "told").read_text()
    assert told == "--dbname=postgresql://pbapp@db/pbapp --format=custom / s3cret\n"

"""Faults of the real server while people vote: killed, stopped, kept waiting, a full disk."""

from __future__ import annotations

import resource
import select
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from secrets import token_hex

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.faults.conftest import Keeper
from tests.faults.voting import Crowd
from tests.served import LONG, SLUG, Installation, Server, wait_for

SLOW_CLIENTS = 24


@pytest.mark.faults(21)
def test_half_open_slow_clients_leave_others_unaffected(at: Installation, keeper: Keeper) -> None:
    server = keeper.server
    beginning = f"POST /rounds/{SLUG}/vote/review HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    half_a_body = f"{beginning}Content-Length: 900\r\n\r\nkey="
    slow = []
    try:
        for number in range(SLOW_CLIENTS):
            client = socket.create_connection(("127.0.0.1", server.port))
            client.sendall((half_a_body if number % 2 else beginning).encode())
            slow.append(client)
        crowd = Crowd(at, server, people=30, once=True)
        with crowd.voting():
            crowd.wait_for(30, seconds=100)  # before the slow ones are given up after two minutes
        assert crowd.others == []
        for client in slow:  # and they may go on as slowly as they like
            client.sendall(b"x")
        assert server.get(f"/rounds/{SLUG}/vote").status == 200
    finally:
        for client in slow:
            client.close()


@pytest.mark.faults(23)
def test_asked_to_stop_it_finishes_what_it_has_begun(at: Installation, keeper: Keeper) -> None:
    server = keeper.server
    sendings = [replace(at.sending(id), key=token_hex(16)) for id in at.voters(6)]
    connections = [server.connection() for _ in sendings]
    with somebody_holds_the_lock(at):
        for sending, connection in zip(sendings, connections, strict=True):
            server.begin(sending, connection)
        for _ in range(2):  # what was sent before has been taken in once this is answered
            assert server.get("/health").status == 200
        assert select.select([one.sock for one in connections], [], [], 0)[0] == []
        server.terminate()
        time.sleep(0.3)  # while it stops they wait for the lock
    answers = [server.answer(connection) for connection in connections]
    for connection in connections:
        connection.close()
    assert len({at.receipt_in(answer) for answer in answers}) == len(sendings)
    assert at.judge([at.receipt_in(answer) for answer in answers]) == (0, 0)
    assert server.process.wait(timeout=LONG) == 0


@pytest.mark.faults(1)
def test_killed_while_votes_arrive_it_has_every_acknowledged_ballot_once(
    at: Installation, keeper: Keeper
) -> None:
    server = keeper.server
    crowd = Crowd(at, server)
    with crowd.voting():
        crowd.wait_for(60)
        server.kill()
    assert crowd.others == []
    assert at.judge(crowd.receipts) == (0, 0)
    late = crowd.ask_again(keeper.server)
    receipts = crowd.receipts + [at.receipt_in(answer) for answer in late]
    assert len(set(receipts)) == len(receipts)
    assert at.judge(receipts) == (0, 0)


@pytest.mark.faults(3)
def test_a_full_disk_is_said_and_nothing_is_lost(at: Installation, keeper: Keeper) -> None:
    if not at.config.is_sqlite:
        full_postgresql(at, keeper.server)
        return
    file = at.config.instance / "pbapp.sqlite3"
    most = file.stat().st_size + 150_000

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    server = Server(at, before=small_disk)
    crowd = Crowd(at, server)
    try:
        with crowd.voting():
            wait_for(lambda: len(crowd.others) >= 3)
    finally:
        server.stop()
    assert {answer.status for answer in crowd.others} == {503}
    assert all("Retry-After" in answer.headers for answer in crowd.others)
    assert at.judge(crowd.receipts) == (0, 0)
    late = crowd.ask_again(keeper.server)
    assert at.judge(crowd.receipts + [at.receipt_in(answer) for answer in late]) == (0, 0)


def full_postgresql(at: Installation, server: Server) -> None:
    """With the code that PostgreSQL has for it, from its own mouth."""
    execute(
        at,
        "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        " 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
    )
    execute(at, "CREATE TRIGGER is_full BEFORE INSERT ON ballot EXECUTE FUNCTION is_full()")
    before = len(at.ballots())
    crowd = Crowd(at, server, people=6, once=True)
    with crowd.voting():
        crowd.wait_for(6)
    assert {answer.status for answer in crowd.others} == {503}
    assert crowd.receipts == []
    assert len(at.ballots()) == before
    execute(at, "DROP TRIGGER is_full ON ballot")
    execute(at, "DROP FUNCTION is_full")
    late = [at.receipt_in(answer) for answer in crowd.ask_again(server)]
    assert len(at.ballots()) == before + 6
    assert at.judge(late) == (0, 0)


# --- making things go wrong -----------------------------------------------------------------


def execute(at: Installation, statement: str) -> None:
    engine = create_engine(at.config.database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


@contextmanager
def somebody_holds_the_lock(at: Installation) -> Iterator[None]:
    """Another process is writing."""
    if at.config.is_sqlite:
        file = at.config.instance / "pbapp.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    engine = create_engine(at.config.database_url, poolclass=NullPool)
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    with engine.begin() as other:
        other.execute(lock, {"name": f"ballot box {at.round_id}"})
        yield

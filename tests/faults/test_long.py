"""Faults that take their time: a replica that is lost and one that takes over, and the rush."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bench.rush import Tally, ready, rush
from tests.faults.conftest import Keeper
from tests.faults.killable import killable_server
from tests.faults.voting import Crowd
from tests.served import Installation, Server, wait_for

PEOPLE = 2000
FOLLOWS = "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'"


@pytest.mark.faults_long(18)
def test_a_synchronous_replica_has_every_acknowledged_ballot_when_it_takes_over(
    tmp_path: Path,
) -> None:
    with killable_server() as (primary, url):
        at = Installation(tmp_path, url)
        replica = primary.copy_to(primary.folder.parent / "replica")
        replica.start()
        primary.execute(
            "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"
        )
        primary.wait_until_true(FOLLOWS)
        server = Server(at)
        crowd = Crowd(at, server)
        try:
            with crowd.voting():
                crowd.wait_for(40)
                replica.kill()  # from now on nothing is acknowledged, for nothing is on two disks
                time.sleep(0.5)
                waited = crowd.thanked
                time.sleep(1)
                assert crowd.thanked <= waited
                replica.start_again()
                wait_for(lambda: crowd.thanked > waited + 40)
                primary.kill()
            replica.execute("SELECT pg_promote()")
            database = make_url(url).database
            at.moved_to(
                make_url(replica.url).set(database=database).render_as_string(hide_password=False)
            )
            assert at.judge(crowd.receipts) == (0, 0)
            server.stop()
            replica.execute(
                "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()"
            )
            server = Server(at)
            late = [at.receipt_in(answer) for answer in crowd.ask_again(server)]
            assert at.judge(crowd.receipts + late) == (0, 0)
        finally:
            server.stop()
            at.dispose()
            replica.stop()
            primary.start_again()  # for those who clean up: alone again, it waits for nobody
            primary.execute(
                "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"
            )


@pytest.mark.faults_long(22)
def test_two_thousand_people_at_once_have_no_error_and_one_ballot_each(
    at: Installation, keeper: Keeper
) -> None:
    tally = Tally()
    rush(keeper.server, ready(at, PEOPLE), 32, tally)
    assert tally.errors == []
    assert at.judge([at.receipt_in(answer) for answer in tally.thanks]) == (0, 0)
    assert len(at.ballots()) == PEOPLE
    assert tally.percentile(99) < 5_000  # milliseconds; `make bench-rush` says how many

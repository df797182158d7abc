"""Fault 7: the database server is killed with SIGKILL while people vote, and started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.killable import killable_server
from tests.faults.voting import Crowd
from tests.served import Installation, Server, wait_for


@pytest.mark.faults(7)
def test_killed_and_started_again_it_has_every_acknowledged_ballot(tmp_path: Path) -> None:
    with killable_server() as (postgresql, url):
        at = Installation(tmp_path, url)
        server = Server(at)
        try:
            crowd = Crowd(at, server)
            with crowd.voting():
                crowd.wait_for(60)
                postgresql.kill()
                wait_for(lambda: len(crowd.others) >= 6)
                postgresql.start_again()
                recovered = crowd.thanked
                wait_for(lambda: crowd.thanked > recovered + 20)
            assert {answer.status for answer in crowd.others} == {503}
            at.dispose()  # our own connections to the server that was killed
            assert at.judge(crowd.receipts) == (0, 0)
            late = [at.receipt_in(answer) for answer in crowd.ask_again(server)]
            assert at.judge(crowd.receipts + late) == (0, 0)
        finally:
            server.stop()
            at.dispose()

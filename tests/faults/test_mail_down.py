"""Fault 24: the mail provider is down while somebody votes; the vote is kept, one mail comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from tests.ballots import factories, walk
from tests.client import Browser
from tests.messages.smtp import listening
from tests.world import World


class Provider:
    """A real mail server that refuses until told otherwise."""

    def __init__(self) -> None:
        self.is_down = True
        self.taken: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.is_down:
            return "451 try later"
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def provider(app: Flask) -> Iterator[Provider]:
    made, before = Provider(), app.extensions["pbapp"]
    with listening(made) as address:
        app.extensions["pbapp"] = replace(before, mail_server=address)
        yield made
        app.extensions["pbapp"] = before


@pytest.mark.faults(24)
def test_with_the_mail_provider_down_the_vote_is_kept_and_one_mail_comes_later(
    world: World, stranger: Browser, provider: Provider
) -> None:
    load_jobs()
    round = factories.open_round(world)
    db.session.commit()
    walk.prove(stranger, round)
    for hours in (0, 1):  # it tries, and tries again
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            jobs.run_due()
    assert provider.taken == []
    done = walk.send(stranger, walk.choose(stranger, round, "1"))
    assert walk.receipt_of(done)
    assert factories.live(round) == [("1",)]
    provider.is_down = False
    for hours in (2, 3, 4):
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            jobs.run_due()
    assert len([m for m in provider.taken if m.rcpt_tos == ["jo@example.org"]]) == 1
    assert factories.live(round) == [("1",)]

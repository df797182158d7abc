"""Fault 24 at its size: 10,000 people get their news once, though its worker is killed again and
again and some addresses refuse it."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from pbapp import clock
from pbapp.config import ROOT
from pbapp.db import db, write_transaction
from pbapp.jobs.models import Job, JobState
from pbapp.messages import telling
from pbapp.messages.models import Follow, FollowState, Telling
from tests.databases import fresh_database
from tests.messages.smtp import listening
from tests.served import LONG, Installation, wait_for

PEOPLE = 10_000
GONE = 50
DEATHS = 4
SUBJECT = "proposal 999"  # nothing else is told to these people meanwhile


class Taker:
    """A real mail server: who got which message, and the few it says are gone."""

    def __init__(self) -> None:
        self.taken: dict[str, set[str]] = defaultdict(set)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        head = envelope.content.decode().partition("\r\n\r\n")[0]
        (line,) = [line for line in head.splitlines() if line.lower().startswith("message-id:")]
        self.taken[envelope.rcpt_tos[0]].add(line)
        return "250 OK"


def address_of(number: int) -> str:
    return f"{'gone' if number < GONE else 'p'}{number}@example.org"


def announce(at: Installation) -> None:
    rows = [
        {
            "id": secrets.token_hex(16),
            "subject": SUBJECT,
            "address": address_of(number),
            "reader": secrets.token_hex(16),
            "language": "en",
            "state": FollowState.CONFIRMED,
            "asked_on": None,
        }
        for number in range(PEOPLE)
    ]
    with at.app.app_context(), write_transaction():
        db.session.execute(insert(Follow), rows)
        telling.tell(
            subject=SUBJECT, key="n", template="sign_in_code", context={"code": "1"}, is_last=True
        )
        db.session.commit()


def forget_the_dead(at: Installation) -> None:
    """What the clock does in a quarter of an hour: the jobs of a dead worker are given up."""
    with at.app.app_context(), write_transaction():
        long_ago = clock.now() - timedelta(hours=1)
        dead = update(Job).where(Job.state == JobState.RUNNING).values(started_at=long_ago)
        db.session.execute(dead)
        db.session.commit()


def is_done(at: Installation) -> bool:
    with at.app.app_context():
        told = db.session.scalars(select(Telling).where(Telling.key == "n")).one()
        open_jobs = select(Job.id).where(Job.state.in_([JobState.WAITING, JobState.RUNNING]))
        done = told.ended_at is not None and db.session.scalar(open_jobs.limit(1)) is None
        db.session.rollback()
        return done


@pytest.mark.faults_long(24)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_thousand_people_are_told_once_though_the_worker_dies_again_and_again(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    taker = Taker()
    with listening(taker) as address:
        if kind == "sqlite":
            judge(Installation(tmp_path, mail_server=address), taker)
        else:
            with fresh_database(request.getfixturevalue("postgresql")) as url:
                judge(Installation(tmp_path, url, mail_server=address), taker)


def judge(at: Installation, taker: Taker) -> None:
    announce(at)
    lives = sorted(random.Random(7).sample(range(100, PEOPLE - 500), DEATHS))
    for until in [*lives, None]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "pbapp", "worker"], env=at.environment(), cwd=ROOT
        )
        try:
            if until is None:
                wait_for(lambda: is_done(at), seconds=900)
            else:
                wait_for(lambda until=until: len(taker.taken) >= until, seconds=900)
        finally:
            worker.kill()
            worker.wait(timeout=LONG)
        forget_the_dead(at)
    found = {address: len(ids) for address, ids in taker.taken.items()}
    assert found == {address_of(number): 1 for number in range(GONE, PEOPLE)}
    at.dispose()

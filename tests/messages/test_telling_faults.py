"""Whatever moment a worker dies at, everybody is told once, and a bad address holds nobody up."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.messages import following, services, spreading, telling
from pbapp.messages.models import Mail, MailState, Telling
from tests.messages.smtp import Inbox, mail_server

PEOPLE = [f"p{number}@example.org" for number in range(7)]


class Killed(BaseException):
    """Power is gone; nothing catches this."""


def announce() -> None:
    for address in PEOPLE:
        following.follow(subject="board 1", address=address, is_proven=True)
    telling.tell(
        subject="board 1", key="news", template="sign_in_code", context={"code": "1"}, is_last=True
    )
    db.session.commit()


def work_through() -> None:
    """Workers, one after another, each starting when the one before it is given up for lost."""
    for hours in range(12):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            try:
                jobs.run_due()
            except Killed:
                db.session.rollback()
        if set(db.session.scalars(select(Job.state))) <= {JobState.DONE, JobState.FAILED}:
            return
    raise AssertionError("the worker never came to an end")


def dies_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at: int, after: bool) -> None:
    """Kill the worker when it calls this for the `at`th time, before or after it is done."""
    before, calls = getattr(owner, name), 0

    def killing(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and not after:
            raise Killed
        answer = before(*arguments, **options)
        if calls == at:
            raise Killed
        return answer

    monkeypatch.setattr(owner, name, killing)


def told_once(inbox: Inbox) -> None:
    """Each address has one message; what a dying worker sent twice is one by its Message-ID, so
    that the receiver drops it."""
    ids: dict[str, set[str]] = defaultdict(set)
    for message in inbox.messages:
        ids[str(message["To"])].add(str(message["Message-ID"]))
    assert {address: len(found) for address, found in ids.items()} == dict.fromkeys(PEOPLE, 1)
    told = db.session.scalars(select(Telling)).one()
    assert (told.written, told.ended_at is not None) == (len(PEOPLE), True)
    assert following.find_reader(PEOPLE[0]) is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [2, 3, 5, 6])
def test_a_worker_that_dies_at_any_commit_tells_everybody_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, at: int, after: bool
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 3)
    with mail_server(app) as inbox:
        announce()
        dies_once(monkeypatch, db.session, "commit", at, after)
        work_through()
        told_once(inbox)


def test_a_worker_that_dies_within_a_batch_tells_everybody_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 3)
    with mail_server(app) as inbox:
        announce()
        dies_once(monkeypatch, services, "write", 5, False)
        work_through()
        told_once(inbox)
        assert len(inbox.messages) == len(PEOPLE)


def test_an_address_that_fails_holds_nobody_up(app: Flask) -> None:
    with mail_server(app) as inbox:
        inbox.gone = {
            PEOPLE[0]: "550 5.1.1 no such user",
            PEOPLE[1]: "451 4.3.0 busy",
            PEOPLE[2]: "554 5.7.1 not from you",
        }
        announce()
        jobs.run_due()
        assert inbox.addresses == PEOPLE[3:]
        inbox.gone = {}
        work_through()
        assert inbox.addresses == PEOPLE[1:]
    states = dict(db.session.execute(select(Mail.to_address, Mail.state)).fetchall())
    assert states.pop(PEOPLE[0]) is MailState.FAILED
    assert set(states.values()) == {MailState.SENT}

"""Slow work: asked for with the change that needs it, done once, tried again when it fails."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.worker import empty_queue, make_consumer
from tests.ballots.boxes import box_on
from tests.served import wait_for


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    log: list[Any] = []

    def work(*, job_id: UUID, what: str) -> None:
        if what == "fail":
            raise ValueError("name@example.org said no")
        services.report(job_id, done=1, total=2, step="half way")
        log.append(what)

    monkeypatch.setitem(services._kinds, "test.work", work)
    return log


def ask(what: str, **options: Any) -> Job:
    job = services.ask(kind="test.work", arguments={"what": what}, **options)
    db.session.commit()
    return job


def test_a_job_is_done_once(app: Flask, done: list[Any]) -> None:
    job = ask("a")
    services.run_due()
    services.run_due()
    db.session.refresh(job)
    assert done == ["a"]
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 2)


def test_a_job_waits_for_its_moment(app: Flask, done: list[Any]) -> None:
    ask("later", not_before=clock.now() + timedelta(minutes=1))
    assert services.run_due() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        services.run_due()
    assert done == ["later"]


def test_a_job_asked_for_in_a_change_that_is_undone_does_not_exist(
    app: Flask, done: list[Any]
) -> None:
    services.ask(kind="test.work", arguments={"what": "never"})
    db.session.rollback()
    assert services.run_due() == 0


def test_a_failed_job_is_tried_again_and_then_given_up(app: Flask, done: list[Any]) -> None:
    job = ask("fail")
    moment = clock.now()
    for _ in range(4):
        with time_machine.travel(moment, tick=False):
            services.run_due()
        db.session.refresh(job)
        moment += timedelta(hours=1)
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 4, "ValueError")


def test_a_job_whose_worker_died_is_taken_up_again(app: Flask, done: list[Any]) -> None:
    job = ask("a")
    job.state, job.started_at = JobState.RUNNING, clock.now()
    db.session.commit()
    assert services.run_due() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        services.run_due()
    assert done == ["a"]


def test_two_workers_do_not_do_the_same_job(app: Flask, done: list[Any]) -> None:
    job = ask("a")
    assert services.run(job.id)
    assert not services.run(job.id)


def test_a_code_to_sign_in_does_not_wait_for_a_booklet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    letter_is_out, stopping = threading.Event(), threading.Event()

    def booklet(*, job_id: UUID) -> None:
        order.append("booklet begins")
        assert letter_is_out.wait(120)
        order.append("booklet ends")
        stopping.set()

    def letter(*, job_id: UUID) -> None:
        order.append("letter")
        letter_is_out.set()

    kinds = {"test.booklet": booklet, "test.letter": letter}
    monkeypatch.setattr(services, "_kinds", kinds)
    monkeypatch.setattr(services, "_quick", {"test.letter"})
    with box_on("sqlite", tmp_path, str) as box:
        consumer = make_consumer(box.app, (), stopping)
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        ours = {number: signal.getsignal(number) for number in signals}
        consumer.start()
        try:
            for kind, begun in (("test.booklet", 1), ("test.letter", 3)):
                with box.writing():
                    services.ask(kind=kind, arguments={})
                    db.session.commit()
                wait_for(lambda begun=begun: len(order) >= begun, seconds=120)
        finally:
            stopping.set()
            letter_is_out.set()
            consumer.stop(graceful=True)
            for number, handler in ours.items():
                signal.signal(number, handler)
    assert order == ["booklet begins", "letter", "booklet ends"]


def test_a_worker_that_was_killed_leaves_no_lock_to_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite3"
    killed = empty_queue(path)
    killed.lock_task("work").acquire()
    assert killed.lock_task("work").is_locked()
    assert not empty_queue(path).lock_task("work").is_locked()

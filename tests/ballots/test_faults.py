"""What goes wrong in real life: nothing is lost, and nothing is counted twice."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from pbapp import clock
from pbapp import db as database
from pbapp.ballots import keys as key_files
from pbapp.ballots import services
from pbapp.ballots.roll import services as roll
from pbapp.db import Busy, db
from tests.ballots.boxes import Box, at_once
from tests.ballots.factories import voting
from tests.ballots.walk import ABOUT, newest_code
from tests.client import Browser, Page

# The numbers are those of the list of faults in docs/engineers/ballot-box.md.


def ready_to_send(box: Box, slug: str) -> tuple[Browser, Page]:
    """A browser that shows somebody's review page."""
    browser = Browser(box.app)
    with box.app.app_context():
        page = browser.submit(browser.get(f"/rounds/{slug}/vote"), ABOUT)
        page = browser.submit(browser.follow(page), {"email": "jo@example.org"})
        code = newest_code()
        db.session.rollback()
        browser.submit(browser.follow(page), {"code": code})
        page = browser.get(f"/rounds/{slug}/vote/choose")
        page = browser.submit(page, {"choice": ["1"]}, form="ballot")
        return browser, browser.follow(page)


@pytest.mark.faults(2)
def test_2_a_retry_after_a_lost_reply_gives_the_same_receipt(box: Box) -> None:
    slug = box.open_round()
    voter, key = box.admit(slug), secrets.token_hex(16)
    lost = box.cast(slug, voter, "1", key=key)
    assert box.cast(slug, voter, "1", key=key).receipt == lost.receipt
    assert len(box.rows(slug)) == 1


@pytest.mark.faults(4)
def test_4_the_same_sending_32_times_at_once_is_one_ballot(box: Box) -> None:
    slug = box.open_round()
    voter, key = box.admit(slug), secrets.token_hex(16)
    sent = at_once([lambda: box.cast(slug, voter, "1", key=key)] * 32)
    assert len({one.receipt for one in sent}) == 1
    assert sorted(one.is_replay for one in sent) == [False] + [True] * 31
    assert len(box.rows(slug)) == 1


@pytest.mark.faults(5)
def test_5_one_voter_sending_32_votes_at_once_has_one_that_counts(box: Box) -> None:
    slug = box.open_round()
    voter = box.admit(slug)
    choices = ["1", "2", "3", "4"] * 8
    sent = at_once([lambda c=c: box.cast(slug, voter, c) for c in choices])
    assert len({one.receipt for one in sent}) == 32
    assert len(box.rows(slug)) == 32
    assert len(box.live(slug)) == 1
    assert sum(one.replaced for one in sent) == 31


def test_many_voters_at_once_have_a_ballot_each(box: Box) -> None:
    slug = box.open_round()
    voters = [box.admit(slug) for _ in range(32)]
    sent = at_once([lambda v=v: box.cast(slug, v, "1", "2") for v in voters])
    assert len({one.receipt for one in sent}) == 32
    assert box.live(slug) == [("1", "2")] * 32


@pytest.mark.faults(6)
def test_6_without_the_lock_the_index_still_keeps_one_vote_a_person(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = box.open_round()
    voter = box.admit(slug)
    monkeypatch.setattr(services, "advisory_lock", lambda _name: None)
    sent = at_once([lambda: box.cast(slug, voter, "1")] * 12)
    assert {type(one) for one in sent} <= {services.Sent, Busy}
    acknowledged = [one for one in sent if isinstance(one, services.Sent)]
    assert acknowledged
    assert len(box.rows(slug)) == len(acknowledged)
    assert len(box.live(slug)) == 1


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(box: Box) -> None:
    both_hold_one = threading.Barrier(1 if box.is_sqlite else 2)  # SQLite's writers queue

    def hold(first: str, second: str) -> None:
        with box.writing():
            database.advisory_lock(first)
            both_hold_one.wait()
            database.advisory_lock(second)

    found = at_once([lambda: hold("loch", "glen"), lambda: hold("glen", "loch")])
    turned_away = [type(one) for one in found if one is not None]
    assert turned_away == ([] if box.is_sqlite else [Busy])


def test_one_person_proving_at_once_in_many_windows_is_one_voter(box: Box) -> None:
    slug = box.open_round()
    person = {"email": "one@example.org", "name": "Una Voter"}
    found = at_once([lambda: box.admit(slug, **person)] * 8)
    assert len(set(found)) == 1


def test_families_at_once_stay_within_their_number(box: Box) -> None:
    slug = box.open_round()
    names = [f"{name} Bell" for name in ("Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal")]
    found = at_once([lambda n=n: box.admit(slug, email="b@example.org", name=n) for n in names])
    assert sum(isinstance(one, str) for one in found) == 4
    assert sum(isinstance(one, roll.NotOneOfOne) for one in found) == 4


@pytest.mark.faults(8)
@pytest.mark.parametrize("holder", ["thread", "process"])
def test_8_a_lock_held_too_long_gives_503_and_one_ballot_after(
    box: Box, holder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = box.open_round()
    browser, review = ready_to_send(box, slug)
    monkeypatch.setattr(database, "lock_wait_seconds", 0.3)
    with box.app.app_context(), somebody_holds_the_lock(box, slug, holder):
        page = browser.submit(review, form="send", status=503)
    assert page.response.headers["Retry-After"]
    assert "nothing you did was saved twice" in page.text
    assert box.live(slug) == []
    with box.app.app_context():
        browser.submit(review, form="send")
    assert box.live(slug) == [("1",)]


@pytest.mark.faults(9)
def test_9_a_read_only_database_says_so_and_keeps_everything(box: Box) -> None:
    slug = box.open_round()
    browser, review = ready_to_send(box, slug)
    box.cast(slug, box.admit(slug), "2")
    with box.app.app_context(), read_only(box):
        page = browser.submit(review, form="send", status=503)
        assert "busy" in page.h1
    assert box.live(slug) == [("2",)]
    with box.app.app_context():
        browser.submit(review, form="send")
    assert box.live(slug) == [("1",), ("2",)]


@pytest.mark.faults(10)
def test_10_the_close_is_exact_to_the_second(box: Box) -> None:
    slug = box.open_round()
    voter = box.admit(slug)
    ends_at = closing(box, slug)
    with time_machine.travel(ends_at - timedelta(seconds=1), tick=False):
        box.cast(slug, voter, "1")
    with (
        time_machine.travel(ends_at + timedelta(seconds=1), tick=False),
        pytest.raises(services.VotingShut),
    ):
        box.cast(slug, voter, "2")
    assert box.live(slug) == [("1",)]


@pytest.mark.faults(11)
def test_11_after_the_clock_stepped_back_the_later_vote_counts(box: Box) -> None:
    slug = box.open_round()
    voter = box.admit(slug)
    box.cast(slug, voter, "1")
    with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
        box.cast(slug, voter, "2")
    assert box.live(slug) == [("2",)]


@pytest.mark.faults(12)
def test_12_a_request_in_flight_at_the_close_is_counted(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = box.open_round()
    ends_at = closing(box, slug)
    with (
        time_machine.travel(ends_at - timedelta(minutes=5), tick=False) as travelling,
        box.app.app_context(),
    ):
        browser, review = ready_to_send(box, slug)
        travelling.move_to(ends_at - timedelta(milliseconds=5))
        # It entered in time, and the close comes while it waits for its turn.
        waited = services.advisory_lock

        def wait(name: str) -> None:
            waited(name)
            travelling.move_to(ends_at + timedelta(seconds=20))

        monkeypatch.setattr(services, "advisory_lock", wait)
        browser.submit(review, form="send")
    assert box.live(slug) == [("1",)]


@pytest.mark.faults(27)
def test_27_voting_refuses_to_open_without_its_key(box: Box) -> None:
    slug = box.open_round()
    box.cast(slug, box.admit(slug), "1")
    with box.app.app_context():
        file = key_files.key_file(box.keys, box.round(slug).id)
        kept = file.read_bytes()
        file.unlink()
        browser = Browser(box.app)
        page = browser.get(f"/rounds/{slug}/vote", status=503)
        assert "Voting has paused" in page.h1
    with pytest.raises(key_files.KeyMissing):
        box.admit(slug)
    assert not file.exists()
    file.write_bytes(kept)
    with box.app.app_context():
        Browser(box.app).get(f"/rounds/{slug}/vote")


# --- making things go wrong -----------------------------------------------------------------


def closing(box: Box, slug: str) -> Any:
    with box.app.app_context():
        return voting(box.round(slug)).ends_at


@contextlib.contextmanager
def somebody_holds_the_lock(box: Box, slug: str, holder: str):  # type: ignore[no-untyped-def]
    """Another thread of ours, or another process; on PostgreSQL they are the same."""
    if not box.is_sqlite:
        engine = create_engine(box.app.extensions["pbapp"].database_url, poolclass=NullPool)
        name = f"ballot box {box.round(slug).id}"
        db.session.rollback()
        with engine.begin() as other:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
            other.execute(lock, {"name": name})
            yield
    elif holder == "thread":
        with database._write_lock:
            yield
    else:
        engine = db.engine
        event.listen(engine, "connect", impatient)
        engine.dispose()
        other = sqlite3.connect(box.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()
            event.remove(engine, "connect", impatient)
            engine.dispose()


def impatient(raw: Any, _record: Any) -> None:
    """Wait 0.2 seconds for SQLite's own lock, not 20."""
    raw.execute("PRAGMA busy_timeout=200")


@contextlib.contextmanager
def read_only(box: Box):  # type: ignore[no-untyped-def]
    """The database takes no writes, as when its disk was mounted so."""
    engine = db.engine

    def refuse(connection: Any) -> None:
        word = "PRAGMA query_only=ON" if box.is_sqlite else "SET TRANSACTION READ ONLY"
        connection.exec_driver_sql(word)

    event.listen(engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(engine, "begin", refuse)

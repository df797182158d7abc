"""Votes that come at the same moment go into the box together, and each as if it were alone."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pbapp import clock
from pbapp import db as database
from pbapp.ballots import services, turnstile
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.services import Sending, Sent
from pbapp.ballots.turnstile import Turnstile
from pbapp.ballots.vote import ticked
from pbapp.db import Busy
from pbapp.refusal import Refused
from tests.ballots.boxes import Box, at_once
from tests.served import LONG


class Way:
    """A turnstile of one round, where the first vote waits inside until the others have come."""

    def __init__(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        self.box = box
        self.slug = box.open_round()
        self.turnstile = Turnstile()
        self.groups: list[int] = []
        honest = turnstile._try_together
        self.go = threading.Event()

        def slow(together: Sequence[Any], keys: Path) -> Sequence[Any]:
            self.groups.append(len(together))
            assert self.go.wait(LONG)
            return honest(together, keys)

        monkeypatch.setattr(turnstile, "_try_together", slow)

    def send(self, voter: str, *choices: str, key: str | None = None) -> Sent:
        with self.box.app.app_context():
            return self.turnstile.cast(
                round_id=self.box.round(self.slug).id,
                keys=self.box.keys,
                sending=Sending(voter, ticked(choices), key or secrets.token_hex(16), clock.now()),
            )

    def together(self, *sendings: tuple[Any, ...]) -> list[Any]:
        """Send one vote and, while it is being kept, all the others."""
        first = self.box.admit(self.slug)
        release = threading.Timer(0.0, self._release_when, [len(sendings)])
        release.start()
        works = [lambda: self.send(first, "6")]
        works += [lambda s=s: self._later(*s) for s in sendings]
        try:
            return at_once(works)[1:]
        finally:
            release.join()

    def _later(self, voter: str, choices: Sequence[str], key: str | None = None) -> Sent:
        while not self.groups:
            time.sleep(0.002)
        return self.send(voter, *choices, key=key)

    def _release_when(self, number: int) -> None:
        while len(self.turnstile._waiting) < number:
            time.sleep(0.002)
        self.go.set()


@pytest.fixture
def way(box: Box, monkeypatch: pytest.MonkeyPatch) -> Way:
    return Way(box, monkeypatch)


def test_all_who_wait_go_in_together(way: Way) -> None:
    voters = [way.box.admit(way.slug) for _ in range(6)]
    sent = way.together(*[(voter, ("1", "2")) for voter in voters])
    assert all(isinstance(one, Sent) and not one.replaced for one in sent), sent
    assert len({one.receipt for one in sent}) == 6
    assert way.groups == [1, 6]
    assert way.box.live(way.slug) == [*[("1", "2")] * 6, ("6",)]


def test_one_that_is_refused_leaves_the_others(way: Way) -> None:
    good, bad = way.box.admit(way.slug), way.box.admit(way.slug)
    kept, refused, unknown = way.together((good, ("1",)), (bad, ("99",)), ("nobody", ("1",)))
    assert isinstance(kept, Sent)
    assert isinstance(refused, Refused)
    assert isinstance(unknown, Refused)
    assert way.box.live(way.slug) == [("1",), ("6",)]


def test_what_one_person_sends_twice_at_once_is_kept_one_after_the_other(way: Way) -> None:
    voter, key = way.box.admit(way.slug), secrets.token_hex(16)
    first, again, changed = way.together((voter, ("1",), key), (voter, ("1",), key), (voter, "2"))
    assert first.receipt == again.receipt
    assert {first.is_replay, again.is_replay} == {True, False}
    assert changed.receipt != first.receipt
    assert max(way.groups) == 1
    assert len(way.box.live(way.slug)) == 2


def test_a_vote_that_breaks_something_does_not_take_the_others_along(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = way.box.admit(way.slug), way.box.admit(way.slug)
    honest = services._examine

    def breaks(box: Any, sending: Sending) -> Any:
        if sending.voter_id == bad:
            raise ZeroDivisionError
        return honest(box, sending)

    monkeypatch.setattr(services, "_examine", breaks)
    kept, broken = way.together((good, ("1",)), (bad, ("1",)))
    assert isinstance(kept, Sent)
    assert isinstance(broken, ZeroDivisionError)
    assert way.box.live(way.slug) == [("1",), ("6",)]


def test_without_its_key_nobody_gets_in(way: Way, tmp_path: Path) -> None:
    voters = [way.box.admit(way.slug) for _ in range(3)]
    way.go.set()
    kept, way.box.keys = way.box.keys, tmp_path
    try:
        failed = at_once([lambda v=v: way.send(v, "1") for v in voters])
    finally:
        way.box.keys = kept
    assert all(isinstance(one, KeyMissing) for one in failed)


def test_who_waits_too_long_is_told_to_try_again_and_takes_no_place(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = way.box.admit(way.slug), way.box.admit(way.slug)
    holder = threading.Thread(target=way.send, args=(first, "1"))
    holder.start()
    while not way.groups:
        time.sleep(0.002)
    monkeypatch.setattr(database, "lock_wait_seconds", 0.1)
    with pytest.raises(Busy):
        way.send(second, "2")
    way.go.set()
    holder.join()
    assert way.box.live(way.slug) == [("1",)]
    assert way.send(second, "2")

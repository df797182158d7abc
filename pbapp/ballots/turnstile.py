"""Votes that come at the same moment go into the box in one transaction.

One transaction costs several milliseconds of disk, and one more shuffle among other ballots. In a
rush each vote waited for all that came before it; now whoever finds the box free takes along all
who wait. It also hides them among each other. Nobody waits for company: a vote that comes alone
goes in alone. Between processes, the lock on the round's box decides as before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import OperationalError

from pbapp import db as database
from pbapp.ballots import journal, services
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.services import Sending, Sent
from pbapp.db import Busy, db, write_transaction
from pbapp.rounds.models import Round

TOGETHER = 50


class _Waiting:
    """Somebody's vote until it is settled one way or the other."""

    def __init__(self, round_id: int, sending: Sending) -> None:
        self.round_id = round_id
        self.sending = sending
        self.result: Sent | Exception | None = None


class Turnstile:
    """The way into the boxes for the threads of one process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._is_taken = False

    def cast(self, *, round_id: int, keys: Path, sending: Sending) -> Sent:
        """Put a vote in the box with those that came beside it; returns once it is kept.

        Opens and commits its own transaction. Raises what `services.cast` raises, and `Busy` after
        a wait longer than anybody should have. A vote that went in meanwhile gives its receipt
        when it is sent again.
        """
        db.session.rollback()  # who waits holds no picture of the database, and no connection
        mine = _Waiting(round_id, sending)
        together = self._wait_for_turn(mine)
        if together:
            try:
                self._settle(together, keys)
                journal.empty()
            finally:
                with self._changed:
                    self._is_taken = False
                    self._changed.notify_all()
        if isinstance(mine.result, Sent):
            return mine.result
        raise mine.result or Busy

    def _wait_for_turn(self, mine: _Waiting) -> list[_Waiting]:
        """The votes to take in, this one first; none if somebody took this one along."""
        until = time.monotonic() + database.lock_wait_seconds
        with self._changed:
            self._waiting.append(mine)
            while self._is_taken and mine.result is None:
                if not self._changed.wait(until - time.monotonic()):
                    break
            if mine not in self._waiting:  # settled, or about to be
                self._changed.wait_for(lambda: mine.result is not None, until - time.monotonic())
                return []
            if self._is_taken:
                self._waiting.remove(mine)
                raise Busy
            self._is_taken = True
            together = _of_different_people(mine, self._waiting)
            self._waiting = [one for one in self._waiting if one not in together]
            return together

    def _settle(self, together: Sequence[_Waiting], keys: Path) -> None:
        results: Sequence[Sent | Exception] = [Busy()] * len(together)
        try:
            results = _try_together(together, keys)
        finally:
            with self._changed:
                for one, result in zip(together, results, strict=True):
                    one.result = result
                self._changed.notify_all()


def _try_together(together: Sequence[_Waiting], keys: Path) -> Sequence[Sent | Exception]:
    try:
        with write_transaction():
            results = services.cast_together(
                round=db.session.get_one(Round, together[0].round_id),
                keys=keys,
                sendings=[one.sending for one in together],
            )
            db.session.commit()
            return results
    except (Busy, OperationalError, KeyMissing) as error:
        return [error] * len(together)
    except Exception as error:
        if len(together) == 1:
            return [error]
    # Somebody's vote broke what nothing should break: the others must not suffer for it.
    return [result for one in together for result in _try_together([one], keys)]


def _of_different_people(first: _Waiting, waiting: Sequence[_Waiting]) -> list[_Waiting]:
    """Votes that can be decided beside each other: what the same voter sends twice cannot."""
    together, voters, keys = [first], {first.sending.voter_id}, {first.sending.idempotency_key}
    for one in waiting:
        sending = one.sending
        if one.round_id != first.round_id or len(together) >= TOGETHER:
            continue
        if sending.voter_id not in voters and sending.idempotency_key not in keys:
            together.append(one)
            voters.add(sending.voter_id)
            keys.add(sending.idempotency_key)
    return together

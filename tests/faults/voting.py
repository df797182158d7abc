"""People who vote, one after another on several connections, until they are told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPException
from itertools import count
from secrets import token_hex

from tests.served import LONG, Answer, Installation, Sending, Server

THINKING = 0.1  # seconds before somebody votes again
REFUSED = 1.0  # and before the next tries after somebody was turned away


class Crowd:
    """Sends votes until told to stop; remembers what it was told, and what it was never told.

    When all have voted they begin again and change their votes, or stop where it is `once`.
    """

    def __init__(
        self, at: Installation, server: Server, people: int = 200, once: bool = False
    ) -> None:
        self.at = at
        self.server = server
        self.people = [at.sending(id) for id in at.voters(people)]
        self.once = once
        self.answers: list[tuple[Sending, Answer]] = []
        self.unanswered: list[Sending] = []
        self._stop = threading.Event()
        self._turns = count()

    @property
    def thanked(self) -> int:
        """How many votes were acknowledged."""
        return sum(answer.is_acknowledged for _, answer in self.answers)

    @property
    def receipts(self) -> list[str]:
        """Of every vote that was acknowledged."""
        return [self.at.receipt_in(answer) for _, answer in self.answers if answer.is_acknowledged]

    @property
    def others(self) -> list[Answer]:
        """Answers that were no acknowledgement."""
        return [answer for _, answer in self.answers if not answer.is_acknowledged]

    @contextmanager
    def voting(self, at_once: int = 6) -> Iterator[None]:
        """Vote meanwhile."""
        threads = [threading.Thread(target=self._vote) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def wait_for(self, number: int, seconds: float = LONG) -> None:
        """Until so many have had an answer."""
        until = time.monotonic() + seconds
        while len(self.answers) < number:
            assert time.monotonic() < until, f"{len(self.answers)} of {number}"
            time.sleep(0.01)

    def wait_for_more(self, number: int) -> None:
        """Until so many more have had an answer."""
        self.wait_for(len(self.answers) + number)

    def ask_again(self, server: Server) -> list[Answer]:
        """Everybody who had no acknowledgement sends the very same again."""
        again = [s for s, answer in self.answers if not answer.is_acknowledged] + self.unanswered
        return [server.send(sending) for sending in again]

    def _vote(self) -> None:
        while not self._stop.is_set():
            turn = next(self._turns)
            if turn >= len(self.people):
                if self.once:
                    return
                self._stop.wait(THINKING)
            sending = replace(self.people[turn % len(self.people)], key=token_hex(16))
            try:
                answer = self.server.send(sending)
                self.answers.append((sending, answer))
                if not answer.is_acknowledged:
                    self._stop.wait(REFUSED)
            except (OSError, HTTPException):
                self.unanswered.append(sending)
                time.sleep(0.02)

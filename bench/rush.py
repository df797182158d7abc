"""The last ten minutes of a vote: 2,000 people at once. `python -m bench.rush`.

Against the real server (`pbapp serve`, its worker beside it, production's settings) on loopback,
with as many connections as there are `--at-once`, on SQLite and on PostgreSQL. The people have
shown that they may vote and chosen before (they are on the voters' list, their signed cookies are
made ahead); each sends their vote and gets a receipt, and afterwards every receipt is looked for.

Bare Flask applications (`bench/bare_vote.py`) take as many on the same server, with the same
threads, the same table and the same durability, in turns with ours, so that whatever slows the
machine slows all. One does the same inserts: each new row among a hundred others, as the secret of
the vote needs it. One writes the one row and keeps no secret.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import token_hex

import click

from tests.databases import fresh_database, postgresql_server
from tests.served import Answer, Installation, Sending, Server

TURNS = 8
Make = Callable[[str], Installation]


@dataclass
class Tally:
    """What came of a rush."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    thanks: list[Answer] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, n: int) -> float:
        """Milliseconds that n % of the sendings stayed within."""
        return 1000 * statistics.quantiles(self.took, n=100)[n - 1]


def rush(server: Server, sendings: Sequence[Sending], at_once: int, tally: Tally) -> None:
    """Send all of these, `at_once` at any moment, each on a connection that is kept."""
    waiting: SimpleQueue[Sending] = SimpleQueue()
    for sending in sendings:
        waiting.put(sending)

    def work() -> None:
        connection = server.connection()
        while True:
            try:
                sending = waiting.get_nowait()
            except Empty:
                break
            start = time.perf_counter()
            try:
                answer = server.send(sending, connection)
            except (OSError, HTTPException) as error:
                tally.errors.append(type(error).__name__)
                connection.close()
                continue
            tally.took.append(time.perf_counter() - start)
            _note(answer, tally)
        connection.close()

    start = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.seconds += time.perf_counter() - start


def _note(answer: Answer, tally: Tally) -> None:
    if answer.is_acknowledged:
        tally.thanks.append(answer)
    else:
        tally.errors.append(f"{answer.status} {answer.location}")


def send(make: Make, voters: int, at_once: int) -> None:
    """Compare ours with the bare ones, in turns."""
    at, bare, mixed = make("ours"), make("bare"), make("mixed")
    ours, one_row, same_rows = Tally(), Tally(), Tally()
    sendings = ready(at, voters)
    program = ("bench.bare_vote",)
    with (
        served(Server(at)) as product,
        served(Server(bare, program=program)) as plain,
        served(Server(mixed, program=(*program, "--mixed"))) as mixing,
    ):
        size = -(-voters // TURNS)
        for start in range(0, voters, size):
            part = sendings[start : start + size]
            rush(plain, part, at_once, one_row)
            rush(mixing, part, at_once, same_rows)
            rush(product, part, at_once, ours)
    print(f"  send: {verdict(at, ours)}")
    for words, other in (("the same inserts", same_rows), ("one row a vote", one_row)):
        print(
            f"        {ours.rate:.0f} votes a second; bare, {words}: {other.rate:.0f} "
            f"({len(other.errors)} errors), so {100 * ours.rate / other.rate:.0f} %"
        )


def verdict(at: Installation, tally: Tally) -> str:
    """What a rush came to, in a line."""
    lost, double = at.judge([at.receipt_in(answer) for answer in tally.thanks])
    wrong = "".join(f"\n        {error}" for error in sorted(set(tally.errors)))
    return (
        f"{len(tally.thanks)} votes, {len(tally.errors)} errors, {lost} lost, {double} double; "
        f"p50 {tally.percentile(50):.0f} ms, p99 {tally.percentile(99):.0f} ms{wrong}"
    )


def ready(at: Installation, voters: int) -> list[Sending]:
    """As many people's votes, ready to be sent."""
    return [
        replace(at.sending(voter, choices), key=token_hex(16))
        for voter, choices in zip(at.voters(voters), _choices(), strict=False)
    ]


def _choices() -> Iterator[tuple[str, ...]]:
    while True:
        yield from (("1", "2"), ("3",), ("1", "2", "6"), ("4",), ("2", "3"))


@contextmanager
def served(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.stop()


@click.command()
@click.option("--voters", default=2000, show_default=True)
@click.option("--at-once", default=32, show_default=True, help="Connections at any moment.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), multiple=True)
def main(voters: int, at_once: int, database: tuple[str, ...]) -> None:
    """Measure the rush and print what came of it."""
    for kind in database or ("sqlite", "postgresql"):
        print(f"{kind}: {voters} voters, {at_once} at once")
        with databases(kind) as make:
            send(make, voters, at_once)


@contextmanager
def databases(kind: str) -> Iterator[Make]:
    """Makes installations on fresh databases of one kind."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = None
        if kind == "postgresql":
            server = stack.enter_context(postgresql_server(careful=True))

        def make(name: str) -> Installation:
            url = stack.enter_context(fresh_database(server)) if server else None
            made = Installation(folder / name, url)
            stack.callback(made.dispose)
            return made

        yield make


if __name__ == "__main__":
    main()

"""What is true of the log after anything that people, the worker and the clock do, in any order.

Each rule must fail on a log that is broken on purpose, or it proves nothing. Hashes are worked out
here once more, with nothing of the program's own.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pbapp.ballots import secrecy
from pbapp.ballots.log import due, hashing, queries, services
from pbapp.ballots.log.models import BallotBatch
from pbapp.ballots.models import Ballot
from pbapp.db import Busy, db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots.boxes import Box
from tests.ballots.factories import voting
from tests.ballots.logs import add_voters, live_tags, mails, people_marked

QUICKLY = settings(
    max_examples=2,
    stateful_step_count=8,
    derandomize=True,
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def machine(box: Box) -> type[RuleBasedStateMachine]:
    """A round in which people come, vote again, and the worker seals, on days that may go back."""

    class Voting(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.slug, self.days, self.heads = box.open_round(), 4, []
            self.voters: list[str] = []
            self.has_begun = False

        @initialize()
        def some_have_voted(self) -> None:
            with self.then(), box.writing():
                add_voters(box.round(self.slug), box.keys, 24)
            for _ in range(2):  # these can vote again
                with self.then():
                    self.voters.append(box.admit(self.slug))
            for voter in self.voters:
                with self.then():
                    box.cast(self.slug, voter, "1")
            self.seal()
            self.has_begun = True
            self.the_clock_goes_back_while_many_vote()

        def then(self) -> Any:
            with box.app.app_context():
                starts = voting(box.round(self.slug)).starts_at
                db.session.rollback()
            return time_machine.travel(starts + timedelta(days=self.days), tick=False)

        @rule()
        def a_day_passes(self) -> None:
            self.days += 1

        @rule()
        def the_clock_goes_back_while_many_vote(self) -> None:
            self.days = max(1, self.days - 1)
            for _ in range(2):
                self.people_vote(60)
                self.seal()

        @rule(people=st.integers(10, 60))
        def people_vote(self, people: int) -> None:
            with self.then(), box.writing():
                add_voters(box.round(self.slug), box.keys, people)

        @rule(who=st.integers(0, 1), choice=st.sampled_from("123"))
        def somebody_votes_again(self, who: int, choice: str) -> None:
            with self.then():
                box.cast(self.slug, self.voters[who], choice)

        @rule()
        def seal(self) -> None:
            with self.then(), box.writing():
                batch = services.seal_batch(round=box.round(self.slug), keys=box.keys)
                db.session.commit()
                if batch is not None:
                    self.heads.append(batch.head)

        @rule()
        def closing_too_early_changes_nothing(self) -> None:
            with self.then(), box.writing():
                before = rows(box.round(self.slug))
                with pytest.raises(Refused):
                    services.seal_close(round=box.round(self.slug), keys=box.keys)
                db.session.rollback()
                assert rows(box.round(self.slug)) == before

        @invariant()
        def the_log_is_as_it_should_be(self) -> None:
            with box.app.app_context():
                check(box.round(self.slug), self.heads)
                db.session.rollback()

        def teardown(self) -> None:
            if not self.has_begun:
                return  # it broke at once, and has said so
            self.days = 30
            with self.then(), box.writing():
                round = box.round(self.slug)
                batch = services.seal_close(round=round, keys=box.keys)
                db.session.commit()
                self.heads.append(batch.head)
                check(round, self.heads)
                sealed = set(db.session.scalars(select(Ballot.leaf).where(of(round, Ballot))))
                assert batch.total == len(sealed)
                assert people_marked(round, box.keys) == live_tags(round)
                told = [mail.key for mail in mails("vote_recorded")]
                assert len(told) == len(set(told))

    return Voting


def of(round: Round, table: Any) -> Any:
    return table.round_id == round.id


def rows(round: Round) -> tuple[int, int, frozenset[str]]:
    batches = queries.list_batches(round.id)
    unsealed = len(queries.unsealed(round.id).leaves)
    return len(batches), unsealed, queries.list_marked(round.id)


def check(round: Round, published: list[str]) -> None:
    """The published heads, batches and leaves against the ballots."""
    batches = list(
        db.session.scalars(
            select(BallotBatch).where(of(round, BallotBatch)).order_by(BallotBatch.n)
        )
    )
    leaves = queries.leaves_of(round.id)
    ballots = list(db.session.scalars(select(Ballot).where(of(round, Ballot))))
    sealed = [leaf for batch in batches for leaf in leaves[batch.n]]
    # each leaf in one batch at most, and of a ballot that is there
    assert len(sealed) == len(set(sealed))
    assert set(sealed) <= {ballot.leaf for ballot in ballots}
    # each leaf fixes its ballot, salt and all
    for ballot in ballots:
        body = (str(round.id).encode(), round.config_hash.encode(), ballot.content.encode())
        assert ballot.leaf == sha(b"\x00" + joined(*body, ballot.salt))
        assert len(set(ballot.salt)) > 4
    # the chain is the heads that were published
    head, total = round.config_hash, 0
    for batch in batches:
        total += batch.size
        assert batch.size == len(leaves[batch.n])
        head = head_of(head, root_of(sorted(leaves[batch.n])), batch.size, total, batch)
    assert [batch.head for batch in batches] == published
    assert head == ([round.config_hash, *published])[-1]
    # ten new people at least in each batch, and ten outside
    for batch in batches:
        assert batch.kind == "close" or batch.size >= due.FEWEST
    # people marked are in the log
    assert len(queries.list_marked(round.id)) <= total


def joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def root_of(leaves: list[str]) -> str:
    """The tree of RFC 6962, built up from below."""
    if not leaves:
        return sha(b"")
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if len(leaves) == 1:
        return leaves[0]
    left, right = root_of(leaves[:split]), root_of(leaves[split:])
    return sha(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))


def head_of(previous: str, root: str, size: int, total: int, batch: BallotBatch) -> str:
    facts = (previous, root, str(size), str(total), batch.day.isoformat(), str(batch.kind))
    return sha(b"\x02" + joined(*(fact.encode() for fact in facts)))


def test_whatever_happens_the_log_is_as_it_should_be(box: Box) -> None:
    run_machine(machine(box), settings=QUICKLY)


# --- logs broken on purpose -----------------------------------------------------------------


def leaves_one_out(round: Round, kind: Any) -> list[str]:
    return honest_leaves(round, kind)[1:]


def forgets_the_salt(round_id: int, config_hash: str, content: str, salt: bytes) -> str:
    return honest_leaf(round_id, config_hash, content, b"")


def forgets_the_head_before(
    previous: str, root: str, size: int, total: int, day: date, kind: str
) -> str:
    return honest_head("", root, size, total, day, kind)


def marks_all_but_one(round: Round, people: list[str]) -> None:
    honest_marks(round, people[1:])


def goes_by_the_clock(round_id: int) -> BallotBatch | None:
    """Takes the batch of the latest day for the last one."""
    return max(queries.list_batches(round_id), key=lambda b: (b.day, -b.n), default=None)


honest_leaves, honest_leaf = services._choose_leaves, secrecy.leaf
honest_head, honest_marks = hashing.head, services._write_marks
MUTANTS = {
    "a leaf left out": (services, "_choose_leaves", leaves_one_out),
    "a leaf without salt": (secrecy, "leaf", forgets_the_salt),
    "a head without the one before": (hashing, "head", forgets_the_head_before),
    "a mark missing": (services, "_write_marks", marks_all_but_one),
    "order by the clock": (queries, "last_batch", goes_by_the_clock),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_log_that_is_broken_is_found_out(
    box: Box, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not box.is_sqlite:
        return  # the rules are the same, and one database is enough to prove that they bite
    monkeypatch.setattr(*MUTANTS[name])
    with pytest.raises((AssertionError, Busy, Refused, IntegrityError)):
        run_machine(machine(box), settings=QUICKLY)

"""What is true of the ballot box after anything that anybody does, in any order.

Each rule must fail on a box that is broken on purpose, or it proves nothing.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from pbapp import clock
from pbapp.ballots import queries, secrecy, services
from pbapp.ballots.models import Ballot, Voter
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.paper.models import RollMark
from pbapp.ballots.vote import read_vote
from pbapp.db import Busy, db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots import papers
from tests.ballots.boxes import Box, at_once
from tests.served import wait_for

VALID = st.sets(st.sampled_from(["1", "2", "3", "6"]), min_size=1, max_size=3)
AGAINST = ([], ["1", "1"], ["9"], ["4", "5", "1"], ["1", "2", "3", "6", "4"], ["x"])
WRONG = st.sampled_from(AGAINST)
NAMES = ("Ann Bell", "Bob Bell", "Cat Bell", "ann bell")
QUICKLY = settings(
    max_examples=4,
    stateful_step_count=15,
    derandomize=True,
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def machine(box: Box) -> type[RuleBasedStateMachine]:
    """People at one box: they prove who they are, vote, vote again, repeat and go wrong."""

    class People(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.slug = box.open_round()
            self.clock = timedelta()
            self.voters: list[str] = []
            self.counts: dict[str, tuple[str, ...]] = {}  # voter → the choices that count
            self.sendings: list[tuple[str, str, tuple[str, ...], str]] = []

        @rule(contact=st.integers(0, 2), name=st.sampled_from(NAMES))
        def prove(self, contact: int, name: str) -> None:
            about = {"email": f"c{contact}@example.org", "age_band": ("25", "35", "45")[contact]}
            voter = box.admit(self.slug, name=name, **about)
            if voter not in self.voters:
                self.voters.append(voter)
            people = {(c, n.lower()) for c, n in [*getattr(self, "seen", []), (contact, name)]}
            self.seen = people
            assert len(self.voters) == len(people)

        @precondition(lambda self: self.voters)
        @rule(who=st.integers(0, 50), choices=VALID)
        def vote(self, who: int, choices: set[str]) -> None:
            voter, key = self.voters[who % len(self.voters)], secrets.token_hex(16)
            with time_machine.travel(clock.now() + self.clock, tick=False):
                sent = box.cast(self.slug, voter, *choices, key=key)
            assert sent.replaced is (voter in self.counts)
            self.counts[voter] = tuple(sorted(choices))
            self.sendings.append((voter, key, tuple(sorted(choices)), sent.receipt))

        @precondition(lambda self: self.sendings)
        @rule(which=st.integers(0, 50))
        def send_the_same_again(self, which: int) -> None:
            voter, key, choices, receipt = self.sendings[which % len(self.sendings)]
            sent = box.cast(self.slug, voter, *choices, key=key)
            assert (sent.receipt, sent.is_replay) == (receipt, True)

        @precondition(lambda self: self.sendings)
        @rule(which=st.integers(0, 50), who=st.integers(0, 50), choices=VALID)
        def use_a_sending_for_something_else(self, which: int, who: int, choices: set[str]) -> None:
            voter, key, sent, _ = self.sendings[which % len(self.sendings)]
            other = self.voters[who % len(self.voters)]
            if (other, tuple(sorted(choices))) != (voter, sent):
                with pytest.raises(services.KeyTaken):
                    box.cast(self.slug, other, *choices, key=key)

        @precondition(lambda self: self.voters)
        @rule(who=st.integers(0, 50), choices=WRONG)
        def vote_against_the_rules(self, who: int, choices: list[str]) -> None:
            before = snapshot(box, self.slug)
            with pytest.raises(Refused):
                box.cast(self.slug, self.voters[who % len(self.voters)], *choices)
            assert snapshot(box, self.slug) == before

        @rule(choices=VALID)
        def vote_without_being_on_the_list(self, choices: set[str]) -> None:
            if self.voters:
                with pytest.raises(Refused):
                    box.cast(self.slug, secrets.token_hex(16), *choices)

        @rule(choices=VALID)
        def vote_on_paper_and_then_online(self, choices: set[str]) -> None:
            voter = box.admit(self.slug)
            self.voters_on_paper = [*getattr(self, "voters_on_paper", []), voter]
            mark_on_paper(box, self.slug, voter)
            with pytest.raises(services.VotedOnPaper):
                box.cast(self.slug, voter, *choices)

        @rule(minutes=st.sampled_from([-90, -30, 30]))
        def the_clock_is_set(self, minutes: int) -> None:
            self.clock = timedelta(minutes=minutes)

        @invariant()
        def the_box_is_as_it_should_be(self) -> None:
            check(box, self.slug, self.counts, [receipt for *_, receipt in self.sendings])

    return People


def check(box: Box, slug: str, counts: dict[str, tuple[str, ...]], receipts: list[str]) -> None:
    """The invariants of the box, against what people were told."""
    with box.app.app_context():
        round = box.round(slug)
        ballots = list(db.session.scalars(select(Ballot).where(Ballot.round_id == round.id)))
        voters = list(db.session.scalars(select(Voter.id).where(Voter.round_id == round.id)))
        live = [ballot for ballot in ballots if ballot.is_live]
        # at most one live ballot a tag
        assert max(Counter(ballot.voter_tag for ballot in live).values(), default=0) <= 1
        # what counts is what each person sent last
        assert Counter(read_vote(b.content).choices for b in live) == Counter(counts.values())
        # every tag derives from somebody on the voters' list
        key = queries.read_key(round.id, box.keys) if voters else b""
        tags = {secrecy.voter_tag(key, round.id, voter): voter for voter in voters}
        assert {ballot.voter_tag for ballot in ballots} <= set(tags)
        assert {tags[b.voter_tag]: read_vote(b.content).choices for b in live} == counts
        # every receipt that was given is there, and nothing else is
        given = {secrecy.receipt_hash(round.id, receipt) for receipt in receipts}
        assert {ballot.receipt_hash for ballot in ballots} == given
        # each leaf fixes its ballot
        for ballot in ballots:
            leaf = secrecy.leaf(round.id, round.config_hash or "", ballot.content, ballot.salt)
            assert leaf == ballot.leaf
        db.session.rollback()


def mark_on_paper(box: Box, slug: str, voter: str) -> None:
    """As a table does."""
    with box.writing():
        round = box.round(slug)
        venue = paper_queries.list_venues(round)
        found = venue[0] if venue else papers.make_venue(box.world_again(), round)
        db.session.add(RollMark(round_id=round.id, voter_id=voter, venue_id=found.id))
        db.session.commit()


def snapshot(box: Box, slug: str) -> list[tuple[Any, ...]]:
    with box.app.app_context():
        query = select(Ballot.__table__).join(Round, Round.id == Ballot.round_id)
        rows = db.session.execute(query.where(Round.slug == slug)).all()
        db.session.rollback()
        return sorted((tuple(row) for row in rows), key=str)


def test_whatever_people_do_the_box_is_as_it_should_be(box: Box) -> None:
    run_state_machine_as_test(machine(box), settings=QUICKLY)


def everything_once(box: Box) -> None:
    """Each thing people do, in an order in which every broken box below shows itself."""
    people: Any = machine(box)()
    steps = [
        lambda: people.prove(contact=0, name="Ann Bell"),
        lambda: people.prove(contact=1, name="Bob Bell"),
        lambda: people.prove(contact=2, name="Cat Bell"),
        lambda: people.vote(who=0, choices={"1"}),
        lambda: people.vote(who=1, choices={"1"}),
        lambda: people.send_the_same_again(which=0),
        lambda: people.use_a_sending_for_something_else(which=0, who=1, choices={"2"}),
        *(lambda c=c: people.vote_against_the_rules(who=0, choices=c) for c in AGAINST),
        lambda: people.vote_without_being_on_the_list(choices={"2"}),
        lambda: people.vote_on_paper_and_then_online(choices={"2"}),
        lambda: people.the_clock_is_set(minutes=-30),
        lambda: people.vote(who=0, choices={"2"}),
        lambda: people.vote(who=2, choices={"3"}),
        lambda: people.vote(who=1, choices={"2", "3"}),
    ]
    for step in steps:
        step()
        people.the_box_is_as_it_should_be()


def test_each_thing_people_do_leaves_the_box_as_it_should_be(box: Box) -> None:
    everything_once(box)


# --- boxes broken on purpose ----------------------------------------------------------------


def keeps_both(round: Round, ballots: list[dict[str, Any]]) -> frozenset[str]:
    """Forgets to replace: caught by the database, so it takes another tag as well."""
    for ballot in ballots:
        ballot["voter_tag"] = secrets.token_hex(32)
    return honest_put_in(round, ballots)


def loses_what_it_shuffles(query: Any, limit: int | None = None) -> list[dict[str, Any]]:
    rows = honest_rows(query, limit)
    return [{**row, "content": rows[0]["content"]} for row in rows]


def does_not_look_who_sent(round: Round, keys: Any) -> dict[str, Any]:
    return {}


def takes_anything(_box: Any, _choices: Any) -> None:
    return None


def keeps_the_first(round: Round, ballots: list[dict[str, Any]]) -> frozenset[str]:
    """Puts the new ballot in as replaced, so the first vote counts."""
    (ballot,) = ballots
    live = select(Ballot.id).where(Ballot.voter_tag == ballot["voter_tag"], Ballot.is_live)
    if db.session.scalar(live) is None:
        return honest_put_in(round, ballots)
    services._write([{**ballot, "is_live": False}])
    return frozenset({ballot["voter_tag"]})


def forgets_to_supersede(round: Round, ballots: list[dict[str, Any]]) -> frozenset[str]:
    """Leaves the earlier ballot live: the unique index says no."""
    services._write(ballots)
    return frozenset()


def by_the_clock(round: Round, ballots: list[dict[str, Any]]) -> frozenset[str]:
    """Lets the vote with the later time count, whichever came last."""
    (ballot,) = ballots
    now, last = clock.now(), TIMES.get(ballot["voter_tag"])
    if last is not None and now < last:
        services._write([{**ballot, "is_live": False}])
        return frozenset({ballot["voter_tag"]})
    TIMES[ballot["voter_tag"]] = now
    return honest_put_in(round, ballots)


def commits_halfway(ids: Any) -> int:
    """No transaction: what was taken out is gone when the rest fails."""
    honest_take_out(ids)
    db.session.commit()
    raise Busy


def without_salt(*arguments: Any) -> dict[str, Any]:
    """Two people with the same choices have the same leaf."""
    ballot, salt = honest_new_ballot(*arguments), bytes(32)
    round = arguments[0]
    leaf = secrecy.leaf(round.id, round.config_hash or "", ballot["content"], salt)
    return {**ballot, "salt": salt, "leaf": leaf}


def another_each_time(key: bytes, ballot_id: str) -> str:
    """A receipt that is drawn, and not derived."""
    return "".join(secrets.choice(secrecy.ALPHABET) for _ in range(secrecy.RECEIPT_LENGTH))


def anybody(round: Round, voter_ids: Any) -> list[Any]:
    """Does not look at the voters' list."""
    return [SimpleNamespace(id=id, assurance=1) for id in voter_ids]


def nobody_on_paper(round_id: int, voter_ids: Any) -> frozenset[str]:
    return frozenset()


TIMES: dict[str, Any] = {}
honest_take_out, honest_new_ballot = services._take_out, services._new_ballot
honest_put_in, honest_rows = services._put_in, services._rows
MUTANTS = {
    "_put_in": (keeps_both, keeps_the_first, forgets_to_supersede, by_the_clock),
    "_take_out": (commits_halfway,),
    "_new_ballot": (without_salt,),
    "secrecy.receipt": (another_each_time,),
    "queries.list_voters": (anybody,),
    "paper_queries.list_voted_on_paper": (nobody_on_paper,),
    "_rows": (loses_what_it_shuffles,),
    "_sent_before": (does_not_look_who_sent,),
    "_check": (takes_anything,),
}


@pytest.mark.parametrize(
    ("name", "mutant"),
    [(name, mutant) for name, mutants in MUTANTS.items() for mutant in mutants],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_box_that_is_broken_is_found_out(
    box: Box, name: str, mutant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not box.is_sqlite:
        return  # the rules are the same, and one database is enough to prove that they bite
    *where, name = name.split(".")
    monkeypatch.setattr(getattr(services, where[0]) if where else services, name, mutant)
    with pytest.raises((AssertionError, Busy, IntegrityError, pytest.fail.Exception)):
        everything_once(box)


def test_without_the_unique_index_two_live_ballots_are_found(box: Box) -> None:
    """And with it, the database itself refuses the second."""
    slug = box.open_round()
    voter = box.admit(slug)
    sent = box.cast(slug, voter, "1")
    index = next(index for index in Ballot.__table__.indexes if index.name == "uq_ballot_live")
    with box.writing():
        index.drop(db.session.connection())
        db.session.commit()
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(services, "_put_in", forgets_to_supersede)
            again = box.cast(slug, voter, "2")
        with pytest.raises(AssertionError):
            check(box, slug, {voter: ("2",)}, [sent.receipt, again.receipt])
    finally:
        with box.writing():
            db.session.execute(delete(Ballot).where(Ballot.round_id == box.round(slug).id))
            index.create(db.session.connection())
            db.session.commit()


@pytest.mark.parametrize("locked", [True, False])
def test_only_the_lock_keeps_two_out_of_the_box_at_once(
    box: Box, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if box.is_sqlite:
        return  # there every writer waits for every other
    slug = box.open_round()
    voters = [box.admit(slug) for _ in range(2)]
    inside: set[int] = set()
    most: list[int] = []

    def meet(round: Round, ballots: list[dict[str, Any]]) -> frozenset[str]:
        """Wait until the other one is in here too, or waits for the lock."""
        inside.add(threading.get_ident())
        wait_for(lambda: len(inside) == 2 or most or somebody_waits())
        most.append(len(inside))
        inside.discard(threading.get_ident())
        return honest_put_in(round, ballots)

    monkeypatch.setattr(services, "_put_in", meet)
    if not locked:
        monkeypatch.setattr(services, "advisory_lock", lambda _name: None)
    at_once([lambda v=v: box.cast(slug, v, "1") for v in voters])
    assert max(most) == (1 if locked else 2)


def somebody_waits() -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return bool(db.session.scalar(text(waiting)))

"""What is true of the ballot box after anything that anybody does, in any order.

Each rule must fail on a box that is broken on purpose, or it proves nothing.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from pbapp.ballots import queries, secrecy, services
from pbapp.ballots.models import Ballot, Voter
from pbapp.ballots.vote import read_vote
from pbapp.db import Busy, db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots.boxes import Box

VALID = st.sets(st.sampled_from(["1", "2", "3", "6"]), min_size=1, max_size=3)
WRONG = st.sampled_from([[], ["1", "1"], ["9"], ["4", "5", "1"], ["1", "2", "3", "6", "4"], ["x"]])
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


def snapshot(box: Box, slug: str) -> list[tuple[Any, ...]]:
    with box.app.app_context():
        query = select(Ballot.__table__).join(Round, Round.id == Ballot.round_id)
        rows = db.session.execute(query.where(Round.slug == slug)).all()
        db.session.rollback()
        return sorted((tuple(row) for row in rows), key=str)


def test_whatever_people_do_the_box_is_as_it_should_be(box: Box) -> None:
    run_state_machine_as_test(machine(box), settings=QUICKLY)


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


honest_put_in, honest_rows = services._put_in, services._rows
MUTANTS = {
    "_put_in": (keeps_both, keeps_the_first),
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
    monkeypatch.setattr(services, name, mutant)
    with pytest.raises((AssertionError, Busy, pytest.fail.Exception)):
        run_state_machine_as_test(machine(box), settings=QUICKLY)

"""What is true of papers after anything that officers do, in any order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from pbapp.accounts.models import Account
from pbapp.ballots.paper import queries
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import Act, PaperBatch
from pbapp.db import db
from pbapp.refusal import Refused
from tests.ballots import factories, papers
from tests.ballots.boxes import Box
from tests.ballots.test_invariants import QUICKLY

PEOPLE = st.sampled_from(["officer", "second_officer", "third"])
SERIALS = st.integers(1, 2)
TYPED = st.sampled_from(["1", "1", "2", "x"])


def machine(box: Box) -> type[RuleBasedStateMachine]:
    class Officers(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.slug = box.open_round()
            with box.writing():
                round = box.round(self.slug)
                venue = papers.make_venue(box.world, round)
                factories.close(round)
                papers.open_batch(box.world, round, venue, 2)
                self.third = papers.third_officer(box.world)

        def do(self, what: Callable[..., Any], who: str = "officer", **values: Any) -> None:
            by: Account = self.third if who == "third" else getattr(box.world, who)
            with box.writing(), suppress(Refused):
                round = box.round(self.slug)
                what(round=round, batch=self.batch(), by=by, **values)
                db.session.commit()

        def batch(self) -> PaperBatch:
            found = queries.find_batch(box.round(self.slug), 1)
            assert found is not None
            return found

        @rule(who=PEOPLE, serial=SERIALS, typed=TYPED)
        def key(self, who: str, serial: int, typed: str) -> None:
            self.do(paper.key_paper, who, serial=serial, typed=typed)

        @rule(first=PEOPLE, second=PEOPLE)
        def key_all(self, first: str, second: str) -> None:
            for serial in (1, 2):
                for who in (first, second):
                    self.do(paper.key_paper, who, serial=serial, typed="1")

        @rule()
        def go_through(self) -> None:
            self.key_all("officer", "second_officer")
            self.check("third", True)
            self.accept()

        @rule(who=PEOPLE, serial=SERIALS)
        def key_again(self, who: str, serial: int) -> None:
            self.do(paper.read_again, who, serial=serial)

        @rule(who=PEOPLE, serial=SERIALS, typed=TYPED)
        def resolve(self, who: str, serial: int, typed: str) -> None:
            self.do(paper.resolve, who, serial=serial, typed=typed)

        @rule(who=PEOPLE, agrees=st.booleans())
        def check(self, who: str, agrees: bool) -> None:
            self.do(paper.draw_sample)
            for serial in (1, 2):
                self.do(paper.reread, who, serial=serial, agrees=agrees)

        @rule()
        def accept(self) -> None:
            self.do(paper.accept, keys=box.keys, note="Snow")

        @rule(act=st.sampled_from([Act.REOPEN, Act.REOPEN, Act.VOID]), who=PEOPLE)
        def undo(self, act: Act, who: str) -> None:
            self.do(paper.ask_for, act=act, reason="Torn")
            self.do(paper.agree_to, who, keys=box.keys)

        @invariant()
        def live_papers_are_the_accepted_ones(self) -> None:
            if not hasattr(self, "slug"):
                return
            with box.app.app_context():
                round = box.round(self.slug)
                assert queries.paper_ballots(round) == queries.accepted_papers(round)
                assert self.batch().accepted_at or queries.paper_ballots(round) == 0

        @invariant()
        def what_is_accepted_is_whole(self) -> None:
            if not hasattr(self, "slug"):
                return
            with box.app.app_context():
                batch = self.batch()
                assert batch.accepted_at is None or queries.progress_of(batch).is_ready

        @invariant()
        def no_paper_was_read_twice_by_one(self) -> None:
            if not hasattr(self, "slug"):
                return
            with box.app.app_context():
                for found in queries.progress_of(self.batch()).papers.values():
                    assert len(found.readers) == len(found.entries) <= 2
                    if found.resolution is not None:
                        assert found.resolution.by_id not in found.readers

    return Officers


def test_papers_hold_to_their_rules(box: Box) -> None:
    run_state_machine_as_test(machine(box), settings=QUICKLY)


@pytest.mark.parametrize("broken", ["_refuse_unless_ready", "_take_out"])
def test_a_broken_rule_is_found(box: Box, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept without asking whether it is whole, or make void and leave its ballots."""
    monkeypatch.setattr(paper, broken, lambda *_: None)
    officers: Any = machine(box)()
    officers.begin()
    with pytest.raises(AssertionError):
        walk(officers)


def walk(officers: Any) -> None:
    officers.accept()
    officers.what_is_accepted_is_whole()
    officers.undo(Act.REOPEN, "second_officer")
    officers.go_through()
    officers.undo(Act.VOID, "second_officer")
    officers.live_papers_are_the_accepted_ones()

"""Putting a ballot in the box."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.ballots import keys as key_files
from pbapp.ballots import queries, secrecy, services
from pbapp.ballots.models import Ballot, Voter
from pbapp.db import Base, db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots.factories import admit, cast, close, live, open_round, voting
from tests.world import World


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


@pytest.fixture
def voter(round: Round, keys: Path) -> Voter:
    return admit(round, keys)


def test_a_ballot_is_in_the_box_as_it_was_cast(round: Round, voter: Voter, keys: Path) -> None:
    sent = cast(round, keys, voter, "3", "1")
    ballot = db.session.scalars(select(Ballot)).one()
    assert ballot.content == '{"choices":["1","3"]}'
    assert ballot.leaf == secrecy.leaf(round.id, round.config_hash, ballot.content, ballot.salt)
    assert ballot.receipt_hash == secrecy.receipt_hash(round.id, sent.receipt)
    assert len(ballot.salt) == 32
    assert ballot.voter_tag not in (voter.id, "")
    assert not sent.is_replay
    assert not sent.replaced


def test_the_last_vote_counts_and_the_earlier_ones_stay_as_replaced(
    round: Round, voter: Voter, keys: Path
) -> None:
    receipts = [cast(round, keys, voter, choice).receipt for choice in "123"]
    assert live(round) == [("3",)]
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 3
    shown = [queries.show_ballot(round, receipt) for receipt in receipts]
    assert [(s.is_live, s.vote.choices) for s in shown] == [
        (False, ("1",)),
        (False, ("2",)),
        (True, ("3",)),
    ]


def test_sending_the_same_again_gives_the_same_receipt(
    round: Round, voter: Voter, keys: Path
) -> None:
    key = secrets.token_hex(16)
    first = cast(round, keys, voter, "1", "2", idempotency_key=key)
    again = cast(round, keys, voter, "2", "1", idempotency_key=key)
    assert again.receipt == first.receipt
    assert again.is_replay
    assert live(round) == [("1", "2")]


def test_it_gives_the_same_receipt_after_the_close_too(
    round: Round, voter: Voter, keys: Path
) -> None:
    key = secrets.token_hex(16)
    first = cast(round, keys, voter, "1", idempotency_key=key)
    close(round)
    assert cast(round, keys, voter, "1", idempotency_key=key).receipt == first.receipt


def test_a_sending_cannot_be_used_for_another_vote(round: Round, voter: Voter, keys: Path) -> None:
    key = secrets.token_hex(16)
    cast(round, keys, voter, "1", idempotency_key=key)
    with pytest.raises(services.KeyTaken):
        cast(round, keys, voter, "2", idempotency_key=key)
    assert live(round) == [("1",)]


def test_a_sending_cannot_be_used_by_another_voter(round: Round, voter: Voter, keys: Path) -> None:
    key = secrets.token_hex(16)
    cast(round, keys, voter, "1", idempotency_key=key)
    with pytest.raises(services.KeyTaken):
        cast(round, keys, admit(round, keys), "1", idempotency_key=key)
    assert live(round) == [("1",)]


@pytest.mark.parametrize("key", ["", "1", "x" * 32, "A" * 32, "0" * 33, "é" * 32])
def test_a_sending_without_a_proper_key_is_refused(
    round: Round, voter: Voter, keys: Path, key: str
) -> None:
    with pytest.raises(services.KeyTaken):
        cast(round, keys, voter, "1", idempotency_key=key)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ([], "at least one"),
        (["1", "1"], "twice"),
        (["1", "99"], "not in this vote"),
        (["1", "x"], "not in this vote"),
        (["01"], "not in this vote"),
        (["٢"], "not in this vote"),
        (["1\x00"], "not in this vote"),
        (["1", "2", "3", "6", "5"], "You can choose 4: take 1 out"),
        (["4", "5", "6"], "cost £1,500.50 more than the pot of £100,000"),
    ],
)
def test_a_ballot_against_the_rules_is_refused_and_changes_nothing(
    round: Round, voter: Voter, keys: Path, choices: list[str], said: str
) -> None:
    cast(round, keys, voter, "2")
    before = everything()
    with pytest.raises(Refused, match=said) as refused:
        cast(round, keys, voter, *choices)
    assert refused.value.field == "choice"
    db.session.rollback()
    assert everything() == before


def test_exactly_the_pot_is_not_too_much(round: Round, voter: Voter, keys: Path) -> None:
    cast(round, keys, voter, "4", "5")
    assert live(round) == [("4", "5")]


def test_without_the_rule_of_the_pot_choices_may_cost_more(world: World, keys: Path) -> None:
    round = open_round(world, within_pot=False, max_choices=None)
    cast(round, keys, admit(round, keys), "1", "2", "3", "4", "5", "6")
    assert len(live(round)) == 1


def test_another_rounds_project_is_refused(world: World, round: Round, keys: Path) -> None:
    other = open_round(world, costs=[1_00] * 8, slug="other")
    with pytest.raises(Refused, match="not in this vote"):
        cast(round, keys, admit(round, keys), "8")
    cast(other, keys, admit(other, keys), "8")


def test_a_voter_of_another_round_cannot_vote_here(world: World, round: Round, keys: Path) -> None:
    other = open_round(world, slug="other")
    with pytest.raises(Refused, match="Show again"):
        cast(round, keys, admit(other, keys), "1")


def test_what_counts_is_the_sealed_list_and_not_the_table(
    round: Round, voter: Voter, keys: Path
) -> None:
    proposal = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    proposal.cost_pence = 999_999_00
    db.session.commit()
    cast(round, keys, voter, "1")
    assert live(round) == [("1",)]


def test_a_project_withdrawn_since_cannot_be_chosen(round: Round, voter: Voter, keys: Path) -> None:
    proposal = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    proposal.state = ProposalState.WITHDRAWN
    db.session.commit()
    with pytest.raises(Refused, match="“Project 1” has been withdrawn"):
        cast(round, keys, voter, "1", "2")


def test_it_is_taken_one_second_before_the_close_and_refused_one_second_after(
    round: Round, voter: Voter, keys: Path
) -> None:
    ends_at = voting(round).ends_at
    with time_machine.travel(ends_at - timedelta(seconds=1), tick=False):
        cast(round, keys, voter, "1")
    for late in (timedelta(0), timedelta(seconds=1)):
        with (
            time_machine.travel(ends_at + late, tick=False),
            pytest.raises(services.VotingShut, match="not come in time"),
        ):
            cast(round, keys, voter, "2")
    assert live(round) == [("1",)]


def test_it_is_refused_before_voting_opens(round: Round, voter: Voter, keys: Path) -> None:
    starts_at = voting(round).starts_at
    with (
        time_machine.travel(starts_at - timedelta(seconds=1), tick=False),
        pytest.raises(services.VotingShut, match="not opened"),
    ):
        cast(round, keys, voter, "1")
    with time_machine.travel(starts_at, tick=False):
        cast(round, keys, voter, "1")


@pytest.mark.parametrize(("seconds", "taken"), [(0, True), (59, True), (60, True), (61, False)])
def test_what_came_in_time_may_take_a_minute_to_be_written(
    round: Round, voter: Voter, keys: Path, seconds: int, taken: bool
) -> None:
    ends_at = voting(round).ends_at
    entered_at = ends_at - timedelta(seconds=1)
    with time_machine.travel(ends_at + timedelta(seconds=seconds), tick=False):
        if taken:
            cast(round, keys, voter, "1", entered_at=entered_at)
        else:
            with pytest.raises(services.VotingShut, match="not counted"):
                cast(round, keys, voter, "1", entered_at=entered_at)


def test_the_later_transaction_wins_when_the_clock_steps_back(
    round: Round, voter: Voter, keys: Path
) -> None:
    cast(round, keys, voter, "1")
    with time_machine.travel(clock.now() - timedelta(hours=5), tick=False):
        cast(round, keys, voter, "2")
    assert live(round) == [("2",)]


def test_a_round_that_is_not_sealed_takes_no_vote(round: Round, voter: Voter, keys: Path) -> None:
    round.sealed_at = round.config_hash = None
    with pytest.raises(services.VotingShut):
        cast(round, keys, voter, "1")


def test_no_vote_is_taken_without_the_key_voting_began_with(
    round: Round, voter: Voter, keys: Path
) -> None:
    file = key_files.key_file(keys, round.id)
    key = file.read_bytes()
    file.unlink()
    with pytest.raises(key_files.KeyMissing):
        cast(round, keys, voter, "1")
    file.write_bytes(secrets.token_bytes(32))
    with pytest.raises(key_files.KeyMissing):
        cast(round, keys, voter, "1")
    file.write_bytes(key)
    cast(round, keys, voter, "1")


def test_casting_writes_to_the_table_of_ballots_and_to_nothing_else(
    round: Round, voter: Voter, keys: Path
) -> None:
    before = everything()
    cast(round, keys, voter, "1")
    cast(round, keys, voter, "2")
    after = everything()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"ballot"}
    assert not db.session.scalars(select(Event).where(Event.verb.like("%ballot%"))).all()


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {
        table.name: sorted(
            (tuple(map(str, row)) for row in db.session.execute(select(table))), key=str
        )
        for table in Base.metadata.sorted_tables
    }

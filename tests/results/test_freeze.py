"""The ballots are copied once, after the vote, into a file that says nothing about who voted."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.ballots.vote import Vote, pointed, ranked, ticked
from pbapp.db import db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.refusal import Refused
from pbapp.results import freezing, services
from pbapp.results.models import FrozenProfile, Turnout, TurnoutKind
from pbapp.rounds.models import PhaseKind, Round, VoteType
from pbapp.rounds.queries import find_phase
from pbapp.tally import parse_pabulib, sha256, write_pabulib
from tests.ballots.factories import open_round
from tests.results.factories import BY_WARD, VOTES, cast, cast_all, close_vote, expand, sealed_round
from tests.rounds.factories import make_round
from tests.world import World


def freeze(round: Round) -> FrozenProfile:
    return services.freeze(round=round, by_ward=BY_WARD, actor="test")


def test_all_live_ballots_stand_in_one_file_with_its_digest(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    cast(round, [5], is_live=False)  # somebody changed their mind: only the last vote counts
    close_vote(round)

    profile = freeze(round)
    data = freezing.unpack(profile)
    election = parse_pabulib(data.decode())

    assert profile.digest == sha256(data)
    assert profile.ballots == sum(VOTES.values()) == election.profile.ballots_cast
    assert not election.warnings
    assert election.meta["config_sha256"] == round.config_hash
    assert [project.id for project in election.instance.projects] == ["1", "2", "3", "4", "5"]
    assert election.instance.projects[0].categories == ("poverty",)
    read = freezing.read(profile).instance
    assert (read.budget, read.projects[2].cost) == (10_000_00, 4_500_00)


def test_costs_in_pence_are_exact(world: World) -> None:
    odd = ((1, "Odd pence", 1_234_56, "poverty", 7), (2, "Ten pence", 99_10, "poverty", 7))
    round = sealed_round(world, budget_pence=1_333_67, projects=odd)
    cast_all(round, {("1", "2"): 3})
    close_vote(round)
    instance = freezing.read(freeze(round)).instance
    assert instance.budget == 1_333_67
    assert [project.cost for project in instance.projects] == [1_234_56, 99_10]


def test_the_file_lists_projects_in_the_order_of_the_lot(world: World) -> None:
    round = sealed_round(world)
    round.config = {**round.config, "lot": ["4", "2", "5", "1", "3"]}
    cast_all(round)
    close_vote(round)
    projects = freezing.read(freeze(round)).instance.projects
    assert [project.id for project in projects] == ["4", "2", "5", "1", "3"]


def test_the_digest_is_the_same_in_whatever_order_people_voted(world: World) -> None:
    round = sealed_round(world)
    ballots = expand(VOTES)
    digests = set()
    for seed in range(5):
        random.Random(seed).shuffle(ballots)
        digests.add(freezing.pack(freezing.election_for(round, map(ticked, ballots)))[1])
    assert len(digests) == 1


def test_the_file_holds_no_tag_no_receipt_and_nothing_else_of_the_box(world: World) -> None:
    round = sealed_round(world)
    ballot = cast(round, [1, 2])
    close_vote(round)
    text = freezing.unpack(freeze(round)).decode()
    assert text.splitlines()[-2:] == ["voter_id;vote", "1;1,2"]
    for secret in (ballot.id, ballot.voter_tag, ballot.receipt_hash, ballot.leaf):
        assert secret not in text


def test_a_second_press_changes_nothing(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    close_vote(round)
    first = freeze(round)
    cast(round, [5])
    again = freeze(round)
    assert again is first
    assert db.session.scalar(select(func.count()).select_from(FrozenProfile)) == 1


def test_people_who_voted_are_kept_by_ward_and_by_way_of_voting(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    close_vote(round)
    freeze(round)
    kept = {(row.kind, row.key): row.people for row in db.session.scalars(select(Turnout))}
    assert kept[TurnoutKind.WARD, "S13003048"] == 31
    assert kept[TurnoutKind.CHANNEL, "online"] == sum(VOTES.values())


def test_freezing_goes_into_the_officers_log(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    close_vote(round)
    profile = freeze(round)
    event = db.session.scalars(select(Event).order_by(Event.number.desc())).first()
    assert event is not None
    assert event.verb == "round.ballots_frozen"
    assert event.facts["digest"] == profile.digest
    assert event.facts["config_hash"] == round.config_hash


def test_nothing_is_frozen_while_people_vote_or_while_the_last_votes_arrive(world: World) -> None:
    round = sealed_round(world)
    voting = find_phase(round, PhaseKind.VOTING)
    assert voting is not None
    assert voting.ends_at is not None
    with pytest.raises(Refused, match="People are still voting"):
        freeze(round)
    with (
        time_machine.travel(voting.ends_at + timedelta(seconds=59), tick=False),
        pytest.raises(Refused, match="Wait a minute"),
    ):
        freeze(round)
    with time_machine.travel(voting.ends_at + timedelta(seconds=60), tick=False):
        assert freeze(round).frozen_at == clock.now()


def test_a_round_that_was_never_sealed_cannot_be_counted(world: World) -> None:
    round = make_round(world, PhaseKind.COUNTING)
    with pytest.raises(Refused, match="never sealed"):
        freeze(round)


def test_a_ballot_that_names_an_unknown_project_stops_the_count(world: World) -> None:
    round = sealed_round(world)
    cast(round, [99])
    close_vote(round)
    with pytest.raises(ValueError, match="99"):
        freeze(round)


def test_a_file_that_was_changed_is_never_counted(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    close_vote(round)
    profile = freeze(round)
    profile.pabulib_gz = freezing.pack(freezing.election_for(round, [ticked("5")]))[0]
    with pytest.raises(Refused, match="were changed"):
        services.count(round=profile.round, actor="test")


def test_a_proposal_withdrawn_after_sealing_stays_listed_and_cannot_win(world: World) -> None:
    round = sealed_round(world)
    cast_all(round)
    gone = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    gone.state = ProposalState.WITHDRAWN
    close_vote(round)
    count = services.count(round=freeze(round).round, actor="test")[0]
    row = next(row for row in count.allocations if row.project_key == "1")
    assert not row.is_funded
    assert row.facts["reason"] == "withdrawn"


@pytest.mark.parametrize(
    ("guards", "votes", "meta"),
    [
        (
            {"vote_type": VoteType.APPROVAL, "min_choices": 1, "max_choices": 2},
            [ticked("123"), ticked("36")],
            {"min_length": "1", "max_length": "2", "max_sum_cost": "100000"},
        ),
        (
            {
                "vote_type": VoteType.CUMULATIVE,
                "points_each": 10,
                "points_most": 6,
                "max_choices": None,
            },
            [pointed({"1": 6, "2": 4, "3": 3}), pointed({"3": 2})],
            {"max_sum_points": "10", "max_points": "6"},
        ),
        (
            {"vote_type": VoteType.ORDINAL, "max_choices": 3},
            [ranked("321"), ranked("3")],
            {"max_length": "2"},
        ),
        ({"vote_type": VoteType.CHOOSE_ONE}, [ticked("132"), ticked("3")], {}),
    ],
)
def test_each_way_of_voting_is_frozen_and_read_back_and_parts_into_pots(
    world: World, guards: dict[str, Any], votes: list[Vote], meta: dict[str, str]
) -> None:
    round = open_round(world, by_ward=True, guards=guards)
    whole = freezing.election_for(round, votes)
    assert {key: whole.meta.get(key) for key in meta} == meta
    packed, digest = freezing.pack(whole)
    profile = FrozenProfile(pabulib_gz=packed, digest=digest, exponent=2)
    again = freezing.read(profile)
    assert (set(again.profile), again.profile.max_length) == (
        set(whole.profile),
        whole.profile.max_length,
    )
    parts = freezing.elections_by_pot(round, again)
    assert [part.instance.budget for part in parts.values()] == [100_000_00] * 3
    assert [part.profile.ballots_cast for part in parts.values()] == [2, 1, 1]
    for part in parts.values():
        read = parse_pabulib(write_pabulib(part))
        assert set(read.profile) == set(part.profile)
        assert not read.warnings


def test_a_round_with_one_pot_is_counted_as_a_whole(world: World) -> None:
    round = sealed_round(world)
    whole = freezing.election_for(round, map(ticked, expand(VOTES)))
    assert freezing.elections_by_pot(round, whole) == {}

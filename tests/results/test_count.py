"""The official count: once, by the sealed rule, with a row and its facts for every project."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pbapp.audit.models import Event
from pbapp.audit.queries import check_chain
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results import services
from pbapp.results.models import Count
from pbapp.results.reckoning import reckon
from pbapp.tally import Greedy, OnUnaffordable
from tests.results.factories import BY_WARD, counted_round, sealed_round
from tests.world import World


def test_every_project_gets_a_row_winners_first_in_the_order_funded(world: World) -> None:
    count = counted_round(world)
    rows = [(row.project_key, row.is_funded, row.votes) for row in count.allocations]
    assert rows == [
        ("2", True, 26),
        ("1", True, 24),
        ("4", True, 12),
        ("3", False, 22),
        ("5", False, 3),
    ]
    assert count.total_cost == 10_000_00 == count.budget
    assert [row.awarded for row in count.allocations] == [3_000_00, 4_000_00, 3_000_00, 0, 0]
    assert count.allocations[0].priority_id == world.priorities["mental-health"].id
    assert count.allocations[0].proposal.title == "Walking football"
    assert count.allocations[2].area_id is None


def test_the_facts_of_why_are_kept_as_numbers(world: World) -> None:
    count = counted_round(world)
    facts = count.allocations[3].facts
    assert facts["reason"] == "did_not_fit"
    assert facts["detail"]["left"] == 3_000_00
    change = facts["change"]
    assert (change["cheaper_by"], change["more_votes"]) == (1_500_00, 3)


def test_the_count_is_made_once_however_often_it_is_asked_for(world: World) -> None:
    first = counted_round(world)
    again = services.count(round=first.round, actor="somebody else")[0]
    assert again is first
    official = select(Count).where(Count.is_official)
    assert len(list(db.session.scalars(official))) == 1


def test_another_rule_may_be_tried_beside_the_official_count(world: World) -> None:
    first = counted_round(world)
    rule = Greedy(on_unaffordable=OnUnaffordable.STOP)
    other = services.keep_count(
        profile=first.profile,
        reckoning=reckon(profile=first.profile, rule=rule),
        is_official=False,
        actor="test",
    )
    assert other is not first
    assert [row.project_key for row in other.allocations if row.is_funded] == ["2", "1"]
    assert first.is_official
    assert not other.is_official


def test_the_digests_go_into_the_officers_log(world: World) -> None:
    count = counted_round(world)
    events = list(db.session.scalars(select(Event).order_by(Event.number)))
    assert [event.verb for event in events[-2:]] == ["round.ballots_frozen", "round.counted"]
    facts = events[-1].facts
    assert facts["ballots_digest"] == count.profile.digest
    assert facts["parameters_digest"] == count.parameters_digest
    assert facts["winners"] == ["2", "1", "4"]
    assert check_chain().broken_at is None


def test_an_example_round_is_counted_without_a_voters_list(world: World) -> None:
    round = sealed_round(world, is_example=True)
    [count] = services.store_example_profile(
        round=round,
        ballots=[("1", "2"), ("2",), ("3",)],
        turnout_by_ward=BY_WARD,
        turnout_by_channel={"online": 3},
    )
    assert count.is_official
    assert [row.project_key for row in count.allocations if row.is_funded] == ["2", "1"]


def test_only_an_example_round_takes_made_up_ballots(world: World) -> None:
    round = sealed_round(world)
    with pytest.raises(Refused, match="example"):
        services.store_example_profile(
            round=round, ballots=[("1",)], turnout_by_ward={}, turnout_by_channel={}
        )

"""Every limit of a rule, points, and the comparison of two counts are told in words on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pbapp.ballots.vote import pointed, ranked
from pbapp.db import db
from pbapp.results import importing, services
from pbapp.results.checks import flags
from pbapp.results.models import Count
from pbapp.results.reckoning import reckon_other
from pbapp.rounds.models import Round, VoteType
from pbapp.rounds.setup.forms import _cap_line, _read_cap
from pbapp.tally import Completion, EqualShares, count, parse_pabulib
from tests.client import Browser
from tests.results.factories import BY_WARD, PROJECTS, cast, close_vote, counted_round, sealed_round
from tests.world import World

PAGE = "/rounds/small-grants/results"
GREEDY = {"name": "greedy", "on_unaffordable": "skip"}


def counted(world: World, **rule: Any) -> Count:
    return counted_round(world, rule={**GREEDY, **rule})


# --- limits of most votes first ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "whole", "key", "own"),
    [
        (
            {"min_votes": 20},
            "A project needed at least 20 votes to be funded.",
            "4",
            "The published rule asks for at least 20, and it got 12 votes.",
        ),
        (
            {"min_share": "1/5"},
            "At least 20 in 100 of the people who voted had to choose a project",
            "4",
            "The published rule asks for at least 13, and it got 12 votes.",
        ),
        (
            {"groups": [["1", "2"]]},
            "Only one of “Warm room at the hall” and “Walking football” could be funded.",
            "1",
            "Only one project of its group can be funded, and “Walking football” was before it.",
        ),
        (
            {"caps": [{"name": "Poverty", "limit": 5_000_00, "priority": "poverty"}]},
            "Together, the projects of “Poverty” could get at most £5,000.",
            "4",
            "It cost £3,000, and £1,000 was left of the share for Poverty.",
        ),
        (
            {"caps": [{"name": "West", "limit": 2_000_00, "ward": "S13003051"}]},
            "Together, the projects of “West” could get at most £2,000.",
            "2",
            "It cost £3,000, and £2,000 was left of the share for West.",
        ),
        (
            {"caps": [{"name": "Halls", "limit": 3_000_00, "projects": ["1", "3"]}]},
            "Together, the projects of “Halls” could get at most £3,000.",
            "1",
            "It cost £4,000, and £3,000 was left of the share for Halls.",
        ),
    ],
)
def test_a_limit_is_told_for_the_whole_and_for_who_it_stopped(
    world: World, stranger: Browser, rule: dict, whole: str, key: str, own: str
):
    counted(world, **rule)
    assert whole in stranger.get(PAGE).text
    assert own in stranger.get(f"{PAGE}/{key}").text


def test_the_third_line_names_every_limit(world: World):
    cap = {"name": "Poverty", "limit": 5_000_00, "priority": "poverty"}
    made = counted(world, min_share="1/8", groups=[["1", "2"]], caps=[cap], part_fund="next")
    assert flags(made) == (
        "--rule greedy --on-unaffordable skip --min-votes 12.5% --group 1,2 --cap 1,4=5000 "
        "--part-fund next"
    )


def test_who_is_next_in_line_is_offered_what_is_left(world: World, stranger: Browser):
    round = sealed_round(
        world, rule={**GREEDY, "part_fund": "next"}, projects=PROJECTS[:3], budget_pence=9_000_00
    )
    config = {**round.config, "projects": [dict(row) for row in round.config["projects"]]}
    config["projects"][2]["minimum_pence"] = 1_500_00
    round.config = config
    for chosen, people in {(1, 2): 20, (3,): 15}.items():
        for _ in range(people):
            cast(round, chosen)
    close_vote(round, published=True)
    services.freeze(round=round, by_ward=BY_WARD, actor="test")
    services.count(round=round, actor="test")
    db.session.commit()
    page = stranger.get(PAGE)
    assert "“Tablet library” is next in line, and its group can work with less" in page.text
    assert "it is offered the £2,000 that is left." in page.text
    assert "If the group says yes, nothing is left." in page.text
    assert "it is offered the £2,000 that is left." in stranger.get(f"{PAGE}/3").text


def test_where_the_sealed_rules_have_no_reserve_list_none_is_told(world: World, stranger: Browser):
    made = counted(world)
    assert "the reserve list" in stranger.get(PAGE).text
    made.round.config = {**(made.round.config or {}), "has_reserve": False}
    db.session.commit()
    assert "the reserve list" not in stranger.get(PAGE).text
    assert "reserve list" not in stranger.get(f"{PAGE}/3").text


def test_a_cap_on_a_ward_or_priority_survives_the_officers_form():
    for cap in (
        {"name": "West", "limit": 20_000_00, "ward": "S13003051"},
        {"name": "Poverty", "limit": 5_000_00, "priority": "poverty"},
        {"name": "Halls", "limit": 3_000_00, "projects": ["1", "3"]},
    ):
        assert _read_cap(_cap_line(cap)) == cap


# --- points and rankings -------------------------------------------------------------------------


def voted(world: World, contents: list[str], **values: Any) -> Round:
    round = sealed_round(world, projects=PROJECTS[:3], budget_pence=7_500_00, **values)
    for content in contents:
        cast(round, [1]).content = content
    close_vote(round, published=True)
    services.freeze(round=round, by_ward=BY_WARD, actor="test")
    for official in services.count(round=round, actor="test"):
        other = reckon_other(official=official)
        assert other
        services.keep_other(official=official, reckoning=other, actor="test")
    db.session.commit()
    return round


POINTS = [pointed({"1": 3, "2": 1}).content] * 20 + [pointed({"3": 6, "1": 1}).content] * 15


def test_points_are_told_as_points_everywhere(world: World, stranger: Browser):
    voted(world, POINTS, vote_type=VoteType.CUMULATIVE)
    page = stranger.get(PAGE)
    assert "ProjectPointsCost" in page.text
    assert (
        "Tablet library Example Canal Friends, Digital Inclusion, Coatbridge South 90" in page.text
    )
    assert "For every project we added up the points it was given." in page.text
    assert "“Tablet library” (90 points), came first." in page.text
    assert "With 15 more points it would have been funded." in stranger.get(f"{PAGE}/1").text
    report = stranger.get("/boards/coatbridge/papers/small-grants").text
    assert "ProjectPointsGets" in report


def test_the_other_rule_is_told_in_points_too(world: World, stranger: Browser):
    voted(world, POINTS, vote_type=VoteType.CUMULATIVE)
    page = stranger.get(f"{PAGE}/compare")
    assert "the result is the one by “Most points first”" in page.text
    assert "Under “Equal shares” each person has the same share" in page.text


def test_equal_shares_of_points_says_what_a_point_cost(world: World, stranger: Browser):
    rule = {"name": "equalshares", "completion": "none"}
    voted(world, POINTS, vote_type=VoteType.CUMULATIVE, rule=rule)
    page = stranger.get(PAGE)
    assert "The one that asks the least for each point goes first." in page.text
    assert "a point" in page.text
    assert "for each point they gave it." in stranger.get(f"{PAGE}/1").text
    compared = stranger.get(f"{PAGE}/compare").text
    assert "Under “Most points first” the project with the most points wins" in compared
    lost = stranger.get(f"{PAGE}/3").text
    assert "as many points as anybody gave, it could have been funded." in lost


def test_a_ranking_is_counted_in_points_for_places(world: World, stranger: Browser):
    contents = [ranked(["3", "1"]).content] * 20 + [ranked(["1"]).content] * 15
    voted(world, contents, vote_type=VoteType.ORDINAL, max_choices=3)
    assert "“Warm room at the hall” (85 points), came first." in stranger.get(PAGE).text


def test_who_paid_for_what_stands_beside_the_bar(world: World, stranger: Browser):
    counted_round(world, rule={"name": "equalshares"}, votes={("1", "2"): 60, ("3",): 40})
    page = stranger.get(PAGE)
    assert "Who paid" in page.text
    assert "people, up to £" in page.text


# --- the comparison step -------------------------------------------------------------------------

# Greedy funds 1; equal shares 2 and 3. More people get more from 1.
COMPARED = """META
key;value
description;Compared
currency;GBP
budget;100
vote_type;approval
PROJECTS
project_id;cost;name
1;100;Big
2;30;Left
3;30;Right
4;90;Nobody else
VOTES
voter_id;vote
"""


@pytest.fixture
def compared(world: World) -> Count:
    ballots = ["1"] * 65 + ["2"] * 20 + ["2,3"] * 20 + ["3"] * 20 + ["4"] * 3
    text = COMPARED + "\n".join(f"{n};{vote}" for n, vote in enumerate(ballots)) + "\n"
    counted = importing.prepare(
        election=parse_pabulib(text), source=text.encode(), rule="equalshares"
    )
    rule = EqualShares(completion=Completion.NONE, comparison=True)
    outcome = count(counted.election.instance, counted.election.profile, rule)
    made = importing.import_pabulib(
        counted=replace(counted, rule=rule, outcome=outcome), actor="test", slug="compared"
    )
    db.session.commit()
    return made


def test_winners_that_came_by_the_comparison_say_so(compared: Count, stranger: Browser):
    page = stranger.get("/rounds/compared/results")
    assert [row.project_key for row in compared.allocations if row.is_funded] == ["1"]
    assert "Then we looked at what would win with most votes first." in page.text
    assert "So the projects that win with most votes first are funded." in page.text
    won = stranger.get("/rounds/compared/results/1").text
    assert "By the published rule those are funded, and this is one of them." in won
    assert "left over at the end" not in won


@pytest.mark.parametrize(
    ("key", "says"),
    [("2", "By equal shares it would have won."), ("4", "It won in neither of the two.")],
)
def test_losers_of_the_comparison_say_why_and_what_cannot_be_said(
    compared: Count, stranger: Browser, key: str, says: str
):
    page = stranger.get(f"/rounds/compared/results/{key}")
    assert says in page.text
    assert "What would have changed that cannot be said for sure" in page.text


def test_an_imported_election_has_its_comparison_stored_too(compared: Count, stranger: Browser):
    link = stranger.get("/rounds/compared/results").links()
    assert "What the same ballots would give under another rule" in link
    page = stranger.get("/rounds/compared/results/compare")
    assert "This election was held elsewhere" in page.text

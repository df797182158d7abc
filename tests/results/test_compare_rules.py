"""The same ballots under the other rule: shown beside the result, and never the result."""

from __future__ import annotations

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.results import counting, queries, services
from pbapp.results.models import Count
from pbapp.results.reckoning import reckon_other
from tests.client import Browser
from tests.results.factories import VOTES, cast_all, close_vote, counted_round, sealed_round
from tests.world import World

PAGE = "/rounds/small-grants/results/compare"
RESULT = "/rounds/small-grants/results"
# Sixty people like the same three projects. By equal shares the other people's one wins as well.
SPLIT = {("1", "2", "4"): 60, ("3",): 35}


def compared(world: World, **values) -> Count:
    official = counted_round(world, **values)
    reckoning = reckon_other(official=official)
    assert reckoning
    services.keep_other(official=official, reckoning=reckoning, actor="test")
    db.session.commit()
    return official


def test_the_worker_counts_by_the_other_rule_too(world: World, officer: Browser):
    round = sealed_round(world)
    cast_all(round, VOTES)
    close_vote(round)
    officer.submit(officer.get("/desk/rounds/small-grants/count"), form="count-form")
    assert counting.count_round
    jobs.run_due()
    official = queries.find_official_count(round)
    assert official
    assert official.rule == "greedy"
    other = queries.find_comparison(official)
    assert other
    assert other.rule == "equalshares"
    assert not other.is_official
    assert other.parameters["completion"] == "add1u"


def test_the_page_says_what_would_change(world: World, stranger: Browser):
    compared(world, votes=SPLIT, budget_pence=10_500_00)
    assert PAGE in stranger.get(RESULT).links().values()
    page = stranger.get(PAGE)
    assert page.h1 == "The same ballots under another rule"
    assert "This is a comparison, to learn from. It changes nothing" in page.text
    assert "Most votes first (the result)" in page.text
    assert "“Warm room at the hall” won. Under “Equal shares” it would not." in page.text
    assert "“Tablet library” did not win. Under “Equal shares” it would." in page.text
    assert "Most votes first 60 of 95 people who voted 63 in 100" in page.text
    assert "Equal shares 95 of 95 people who voted 100 in 100" in page.text
    assert "Coatbridge South Equal shares £4,500" in page.text


def test_the_result_page_shows_money_by_ward(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(RESULT)
    assert "What each ward gets" in page.text
    assert "More than one ward £3,000" in page.text


def test_the_comparison_is_public_with_the_result_and_not_before(
    world: World, stranger: Browser, officer: Browser, board_member: Browser
):
    compared(world, published=False)
    stranger.get(PAGE, status=404)
    board_member.get(PAGE, status=404)
    assert "Not public yet" in officer.get(PAGE).text


def test_without_a_comparison_there_is_no_page_and_no_link(world: World, stranger: Browser):
    counted_round(world)
    stranger.get(PAGE, status=404)
    assert PAGE not in stranger.get(RESULT).links().values()

"""The report to a board: what is asked for first, then the result and where each number is from."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pbapp.audit.models import Event
from pbapp.db import db
from tests.client import Browser, QueryCounter
from tests.results.factories import counted_round, sealed_round
from tests.world import World

PAGE = "/boards/coatbridge/papers/small-grants"
INDEX = "/boards/coatbridge/papers"


def test_what_the_board_is_asked_for_comes_first(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert page.h1 == "Result of Small grants"
    assert page.text.index("The board is asked to:") < page.text.index("Walking football")
    assert (
        "note that 65 people voted in Small grants, and that 3 projects won £10,000 of the "
        "£10,000 in the pot;" in page.text
    )
    assert "the money comes from Example Council Fund" in page.text
    assert "Approval of payment: The council's communities committee. The vote is" in page.text


def test_every_project_with_its_group_priority_and_reason(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "Walking football Example Canal Friends, Mental Health, Coatbridge West." in page.text
    assert "Only £3,000 was left at its turn." in page.text
    assert "Together £10,000" in page.text


def test_money_by_priority_stands_beside_the_plan_s_own_actions(world, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "Poverty Work together on Poverty. 2 of 2 £7,000" in page.text
    assert "Digital Inclusion Work together on Digital Inclusion. 0 of 1 £0" in page.text
    assert "What we will do: from the plan. Its source: An example plan" in page.text


def test_people_ties_and_fingerprints_with_their_source(world: World, stranger: Browser):
    count = counted_round(world)
    page = stranger.get(PAGE)
    assert "Coatbridge North 31" in page.text
    assert "frozen on" in page.text
    assert "No tie made a difference" in page.text
    entry = db.session.scalars(select(Event).where(Event.verb == "round.counted")).one()
    for fingerprint in (
        count.profile.digest,
        count.parameters_digest,
        count.round.config_hash,
        entry.hash,
    ):
        assert fingerprint in page.text


def test_a_tie_that_decided_is_in_the_report(world: World, stranger: Browser):
    counted_round(world, votes={("2",): 30, ("4",): 30}, budget_pence=3_000_00)
    assert "That decided which of them was funded." in stranger.get(PAGE).text


@pytest.mark.parametrize(
    ("persona", "sees"),
    [
        ("stranger", False),
        ("resident", False),
        ("group_member", False),
        ("officer_elsewhere", False),
        ("board_member", True),
        ("officer", True),
        ("second_officer", True),
    ],
)
def test_before_publication_the_board_and_its_officers_read_it(
    world: World, request: pytest.FixtureRequest, persona: str, sees: bool
):
    counted_round(world, published=False)
    browser: Browser = request.getfixturevalue(persona)
    page = browser.get(PAGE)
    assert ("Walking football" in page.text) is sees
    assert ("Not public yet" in page.text) is sees
    assert ("is not out yet" in page.h1) is not sees
    assert ("Result of Small grants" in browser.get(INDEX).links()) is sees


def test_once_published_everybody_reads_it(world: World, stranger: Browser, resident: Browser):
    counted_round(world)
    for browser in (stranger, resident):
        assert browser.get(INDEX).links()["Result of Small grants"] == PAGE
        assert "Walking football" in browser.get(PAGE).text


def test_while_people_vote_there_is_no_report(world: World, board_member: Browser):
    sealed_round(world)
    db.session.commit()
    assert "People are voting until" in board_member.get(PAGE).text
    assert "There is no report yet." in board_member.get(INDEX).text


def test_a_report_belongs_to_its_board(world: World, stranger: Browser):
    counted_round(world)
    stranger.get("/boards/airdrie/papers/small-grants", status=404)
    stranger.get("/boards/nowhere/papers/small-grants", status=404)
    stranger.get("/boards/coatbridge/papers/nothing", status=404)
    stranger.get("/boards/nowhere/papers", status=404)


def test_lists_take_few_queries(world: World, stranger: Browser, count_queries: QueryCounter):
    for number in range(4):
        counted_round(world, slug=f"round-{number}")
    count_queries.reset()
    stranger.get(INDEX)
    assert count_queries.number <= 6, count_queries.statements

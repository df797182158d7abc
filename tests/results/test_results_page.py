"""The results page: the answer first, then why; the same page for any round, however large."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.results import importing
from pbapp.results.models import Count
from pbapp.tally import parse_pabulib, read_pabulib
from tests.client import Browser, QueryCounter
from tests.results.factories import close_vote, counted_round, sealed_round
from tests.results.test_import_round import REAL, TOWN, import_text
from tests.rounds.factories import make_round
from tests.world import World

PAGE = "/rounds/small-grants/results"


def test_the_answer_comes_first(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert page.h1 == "The result of Small grants"
    assert "3 of 5 projects are funded, for £10,000 of the £10,000 in the pot." in page.text
    assert page.text.index("Walking football") < page.text.index("Tablet library")
    assert "The whole pot is used: nothing is left." in page.text
    assert "Only £3,000 was left at its turn." in page.text


def test_how_many_people_got_something(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "65 people voted. 42 of them (64 in 100) chose at least one project" in page.text


def test_how_many_got_something_is_not_said_where_few_did_not(world: World, stranger: Browser):
    counted_round(world, votes={("2",): 40, ("5",): 4})
    assert "chose at least one" not in stranger.get(PAGE).text


def test_a_proposal_leads_to_its_outcome_once_it_is_public(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get("/rounds/small-grants/proposals/3")
    assert f"{PAGE}/3" in page.links().values()


def test_a_proposal_says_nothing_of_it_before_publication(world: World, stranger: Browser):
    counted_round(world, published=False)
    page = stranger.get("/rounds/small-grants/proposals/2")
    assert f"{PAGE}/2" not in page.links().values()


def test_money_and_projects_by_priority_of_the_plan(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "Poverty 2 of 2 projects funded £7,000" in page.text
    assert "Mental Health 1 of 2 projects funded £3,000" in page.text
    assert "Digital Inclusion 0 of 1 projects funded £0" in page.text
    assert page.links()["Poverty"] == "/boards/coatbridge/priorities/poverty"


def test_people_who_voted_by_ward_without_small_numbers(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "Coatbridge North 31" in page.text
    assert "Coatbridge South 10" in page.text
    assert "not shown" not in page.text
    assert "Online 65" in page.text


def test_a_small_ward_is_not_shown_and_cannot_be_worked_out(world, stranger, monkeypatch):
    monkeypatch.setattr(
        "tests.results.factories.BY_WARD", {"S13003048": 40, "S13003051": 21, "S13003052": 4}
    )
    counted_round(world)
    page = stranger.get(PAGE)
    assert "Coatbridge North 40" in page.text
    assert "Coatbridge South not shown" in page.text
    assert "Coatbridge West not shown" in page.text
    assert "Numbers under 10 are not shown" in page.text


def test_how_it_was_counted_is_told_with_the_round_s_own_figures(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "65 people voted. For every project we added up the people" in page.text
    assert "“Walking football” (26 votes), came first. It cost £3,000, so £7,000" in page.text
    assert "2 projects cost more than what was left at their turn" in page.text
    assert "Most votes first. What costs more than is left is skipped." in page.text


def test_a_tie_that_decided_is_told(world: World, stranger: Browser):
    counted_round(world, votes={("2",): 30, ("4",): 30, ("1",): 30}, budget_pence=6_000_00)
    page = stranger.get(PAGE)
    assert "had the same support" in page.text
    assert "That decided which of them was funded." in page.text


def test_what_happens_next_and_who_pays(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(PAGE)
    assert "The Coatbridge Community Board notes the result" in page.text
    assert "The council's communities committee approves payment. The vote is binding" in page.text


def test_each_project_tells_its_own_story(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(f"{PAGE}/3")
    assert page.h1 == "Tablet library"
    assert "Not funded" in page.text
    assert "22 of the 65 people who voted chose it." in page.text
    assert "That put it in place 3 of the line." in page.text
    assert "It needed £4,500, and only £3,000 was left when its turn came." in page.text
    assert "Had it cost £1,500 less, it would have been funded." in page.text
    assert "With 3 more votes it would have been funded." in page.text
    assert "number 1 on the reserve list" in page.text
    assert page.links()["Read the proposal"] == "/rounds/small-grants/proposals/3"


def test_a_winner_s_story(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(f"{PAGE}/2")
    assert "No project had more support, so its turn came first." in page.text
    assert "£10,000 was in the pot when its turn came. It cost £3,000" in page.text


def test_an_explanation_on_fewer_than_ten_supporters_is_withheld(world: World, stranger: Browser):
    counted_round(world)
    page = stranger.get(f"{PAGE}/5")
    assert "It needed £9,000, and nothing was left when its turn came." in page.text
    assert "Fewer than ten people chose it, so we say no more" in page.text
    assert "more votes it would" not in page.text


def test_a_project_that_is_not_there_is_not_found(world: World, stranger: Browser):
    counted_round(world)
    stranger.get(f"{PAGE}/99", status=404)
    stranger.get("/rounds/nothing/results", status=404)


def test_a_project_withdrawn_is_marked(world: World, stranger: Browser):
    from pbapp.proposals.models import Proposal, ProposalState
    from pbapp.results import services
    from tests.results.factories import BY_WARD, cast_all

    round = sealed_round(world)
    cast_all(round)
    gone = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    gone.state = ProposalState.WITHDRAWN
    close_vote(round, published=True)
    profile = services.freeze(round=round, by_ward=BY_WARD, actor="test")
    services.count(round=profile.round, actor="test")
    db.session.commit()
    assert "It was withdrawn after the ballot was sealed." in stranger.get(PAGE).text
    assert "after the ballot was sealed. It stays on the list" in stranger.get(f"{PAGE}/1").text


def test_equal_shares_are_told_by_who_paid(world: World, stranger: Browser):
    rule = {"name": "equalshares", "completion": "none"}
    counted_round(world, rule=rule, votes={("1", "2"): 40, ("3",): 15, ("5",): 9, ("2", "4"): 36})
    page = stranger.get(PAGE)
    assert "The pot was shared out equally: each person who voted had £100 to give" in page.text
    assert "pbapp tally small-grants.pb --rule equalshares --completion none" in page.text
    won = stranger.get(f"{PAGE}/2")
    assert "Its cost of £3,000 was shared: 76 people who chose it paid £39.47 each." in won.text
    lost = stranger.get(f"{PAGE}/3")
    assert "and the people who chose it had £1,500 left between them." in lost.text
    spent = stranger.get(f"{PAGE}/1")
    assert "Most of their money had gone to “Walking football” (£1,578.95)." in spent.text
    few = stranger.get(f"{PAGE}/5")
    assert "did not have enough money left to pay for it." in few.text
    assert "Fewer than ten people chose it" in few.text
    assert "£900" not in few.text


# --- who may see it ------------------------------------------------------------------------------

EVERYBODY = [
    "stranger",
    "resident",
    "group_member",
    "board_member",
    "officer",
    "second_officer",
    "officer_elsewhere",
]
OFFICERS = ("officer", "second_officer")


@pytest.mark.parametrize("persona", EVERYBODY)
def test_before_it_is_published_only_the_board_s_officers_see_it(world, request, persona):
    counted_round(world, published=False)
    browser: Browser = request.getfixturevalue(persona)
    page = browser.get(PAGE)
    if persona in OFFICERS:
        assert "Not public yet" in page.text
        assert "Walking football" in page.text
        browser.get(f"{PAGE}/2")
        browser.get("/rounds/small-grants/data")
    else:
        assert page.h1 == "The result of Small grants is not out yet"
        assert "Walking football" not in page.text
        assert "The result comes out on" in page.text
        for address in (f"{PAGE}/2", f"{PAGE}.geojson", "/rounds/small-grants/data"):
            browser.get(address, status=404)
        for name in ("small-grants.pb", "small-grants-rule.json", "small-grants-results.csv"):
            browser.get(f"/rounds/small-grants/data/{name}", status=404)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_while_people_vote_nobody_sees_anything(world, request, persona):
    from tests.results.factories import cast_all

    round = sealed_round(world)
    cast_all(round)
    db.session.commit()
    browser: Browser = request.getfixturevalue(persona)
    page = browser.get(PAGE)
    assert "People are voting until" in page.text
    assert "Nobody can see how people have voted before voting closes" in page.text
    assert "Walking football" not in page.text


def test_a_round_without_a_vote_yet_says_when(world: World, stranger: Browser):
    make_round(world)
    page = stranger.get(PAGE)
    assert "Voting opens on" in page.text
    assert "The result comes out on" in page.text


def test_a_count_that_is_late_is_said(world: World, stranger: Browser):
    close_vote(sealed_round(world), published=True)
    assert "The count is taking longer than planned" in stranger.get(PAGE).text


def test_a_voting_lead_finds_the_count_from_here(world: World, officer: Browser):
    close_vote(sealed_round(world))
    assert officer.get(PAGE).links()["Go to the count"] == "/desk/rounds/small-grants/count"


# --- imported rounds -----------------------------------------------------------------------------


def test_an_imported_round_is_shown_in_its_own_currency(app, stranger: Browser):
    import_text(TOWN, slug="town")
    page = stranger.get("/rounds/town/results")
    assert "2 of 3 projects are funded, for €1,000.50 of the €1,000.50 in the pot." in page.text
    assert "This election was held elsewhere." in page.text
    story = stranger.get("/rounds/town/results/L18/09/XI")
    assert story.h1 == "A swing"
    assert page.links()["A swing"] == "results/L18/09/XI"
    assert "Kind play" in story.text


@pytest.mark.parametrize("key", ["a b", "50%", "#1", "é", "a//b", "?x=1", "a&b", "<b>"])
def test_any_project_id_has_its_page(app, stranger: Browser, key: str):
    import_text(TOWN.replace("L18/09/XI", key), slug="town")
    page = stranger.get("/rounds/town/results")
    address = page.links()["A swing"]
    assert stranger.get(f"/rounds/town/{address}").h1 == "A swing"


def test_hostile_text_in_a_file_stays_text(app, stranger: Browser):
    text = TOWN.replace("A swing", "<img src=x onerror=alert(1)>${alert(1)}")
    import_text(text.replace("Town budget 2024", "<script>alert(1)</script>"), slug="town")
    page = stranger.get("/rounds/town/results")
    assert "<img src=x onerror=alert(1)>${alert(1)}" in page.text
    assert page.h1 == "The result of <script>alert(1)</script>"


def test_amounts_without_a_currency_are_plain_numbers(app, stranger: Browser):
    import_text(TOWN.replace("EUR", "gold"), slug="town")
    assert "for 1,000.5 of the 1,000.5 in the pot" in stranger.get("/rounds/town/results").text


def test_points_are_called_points(app, stranger: Browser):
    text = TOWN.replace("approval", "cumulative").replace("vote;age", "vote;points;age")
    text = text.replace("L18/09/XI,c10;32", "L18/09/XI,c10;3,2.5;32").replace("a;L18", "a;L18")
    text = text.replace("b;L18/09/XI;", "b;L18/09/XI;1;").replace("c;L18/09/XI;", "c;L18/09/XI;4;")
    text = text.replace("d;c10;", "d;c10;1;").replace("e;c2;", "e;c2;1;").replace("f;;", "f;;;")
    import_text(text, slug="town")
    assert "added up the points it was given" in stranger.get("/rounds/town/results").text
    assert "Together they gave it 8 points." in stranger.get("/rounds/town/results/L18/09/XI").text
    assert "Together they gave it 3.5 points." in stranger.get("/rounds/town/results/c10").text


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_elections_have_pages(app, stranger: Browser, shared, name: str):
    file = shared / "pabulib" / "dev" / name
    counted = importing.prepare(election=read_pabulib(file), source=file.read_bytes())
    importing.import_pabulib(counted=counted, actor="test", slug="real")
    db.session.commit()
    page = stranger.get("/rounds/real/results")
    count = db.session.scalars(select(Count).where(Count.is_official)).one()
    for row in count.allocations:
        assert " ".join(row.title.split()) in page.text
    for row in (count.allocations[0], count.allocations[-1]):
        stranger.get(f"/rounds/real/results/{row.project_key}")


def test_a_city_s_result_is_a_light_page_of_few_queries(
    app, stranger: Browser, count_queries: QueryCounter
):
    lines = [f"p{n};{n + 1}000;Project number {n} with a title of usual length" for n in range(160)]
    votes = [f"{n};{','.join(f'p{k}' for k in range(n % 160, 160, 20))}" for n in range(400)]
    head = "META\nkey;value\ndescription;City\nbudget;3000000\nvote_type;approval\ncurrency;PLN"
    text = "\n".join([head, "PROJECTS", "project_id;cost;name", *lines, "VOTES", "voter_id;vote"])
    made = importing.prepare(
        election=parse_pabulib("\n".join([text, *votes])), source=b"a city's file"
    )
    importing.import_pabulib(counted=made, actor="test", slug="city")
    db.session.commit()
    count_queries.reset()
    page = stranger.get("/rounds/city/results")
    assert count_queries.number <= 7, count_queries.statements
    assert len(page.html.encode()) < 55_000

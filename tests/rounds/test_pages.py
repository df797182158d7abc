"""What everybody sees of rounds."""

from __future__ import annotations

import hashlib

from pbapp.proposals import queries as proposals
from pbapp.rounds.models import PhaseKind
from tests.client import Browser, QueryCounter
from tests.proposals.factories import on_ballot
from tests.rounds.factories import make_round, seal
from tests.world import World


def test_before_there_is_a_round_the_page_says_so(stranger: Browser, world: World) -> None:
    page = stranger.get("/rounds")
    assert page.h1 == "Proposals and votes"
    assert "There is no round yet" in page.text


def test_even_an_empty_installation_has_the_page(stranger: Browser) -> None:
    assert "There is no round yet" in stranger.get("/rounds").text


def test_the_list_has_the_board_that_was_asked_for(stranger: Browser, world: World) -> None:
    make_round(world, title="Ours")
    make_round(world, title="Theirs", slug="theirs", board=world.other_board)
    assert "Ours" in stranger.get("/rounds").links()
    theirs = stranger.get("/rounds?board=airdrie")
    assert "Theirs" in theirs.links()
    assert "Ours" not in theirs.links()
    stranger.get("/rounds?board=nowhere", status=404)


def test_a_round_that_is_not_there_is_404(stranger: Browser, world: World) -> None:
    stranger.get("/rounds/nothing", status=404)
    stranger.get("/rounds/nothing/sealed.json", status=404)


def test_a_round_says_whose_money_who_pays_and_what_the_vote_settles(
    stranger: Browser, world: World
) -> None:
    make_round(world, min_age=12)
    page = stranger.get("/rounds/small-grants")
    assert page.h1 == "Small grants"
    for text in (
        "£100,000",
        "Example Council Fund",
        "The council's communities committee",
        "The vote is binding",
        "Most votes first.",
        "You can choose up to 5 projects.",
        "Coatbridge North, Coatbridge South, Coatbridge West",
        "You must be 12 or older.",
        "Groups can send in proposals, 20 days left",
    ):
        assert text in page.text
    assert page.links()["Send in a proposal"] == "/rounds/small-grants/proposals/new"


def test_the_one_big_action_follows_the_dates(stranger: Browser, world: World) -> None:
    for during, label, end in (
        (PhaseKind.REVIEW, "Read the proposals", "/proposals"),
        (PhaseKind.COUNTING, "Read the proposals", "/proposals"),
        (PhaseKind.PUBLISHED, "See the result", "/results"),
    ):
        make_round(world, during, slug=during.value)
        links = stranger.get(f"/rounds/{during.value}").links()
        assert links[label].endswith(end)
        assert "Vote now" not in links


def test_people_vote_when_the_dates_and_the_seal_say_so(stranger: Browser, world: World) -> None:
    round = make_round(world, PhaseKind.VOTING)
    page = stranger.get("/rounds/small-grants")
    assert "Vote now" not in page.links()
    assert "The ballot has not been sealed yet." in page.text
    assert "Tell me the result by e-mail" not in page.links()

    project = proposals.BallotProject(1, "A bench", 500_00)
    found = seal(world, round, [project])
    page = stranger.get("/rounds/small-grants")
    assert page.links()["Vote now"] == "/rounds/small-grants/vote"
    assert page.links()["Tell me the result by e-mail"] == "/rounds/small-grants/tell-me"
    assert found in page.text


def test_the_published_file_is_what_the_seal_is_made_of(stranger: Browser, world: World) -> None:
    round = make_round(world, PhaseKind.REVIEW)
    stranger.get("/rounds/small-grants/sealed.json", status=404)
    found = seal(world, round, [proposals.BallotProject(1, "A bench", 500_00)])
    page = stranger.get("/rounds/small-grants/sealed.json")
    assert hashlib.sha256(page.response.get_data()).hexdigest() == found


def test_what_people_typed_is_shown_and_not_run(stranger: Browser, world: World) -> None:
    make_round(world, title="<img src=x onerror=alert(1)>", description="<script>1</script>")
    page = stranger.get("/rounds/small-grants")
    assert page.h1 == "<img src=x onerror=alert(1)>"
    assert "<script>1</script>" in page.text


def test_a_rounds_page_asks_the_database_little(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    round = make_round(world)
    for _ in range(3):
        on_ballot(world, round)
    count_queries.reset()
    stranger.get("/rounds/small-grants")
    assert count_queries.number <= 4

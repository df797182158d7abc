"""One proposal's page: what it says to whom."""

from __future__ import annotations

from typing import Any

import pytest

from pbapp.db import db
from pbapp.proposals import services
from pbapp.proposals.content import Tie
from pbapp.proposals.models import ProposalState, TieKind
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser, QueryCounter
from tests.proposals.factories import content, make_proposal, on_ballot, returned
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

LIST = "/rounds/small-grants/proposals"


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def test_it_says_what_who_how_where_and_costs_that_add_up(
    stranger: Browser, world: World, round: Round, count_queries: QueryCounter
) -> None:
    ties = [Tie(TieKind.USES, make_asset(world, name).id) for name in ("Example Hall", "The Park")]
    values: dict[str, Any] = {"title": "Walking football", "minimum_pence": 500_00, "ties": ties}
    proposal = on_ballot(world, round, **values)
    count_queries.reset()
    page = stranger.get(f"{LIST}/{proposal.number}")
    asked = [" ".join(one.split()) for one in count_queries.statements]
    assert not [one for one in asked if "FROM asset WHERE" in one]
    assert page.h1 == "Walking football"
    for text in (
        "A weekly game at walking pace.",
        "Two hours every Tuesday",
        "About 30 people over 50.",
        "look out for each other",
        "Example Canal Friends",
        "Coatbridge West",
        "Example Sports Hall",
        "Hall hire £900",
        "Tea £100.50",
        "Together £1,000.50",
        "£500",
        "Checked and put on the ballot",
        "Example Hall",
        "The Park",
    ):
        assert text in page.text
    assert page.links()["Mental Health"] == "/boards/coatbridge/priorities/mental-health"


def test_a_number_that_was_never_given_is_404(stranger: Browser, round: Round) -> None:
    stranger.get(f"{LIST}/99", status=404)
    stranger.get("/rounds/nothing/proposals/1", status=404)


def test_what_waits_is_for_its_group_and_the_boards_officers(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    officer: Browser,
    second_officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
    round: Round,
) -> None:
    path = f"{LIST}/{make_proposal(world, round).number}"
    for browser in (stranger, resident, officer_elsewhere, board_member):
        browser.get(path, status=404)
    assert "Being checked" in group_member.get(path).text
    for browser in (officer, second_officer):
        assert "Decide on this at the desk" in browser.get(path).links()


def test_a_returned_one_tells_its_group_why_and_how_to_go_on(
    group_member: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round)
    page = group_member.get(f"{LIST}/{proposal.number}")
    assert "The cost lines leave out the insurance." in page.text
    assert page.links()["Change it and send it in again"] == f"{LIST}/{proposal.number}/edit"


def test_the_history_shows_edits_to_all_and_reasons_to_few(
    stranger: Browser, group_member: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import deciding
    from tests.proposals.factories import LINK

    proposal = returned(world, round, title="A bench")
    services.edit(
        proposal=proposal,
        content=content(world, title="Two benches"),
        by=world.group_member,
        version=proposal.version,
    )
    deciding.put_on_ballot(proposal=proposal, by=world.officer, version=proposal.version, link=LINK)
    db.session.commit()
    public = stranger.get(f"{LIST}/{proposal.number}")
    assert "Changed and sent in again" in public.text
    assert "Was: A bench" in public.text
    assert "leave out the insurance" not in public.text
    assert "leave out the insurance" in group_member.get(f"{LIST}/{proposal.number}").text
    for secret in (world.officer.name, world.group_member.name, world.group_member.email):
        assert secret not in public.text


def test_text_from_people_is_text(stranger: Browser, world: World, round: Round) -> None:
    nasty = "<img src=x onerror=alert(1)> ${alert(1)} {{ 7*7 }}"
    proposal = on_ballot(world, round, title=nasty, summary=nasty, what=nasty, where_words=nasty)
    page = stranger.get(f"{LIST}/{proposal.number}")
    assert page.h1 == nasty
    assert page.root.find(".//img") is None


def test_its_group_withdraws_it_once(group_member: Browser, world: World, round: Round) -> None:
    proposal = on_ballot(world, round)
    page = group_member.get(f"{LIST}/{proposal.number}")
    for _ in range(2):
        answer = group_member.submit(page)
    assert "Your proposal is withdrawn." in group_member.follow(answer).text
    db.session.refresh(proposal)
    assert proposal.state is ProposalState.WITHDRAWN


def test_nobody_else_withdraws_it(
    stranger: Browser,
    resident: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
    round: Round,
) -> None:
    proposal = on_ballot(world, round)
    path = f"{LIST}/{proposal.number}"
    for browser in (resident, officer, officer_elsewhere, board_member):
        browser.get(path)
        own = {"csrf_token": _token(browser, path)}
        browser.post(f"{path}/withdraw", data=own, status=403)
        assert "Withdraw this proposal" not in browser.get(path).text
    stranger_token = {"csrf_token": _token(stranger, path)}
    assert "/account/sign-in" in str(
        stranger.post(f"{path}/withdraw", data=stranger_token, status=303).location
    )
    db.session.refresh(proposal)
    assert proposal.state is ProposalState.ON_BALLOT


def _token(browser: Browser, path: str) -> str:
    page = browser.get(path)
    meta = next(e for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    return meta.get("content", "")


@pytest.mark.parametrize("number", ["0", "99999999999", "9" * 40])
def test_numbers_no_database_can_hold_are_404(
    stranger: Browser, officer: Browser, round: Round, number: str
) -> None:
    stranger.get(f"{LIST}/{number}", status=404)
    officer.get(f"/desk/proposals/{number}", status=404)


def test_an_address_with_a_nul_in_it_is_404(stranger: Browser, round: Round) -> None:
    stranger.get("/rounds/small%00grants", status=404)
    stranger.get("/rounds?board=coat%00bridge", status=404)


def test_the_account_page_says_where_each_of_our_proposals_stands(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    returned(world, round, title="A bench")
    on_ballot(world, round, title="Walking football")
    page = group_member.get("/account/")
    assert "A bench Example Canal Friends · Small grants Sent back to the group" in page.text
    assert page.links()["Walking football"] == f"{LIST}/2"
    assert "On the ballot" in page.text
    assert "Walking football" not in resident.get("/account/").text


def test_when_the_result_is_out_each_page_says_what_came_of_it(
    stranger: Browser, world: World
) -> None:
    count = counted_round(world, published=True)
    slug = count.round.slug
    for row in count.allocations:
        assert row.proposal is not None
        page = stranger.get(f"/rounds/{slug}/proposals/{row.proposal.number}")
        said = "Funded: £" if row.is_funded else "Not funded this time"
        assert said in page.text
        assert page.links()["See the votes, and why"].endswith(f"/results/{row.project_key}")


def test_before_the_result_is_out_no_page_says_it(
    stranger: Browser, officer: Browser, world: World
) -> None:
    count = counted_round(world, published=False)
    for browser in (stranger, officer):
        page = browser.get(f"/rounds/{count.round.slug}/proposals/1")
        assert "unded" not in page.text

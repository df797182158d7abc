"""The desk's queue: what waits, since when and for whom, for the officer's own boards only."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser, Page, QueryCounter
from tests.proposals.factories import make_proposal, on_ballot, returned
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def waiting_asset(world: World, name: str = "Example Shed", **values: object):  # type: ignore[no-untyped-def]
    return make_asset(world, name, state=AssetState.WAITING, **values)


def rows(page: Page) -> list[str]:
    """The lines of the page's lists of things to do."""
    return [
        " ".join("".join(li.itertext()).split())
        for li in page.root.iter("li")
        if li.get("class") == "pb_tasks__item"
    ]


def test_an_empty_desk_says_so(officer: Browser) -> None:
    page = officer.get("/desk")
    assert page.h1 == "The desk"
    assert "Nothing waits for a decision." in page.text


def test_the_oldest_comes_first_over_both_rooms(
    officer: Browser, world: World, round: Round
) -> None:
    make_proposal(world, round, title="New proposal")
    waiting_asset(world, "Old shed")
    on_ballot(world, round)
    returned(world, round)
    make_asset(world, "On the map")
    page = officer.get("/desk")
    old, new, *rest = rows(page)
    assert old.startswith("Old shed What\u2019s here · Coatbridge North · waits since")
    assert "(3 months ago)" in old
    assert new.startswith("New proposal Proposal · Example Canal Friends · waits since")
    assert all("Your turn" in row for row in (old, new))
    assert len(rest) == 1  # the round
    assert "2 things wait for a decision." in page.text


def test_the_clock_of_a_mended_one_starts_anew(
    officer: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import services
    from tests.proposals.factories import content

    proposal = returned(world, round)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )
        db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=5), tick=False):
        assert "(2 days ago)" in rows(officer.get("/desk"))[0]


def test_whose_turn_it_is_follows_roles_and_groups(
    officer: Browser, second_officer: Browser, world: World, round: Round
) -> None:
    make_proposal(world, round)
    assert "For a moderator" in rows(second_officer.get("/desk"))[0]
    organisations.add_member(organisation=world.group, account=world.officer)
    db.session.commit()
    page = officer.get("/desk")
    assert "Somebody else: your own group" in rows(page)[0]
    assert "0 of them for you" in page.text


def test_another_boards_work_is_not_there(
    officer_elsewhere: Browser, world: World, round: Round
) -> None:
    make_proposal(world, round)
    waiting_asset(world)
    page = officer_elsewhere.get("/desk")
    assert "Airdrie Community Board" in page.text
    assert rows(page) == []
    assert "Nothing waits" in page.text


def test_the_desk_is_for_officers(
    stranger: Browser, resident: Browser, group_member: Browser, board_member: Browser
) -> None:
    assert "/account/sign-in" in str(stranger.get("/desk", status=303).location)
    for browser in (resident, group_member, board_member):
        browser.get("/desk", status=403)


def test_the_queue_asks_the_database_little_whatever_its_length(
    officer: Browser, world: World, round: Round, count_queries: QueryCounter
) -> None:
    numbers = []
    for _ in range(2):
        for _ in range(4):
            make_proposal(world, round)
            waiting_asset(world, main="poverty")
        count_queries.reset()
        officer.get("/desk")
        numbers.append(count_queries.number)
    assert numbers[0] == numbers[1] <= 7

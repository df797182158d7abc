"""The desk's queue: what waits, since when and for whom, for the officer's own boards only."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.proposals.models import ProposalState
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser, Page, QueryCounter
from tests.proposals.factories import make_proposal, on_ballot, quick, returned
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
        " ".join("".join(li.itertext()).split()).split("” ", 1)[-1]
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
    assert old.startswith("Old shed Entry for the map · Coatbridge North · waits since")
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
    noon = clock.now().replace(hour=12)  # nights are counted, and clocks change at night
    with time_machine.travel(noon + timedelta(days=3), tick=False):
        services.edit(
            proposal=proposal,
            content=content(world),
            by=world.group_member,
            version=proposal.version,
        )
        db.session.commit()
    with time_machine.travel(noon + timedelta(days=5), tick=False):
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
    for more in (20, 480):
        for number in range(more):
            proposal = quick(world, round, len(numbers) * 20 + number + 1)
            proposal.state = ProposalState.SUBMITTED
        waiting_asset(world, f"Shed {more}", main="poverty")
        db.session.commit()
        count_queries.reset()
        page = officer.get("/desk?who=turn")
        numbers.append(count_queries.number)
        assert len(rows(page)) in (21, 50)
    assert numbers[0] == numbers[1] <= 6
    assert "502 Your turn" in page.text


def test_filters_stay_on_the_way_in_and_back(officer: Browser, world: World, round: Round) -> None:
    for title in ("Path walk", "Path paint", "Another"):
        make_proposal(world, round, title=title)
    waiting_asset(world, "Path shed")
    page = officer.get("/desk?what=proposal&q=PATH")
    assert [row.split(" Proposal")[0] for row in rows(page)] == ["Path walk", "Path paint"]
    assert "2 All that waits" in page.text
    item = officer.get(page.links()["Path walk"])
    assert "what=proposal&q=PATH" in item.links()["The desk"]
    assert item.links()["Next: Path paint"].endswith("what=proposal&q=PATH")
    back = officer.submit(item, form="decide", press="outcome=approved")
    assert back.location == "/desk?what=proposal&q=PATH"
    assert [row.split(" Proposal")[0] for row in rows(officer.follow(back))] == ["Path paint"]


def test_decide_and_next(officer: Browser, world: World, round: Round) -> None:
    first, second = (make_proposal(world, round, title=title) for title in ("First", "Second"))
    page = officer.get(f"/desk/proposals/{first.id}?who=turn")
    page = officer.submit(page, {"then": "next"}, form="decide", press="outcome=approved")
    assert page.location == f"/desk/proposals/{second.id}?who=turn&then=next"
    page = officer.follow(page)
    assert "“First”: put on the ballot" in page.text
    page = officer.submit(page, form="decide", press="outcome=approved")
    assert page.location == "/desk?who=turn"


def test_the_numbers_are_those_of_the_queue(
    officer: Browser, second_officer: Browser, world: World, round: Round
) -> None:
    make_proposal(world, round)
    waiting_asset(world)  # 100 days old
    page = officer.get("/desk")
    for words in ("2 All that waits", "2 Your turn", "0 In your hands", "1 Overdue"):
        assert words in page.text
    assert len(rows(officer.get("/desk?who=overdue"))) == 1
    assert "0 Your turn" in second_officer.get("/desk").text


def test_a_refusal_asked_for_and_an_appeal_wait_in_the_queue(
    officer: Browser, second_officer: Browser, group_member: Browser, world: World, round: Round
) -> None:
    proposal = make_proposal(world, round, title="Walking football")
    page = officer.get(f"/desk/proposals/{proposal.id}")
    officer.submit(page, {"refuse-reason": "Not for this fund."}, form="refuse")
    assert "Somebody else: you asked" in rows(officer.get("/desk"))[0]
    (row, *_rest) = rows(second_officer.get("/desk?what=refusal"))
    assert row.startswith("Walking football Refusal asked for · Orla Officer")
    page = second_officer.get("/desk?what=refusal")
    page = second_officer.get(page.links()["Walking football"])
    second_officer.submit(page, form="answer-refusal", press="answer=agreed")
    path = f"/rounds/small-grants/proposals/{proposal.number}/appeal"
    group_member.submit(group_member.get(path), {"reason": "It is."}, form="appeal")
    for browser in (officer, second_officer):
        assert "Somebody else: you took part" in rows(browser.get("/desk?what=appeal"))[0]


def test_the_pane_shows_the_same_without_the_page_around_it(
    officer: Browser, world: World, round: Round
) -> None:
    proposal = make_proposal(world, round, title="Walking football")
    path = f"/desk/proposals/{proposal.id}?from=queue&who=turn"
    part = officer.get(path, headers={"HX-Request": "true"})
    assert "<html" not in part.html
    page = officer.submit(part, form="decide", press="outcome=approved")
    assert page.location == "/desk?who=turn"


@pytest.mark.parametrize(
    "asked", ["what=nothing", "board=99", "round=x", "who=me", "page=١٢", "page=99", "q=%00"]
)
def test_what_nobody_offers_narrows_nothing(
    officer: Browser, world: World, round: Round, asked: str
) -> None:
    make_proposal(world, round)
    assert len(rows(officer.get(f"/desk?{asked}"))) >= 1


def test_questions_and_what_people_say_is_wrong_wait_in_the_queue(
    officer: Browser, stranger: Browser, world: World, round: Round
) -> None:
    proposal = on_ballot(world, round, title="Warm room")
    page = f"/rounds/{round.slug}/proposals/{proposal.number}"
    stranger.submit(stranger.get(f"{page}/ask"), {"text": "Is it warm?"})
    stranger.submit(stranger.get(f"{page}/wrong"), {"text": "It is not there."})
    desk = officer.get("/desk")
    listed = "\n".join(rows(desk))
    assert "Is it warm? Question to read · Warm room" in listed
    assert "Warm room Something is wrong" in listed
    assert len(rows(officer.get("/desk?what=question"))) == 1
    for what, name, typed in (
        ("question", "Is it warm?", {"outcome": "show"}),
        ("concern", "Warm room", {"text": "We have put it right."}),
    ):
        queue = f"/desk?what={what}&who=turn"
        item = officer.get(officer.get(queue).links()[name])
        assert officer.submit(item, typed).location == queue


def test_nobody_is_led_back_to_another_site(
    officer: Browser, stranger: Browser, world: World, round: Round
) -> None:
    proposal = on_ballot(world, round)
    page = f"/rounds/{round.slug}/proposals/{proposal.number}"
    stranger.submit(stranger.get(f"{page}/wrong"), {"text": "It is not there."})
    address = officer.get("/desk").links()[proposal.title].partition("?")[0]
    item = officer.get(f"{address}?back=//evil.example/desk")
    assert item.links()["The desk"] == "/desk"
    assert officer.submit(item, {"text": "Mended."}).location == "/desk/concerns"

"""The plan and its priorities, as anybody reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.plans import progress, queries, services
from pbapp.plans.models import ActionStatus
from pbapp.plans.plan_writing import text_of
from pbapp.plans.services import Line, PriorityText
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.proposals.factories import make_proposal, on_ballot
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

PATH = "/boards/coatbridge/priorities/poverty"


def adopt_next(world: World) -> None:
    services.adopt_plan(
        board=world.board,
        title="The next plan",
        starts_on=clock.today() + timedelta(days=30),
        ends_on=clock.today() + timedelta(days=900),
        source="An example",
        priorities=[
            PriorityText(
                slug="poverty",
                title="Money worries",
                summary="In short.",
                why="A new why.",
                success="Done.",
                actions=[Line("Do it in the long words of a plan.", "Do it.")],
            )
        ],
    )
    db.session.commit()


def test_the_plan_names_its_priorities_dates_and_source(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/coatbridge/plan")
    assert page.h1 == "The Coatbridge plan (LOIP)"
    for said in ("3 priorities", "An example plan", "Runs until", "Local Outcome Improvement Plan"):
        assert said in page.text
    assert page.links()["Digital Inclusion"] == "/boards/coatbridge/priorities/digital-inclusion"


def test_a_board_without_a_plan_says_so(stranger: Browser, world: World) -> None:
    assert "has no plan yet" in stranger.get("/boards/airdrie/plan").text


def test_a_plan_that_has_run_out_says_so(stranger: Browser, world: World) -> None:
    with time_machine.travel(clock.now() + timedelta(days=2000), tick=False):
        assert "This plan has run out" in stranger.get("/boards/coatbridge/plan").text


def test_a_priority_says_why_what_and_what_helps(stranger: Browser, world: World) -> None:
    make_asset(world, "Food larder", main="poverty")
    make_asset(world, "Library", main="digital-inclusion", supports=["poverty"])
    make_asset(world, "Waiting", main="poverty", state=AssetState.WAITING)
    page = stranger.get(PATH)

    assert page.h1 == "Poverty"
    for said in (
        "People told us Poverty matters.",
        "Work together on Poverty.",
        "Know more about Poverty.",
        "People say Poverty is better.",
        "Helps most with this",
        "Helps with this too",
    ):
        assert said in page.text
    assert page.text.index("Food larder") < page.text.index("Library")
    assert "Waiting" not in page.text


def test_gaps_are_said_plainly(stranger: Browser, world: World) -> None:
    adopt_next(world)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        page = stranger.get(PATH)
    assert "The plan lists no aims for this priority." in page.text
    assert "That is a gap" in page.text


def test_each_day_shows_its_own_version_and_what_came_before(
    stranger: Browser, world: World
) -> None:
    adopt_next(world)
    assert stranger.get(PATH).h1 == "Poverty"
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        page = stranger.get(PATH)
        assert page.h1 == "Money worries"
        for said in ("What earlier plans said", "People told us Poverty matters.", "Do it."):
            assert said in page.text
        dropped = stranger.get("/boards/coatbridge/priorities/mental-health")
        assert "not in the plan of today" in dropped.text


def test_a_version_keeps_its_address_and_says_when_it_was_replaced(
    stranger: Browser, world: World
) -> None:
    adopt_next(world)
    make_round(world, slug="small-grants")
    old = f"/boards/coatbridge/plan/{world.plan.starts_on.isoformat()}"
    new = f"/boards/coatbridge/plan/{(clock.today() + timedelta(days=30)).isoformat()}"
    assert "This plan was replaced" not in stranger.get(old).text
    assert "This plan begins on" in stranger.get(new).text
    assert "This plan has not begun yet." in stranger.get("/boards/coatbridge/plan").text
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        page = stranger.get(old)
        assert page.h1 == "The Coatbridge plan (LOIP)"
        assert page.text.count("Ended with this plan") == 2
        for said in (
            "This plan was replaced on",
            "Work together on Mental Health.",
            "carries this",
        ):
            assert said in page.text
        current = stranger.get("/boards/coatbridge/plan")
        assert current.links()["The Coatbridge plan (LOIP)"] == old
        assert "New in this plan" not in stranger.get(new).text
        round = stranger.get("/rounds/small-grants")
        assert round.links()["The plan it serves: The Coatbridge plan (LOIP)"] == old
    for nowhere in ("2019-01-01", "today", "0000-00-00"):
        stranger.get(f"/boards/coatbridge/plan/{nowhere}", 404)


def test_an_action_that_goes_on_keeps_its_history(
    officer: Browser, stranger: Browser, world: World
) -> None:
    action = world.plan.versions[0].actions[0]
    path = f"{PATH}/actions/{action.id}"
    officer.submit(officer.get(path), {"status": "under_way", "progress": "Begun."})
    text = text_of(world.plan, queries.load_whole(world.plan), {})
    begins = clock.today() + timedelta(days=3)
    services.adopt_text(board=world.board, text=replace(text, starts_on=begins))
    db.session.commit()
    officer.submit(officer.get(path), {"status": "done", "progress": "Ready."})
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        assert "Ready." in stranger.get(PATH).text
        (later,) = queries.list_continuing(db.session.merge(action))
        told = Browser(officer.app, signed_in_as=world.officer).get(f"{PATH}/actions/{later.id}")
        assert "Begun." in told.text
        later.progress = "Newer word."
        db.session.commit()
        progress.report_action(
            action=db.session.merge(action),
            status=ActionStatus.DONE,
            progress="Late word.",
            by=world.officer,
        )
        assert later.progress == "Newer word."


def test_a_priority_that_is_not_there(stranger: Browser, world: World) -> None:
    stranger.get("/boards/coatbridge/priorities/nonsense", status=404)
    stranger.get("/boards/airdrie/priorities/poverty", status=404)


def test_the_thread_leads_to_proposals_and_to_money(stranger: Browser, world: World) -> None:
    counted_round(world)
    on_ballot(
        world, make_round(world, slug="next"), title="Advice van", priority_id=_poverty(world)
    )
    page = stranger.get(PATH)

    for said in ("Advice van", "£1,000.50", "Warm room at the hall", "School uniform bank"):
        assert said in page.text
    assert page.links()["Proposals"].endswith("/priorities/poverty#proposals")
    assert "£7,000" in page.text
    empty = stranger.get("/boards/coatbridge/priorities/digital-inclusion")
    assert "No money has been shared out for this priority yet." in empty.text


def test_what_is_not_public_yet_is_not_in_the_thread(stranger: Browser, world: World) -> None:
    counted_round(world, published=False)
    make_proposal(
        world, make_round(world, slug="next"), title="Not read yet", priority_id=_poverty(world)
    )
    page = stranger.get(PATH)
    assert "No money has been shared out" in page.text
    assert "Not read yet" not in page.text


def _poverty(world: World) -> int:
    return world.priorities["poverty"].id

"""From the plan to pounds and back: each step with its figure, or named as missing."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from pbapp import clock
from pbapp.db import db
from pbapp.delivery.models import Award, AwardState, Payment, Report
from pbapp.engagement import services as engagement
from pbapp.engagement.models import EngagementKind
from pbapp.papers.followup.models import BoardAction
from pbapp.plans.models import ActionStatus, Direction, Indicator, Reading
from pbapp.proposals.models import Proposal
from pbapp.results.models import Allocation
from tests.assets.factories import make_asset
from tests.client import Browser, Page, QueryCounter
from tests.papers.factories import a_meeting
from tests.results.factories import counted_round
from tests.world import World

BOARD = "/boards/coatbridge"
STEPS = (
    "What people said",
    "What is here, and what is missing",
    "Proposals",
    "The vote",
    "Money won",
    "Money paid, or a service changed",
    "What groups report",
    "What the figures show",
)


def whole(world: World) -> None:
    """One pound from what a person said to a figure, under Poverty."""
    poverty = world.priorities["poverty"]
    engagement.record(
        board=world.board,
        by=None,
        told=engagement.Heard(
            kind=EngagementKind.SURVEY,
            title="Warm and fed",
            held_on=clock.today() - timedelta(days=90),
            heard="Evenings are hard.",
            people=1200,
            priorities=[poverty],
        ),
    )
    make_asset(world, "Food larder", main="poverty")
    counted_round(world)
    row = db.session.query(Allocation).filter_by(title="Warm room at the hall").one()
    award = Award(
        round_id=row.count.round_id,
        allocation_id=row.id,
        proposal_id=row.proposal_id,
        state=AwardState.APPROVED,
        amount_pence=3_500_00,
        link="https://pb.example.org/a",
        offered_at=clock.now(),
    )
    award.payments = [Payment(paid_on=clock.today(), amount_pence=2_000_00)]
    award.reports = [
        Report(
            told_at=clock.now(),
            text="Open.",
            difference="=40 people come each week.",
            spent_pence=1_500_00,
            is_final=False,
        )
    ]
    figure = Indicator(
        priority=poverty,
        slug="parcels",
        name="Food parcels",
        unit="parcels",
        direction=Direction.DOWN,
        source="A food bank",
    )
    figure.readings = [
        Reading(taken_on=clock.today() - timedelta(days=days), value=value, noted_at=clock.now())
        for days, value in ((400, 900), (30, 840))
    ]
    db.session.add_all([award, figure])
    db.session.commit()


def steps_of(page: Page) -> dict[str, str]:
    (chain,) = [e for e in page.root.iter("ol") if e.get("class") == "pb_thread"]
    texts = [" ".join("".join(step.itertext()).split()) for step in chain.iter("li")]
    return dict(zip(STEPS, texts, strict=True))


def test_a_whole_thread_has_a_figure_a_day_and_a_source_at_each_step(
    stranger: Browser, world: World
) -> None:
    whole(world)
    page = stranger.get(f"{BOARD}/priorities/poverty")
    steps = steps_of(page)
    for (name, said), wanted in zip(
        steps.items(),
        (
            ("1 record", "1,200 people reached", "Warm and fed"),
            ("1 entry in its wards helps", "Nothing for this in"),
            ("2 proposals", "£7,000"),
            ("for 2 projects",),
            ("£6,500", "2 projects"),
            ("£2,000 paid", "£1,500 spent so far"),
            ("1 report", "=40 people come each week.", "Warm room at the hall"),
            ("840 parcels", "down from 900", "less is better", "A food bank"),
        ),
        strict=True,
    ):
        assert said.startswith(name)
        assert "Missing" not in said
        for words in wanted:
            assert words in said, (words, said)
    (chain,) = [e for e in page.root.iter("ol") if e.get("class") == "pb_thread"]
    for link in chain.iter("a"):
        stranger.get(link.get("href", "").split("#")[0])


def test_missing_links_are_shown_as_missing(stranger: Browser, world: World) -> None:
    steps = steps_of(stranger.get(f"{BOARD}/priorities/mental-health"))
    for name in STEPS:
        assert ("Missing" in steps[name]) is (name != STEPS[1]), name
    page = stranger.get(f"{BOARD}/thread")
    assert page.text.count("Missing") == 3 * (len(STEPS) - 1)
    assert "No project has won money" in page.text
    assert "no plan yet" in stranger.get("/boards/airdrie/thread").text
    stranger.get("/boards/nowhere/thread", 404)


def test_a_service_that_changes_because_of_a_result_is_part_of_the_thread(
    stranger: Browser, world: World
) -> None:
    counted_round(world)
    proposal = db.session.query(Proposal).filter_by(title="Walking football").one()
    action = BoardAction(
        meeting=a_meeting(world),
        proposal=proposal,
        text="Keep the pitch lit until nine.",
        owner="Culture and Leisure",
        due_on=clock.today(),
        status=ActionStatus.PLANNED,
        noted_at=clock.now(),
    )
    db.session.add(action)
    db.session.commit()
    path = f"{BOARD}/priorities/mental-health"
    assert "Missing" in steps_of(stranger.get(path))[STEPS[5]]
    db.session.merge(action).status = ActionStatus.UNDER_WAY
    db.session.commit()
    said = steps_of(stranger.get(path))[STEPS[5]]
    assert "1 service changes" in said
    assert "Culture and Leisure" in said
    assert "pitch lit" in stranger.get(f"{BOARD}/actions").text


def test_the_board_has_the_money_as_a_picture_with_its_table(
    stranger: Browser, world: World
) -> None:
    whole(world)
    page = stranger.get(f"{BOARD}/thread")
    (picture,) = [e for e in page.root.iter() if e.get("role") == "img"]
    words = " ".join("".join(picture.itertext()).split())
    for said in (
        "Poverty£6,500",
        "Mental Health£3,000",
        "Coatbridge North£3,500",
        "More than one ward£3,000",
        "Poverty → Coatbridge North: £3,500",
        "Won, not paid yet£6,000",
    ):
        assert said in words, words
    table = next(e for e in page.root.iter("table") if e.get("id") == "projects")
    assert len(list(table.iter("tr"))) == 1 + 3
    assert "£9,500" in (picture.get("aria-label") or "")


def test_what_is_not_public_is_in_no_picture_and_no_file(stranger: Browser, world: World) -> None:
    counted_round(world, published=False)
    for path in ("thread", "thread.csv", "thread.json"):
        assert "Warm room" not in stranger.get(f"{BOARD}/{path}").html


def test_the_files_say_the_same_and_run_no_formula(stranger: Browser, world: World) -> None:
    whole(world)
    page = stranger.get(f"{BOARD}/thread.csv")
    rows = list(csv.DictReader(io.StringIO(page.html.removeprefix("\ufeff"))))
    warm = next(row for row in rows if row["project_title"] == "Warm room at the hall")
    assert (warm["awarded"], warm["paid"], warm["spent"]) == ("350000", "200000", "150000")
    assert warm["difference"] == "'=40 people come each week."
    stranger.get(warm["result_url"].removeprefix("http://127.0.0.1:8000"))
    stranger.get(warm["award_url"].removeprefix("http://127.0.0.1:8000"))
    told = json.loads(stranger.get(f"{BOARD}/thread.json").html)
    assert [one["name"] for one in told["priorities"]] == [
        "Poverty",
        "Mental Health",
        "Digital Inclusion",
    ]
    assert [step["missing"] for step in told["priorities"][0]["steps"]] == [False] * 8
    assert len(told["projects"]) == len(rows) == 3


def test_a_page_asks_as_many_questions_however_much_was_won(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    stranger.get(f"{BOARD}/thread")
    count_queries.reset()
    stranger.get(f"{BOARD}/thread")
    empty = count_queries.number
    whole(world)
    count_queries.reset()
    stranger.get(f"{BOARD}/thread")
    assert count_queries.number <= empty + 7

"""Points, rankings, guards and pots through the pages, without script, to the published result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pbapp.ballots.models import Ballot
from pbapp.ballots.paper import services as paper
from pbapp.db import db
from pbapp.rounds.models import PotsPerVoter, Round, VoteType
from tests.ballots import papers
from tests.ballots.factories import close, live, open_round
from tests.ballots.walk import prove, receipt_of, send, vote_page
from tests.client import Browser, Page
from tests.world import World

POINTS = {
    "vote_type": VoteType.CUMULATIVE,
    "points_each": 10,
    "points_most": 6,
    "max_choices": None,
}
RANKS = {"vote_type": VoteType.ORDINAL, "max_choices": 3}
EXACTLY = {"min_choices": 2, "max_choices": 2, "within_pot": False}
ONE = {"vote_type": VoteType.CHOOSE_ONE}


def contents() -> list[str]:
    return list(db.session.scalars(select(Ballot.content).where(Ballot.is_live)))


def mark(browser: Browser, round: Round, fields: Mapping[str, Any], status: int = 303) -> Page:
    page = browser.get(vote_page(round, "/choose"))
    return browser.submit(page, dict(fields), form="ballot", status=status)


def value_of(page: Page, name: str) -> str | None:
    for element in page.root.iter():
        if element.get("name") == name and element.tag == "input":
            return element.get("value")
        if element.get("name") == name and element.tag == "select":
            picked = [o for o in element.iter("option") if o.get("selected") is not None]
            return picked[0].get("value") if picked else ""
    return None


@pytest.mark.parametrize(
    ("guards", "fields", "content", "said"),
    [
        (
            POINTS,
            {"points-3": "6", "points-1": " 2 "},
            '{"points":{"1":2,"3":6}}',
            ["You give your points to these 2 projects", "6 points", "You have 2 points left"],
        ),
        (
            RANKS,
            {"rank-3": "1", "rank-1": "3"},
            '{"ranking":["3","1"]}',
            ["You put these 2 projects in order, the best first", "Project 1, £10,000 2nd choice"],
        ),
        (EXACTLY, {"choice": ["5", "4"]}, '{"choices":["4","5"]}', ["these 2 projects"]),
        (ONE, {"choice": ["4"]}, '{"choices":["4"]}', ["to this project"]),
    ],
    ids=["points", "ranking", "exactly", "one"],
)
def test_a_vote_is_marked_reviewed_sent_and_shown_to_the_holder_of_the_receipt(
    stranger: Browser,
    world: World,
    guards: dict[str, Any],
    fields: dict[str, Any],
    content: str,
    said: list[str],
) -> None:
    round = open_round(world, guards=guards)
    prove(stranger, round)
    review = stranger.follow(mark(stranger, round, fields))
    for text in said:
        assert text in review.text
    assert "Not yet sent" in review.text
    done = send(stranger, review)
    assert contents() == [content]
    page = stranger.get(vote_page(round, "/choose"))
    assert "What you change here is not sent until you press" in page.text
    page = stranger.get("/rounds/small-grants/receipt")
    page = stranger.submit(page, {"receipt": receipt_of(done)}, status=200)
    assert "This ballot is in the box, and counts" in page.text
    assert "Project 4" in page.text or "Project 3, £30,000" in page.text


@pytest.mark.parametrize(
    ("guards", "fields", "said"),
    [
        (POINTS, {"points-1": "\u0661\u0662"}, "Give “Project 1” its points in digits"),
        (POINTS, {"points-1": "1_000"}, "Give “Project 1” its points in digits"),
        (POINTS, {"points-1": "-3"}, "Give “Project 1” its points in digits"),
        (POINTS, {"points-1": "2.5"}, "Give “Project 1” its points in digits"),
        (POINTS, {"points-1": "7"}, "“Project 1” has 7 points. One project can get 6 at most."),
        (POINTS, {"points-1": "6", "points-2": "5"}, "You have given 11 points. You have 10"),
        (POINTS, {"points-1": ["1", "2"]}, "A project was chosen twice."),
        (POINTS, {}, "Choose at least one project."),
        (RANKS, {"rank-1": "2", "rank-4": "2"}, "Two projects have the place 2."),
        (RANKS, {"rank-1": "first"}, "Give “Project 1” its place in digits"),
        (RANKS, {f"rank-{n}": str(n) for n in range(1, 5)}, "You can choose 3: take 1 out."),
        (EXACTLY, {"choice": ["4"]}, "You have chosen 1. Choose exactly 2 projects."),
        (ONE, {"choice": ["4", "5"]}, "You have chosen 2 projects. You can choose 1"),
    ],
)
def test_a_fault_is_said_once_and_what_was_typed_stays(
    stranger: Browser, world: World, guards: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    round = open_round(world, guards=guards)
    page = mark(stranger, round, fields, status=422)
    assert said in " ".join(page.errors())
    for name, typed in fields.items():
        if isinstance(typed, str) and name.startswith(("points", "rank")) and typed != "first":
            assert value_of(page, name) in (typed, "")
    assert contents() == []


@pytest.mark.parametrize(
    ("guards", "marked", "sent"),
    [
        (POINTS, {"points-99": "1"}, {"points-99": "1"}),
        (RANKS, {"rank-99": "1"}, {"rank": "99"}),
        ({}, {"choice": "99"}, {"choice": "99"}),
    ],
    ids=["points", "ranking", "ticks"],
)
def test_another_rounds_project_is_refused_at_every_step(
    stranger: Browser,
    world: World,
    guards: dict[str, Any],
    marked: dict[str, str],
    sent: dict[str, str],
) -> None:
    round = open_round(world, guards=guards)
    prove(stranger, round)
    page = stranger.get(vote_page(round, "/choose"))
    token = {"csrf_token": page.form("ballot").filled({})[0][1]}
    page = stranger.post(vote_page(round, "/choose"), {**token, **marked}, status=422)
    assert "not in this vote" in " ".join(page.errors())
    data = {**token, "key": "0" * 32, **sent}
    page = stranger.post(vote_page(round, "/review"), data, status=422)
    assert "not in this vote" in " ".join(page.errors())
    assert contents() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"points-1": ["1", "2"]}, "We could not read this vote."),
        ({"points-1": "-1"}, "We could not read this vote."),
        ({"choice": "1"}, "This is not how people vote in this round."),
        ({"rank": "1"}, "This is not how people vote in this round."),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(
    stranger: Browser, world: World, sent: dict[str, Any], said: str
) -> None:
    round = open_round(world, guards=POINTS)
    prove(stranger, round)
    page = stranger.get(vote_page(round, "/choose"))
    token = {"csrf_token": page.form("ballot").filled({})[0][1], "key": "0" * 32}
    page = stranger.post(vote_page(round, "/review"), {**token, **sent}, status=422)
    assert said in " ".join(page.errors())
    assert contents() == []


# --- pots -----------------------------------------------------------------------------------


def test_each_pot_has_its_projects_its_guard_and_its_bar_and_may_be_left_out(
    stranger: Browser, world: World
) -> None:
    round = open_round(world, by_ward=True, guards={"max_choices": 1})
    prove(stranger, round)
    page = stranger.get(vote_page(round, "/choose"))
    assert f"There are {len(world.wards)} pots of money." in page.text
    for ward in world.wards.values():
        assert ward.name in page.text
    page = mark(stranger, round, {"choice": ["1", "4", "2"]}, status=422)
    assert "You have chosen 2 projects. You can choose 1" in " ".join(page.errors())
    review = stranger.follow(mark(stranger, round, {"choice": ["1", "2"]}))
    send(stranger, review)
    assert live(round) == [("1", "2")]


def test_where_people_vote_in_one_pot_they_pick_it_first_and_can_change_it(
    stranger: Browser, world: World
) -> None:
    one = {"pots_per_voter": PotsPerVoter.ONE}
    round = open_round(world, by_ward=True, guards=one)
    page = stranger.get(vote_page(round, "/choose"))
    assert "Which pot do you vote in?" in page.text
    assert "Project 1" not in page.text
    wrong = stranger.follow(stranger.submit(page, {"pot": "9"}, form="pot"))
    assert "Choose the pot you vote in." in wrong.text
    page = stranger.follow(stranger.submit(page, {"pot": "2"}, form="pot"))
    assert "Project 1" in page.text
    assert "Project 2" not in page.text
    mark(stranger, round, {"choice": ["1", "4"]})
    token = {"csrf_token": page.form("ballot").filled({})[0][1]}
    stranger.post(vote_page(round, "/pick"), {**token, "choice": "2"})
    page = stranger.get(vote_page(round, "/choose"))
    assert "this project is in another" in page.text
    page = stranger.follow(stranger.submit(page, {"pot": "3"}, form="pot"))
    assert "is taken out: you vote in one" in page.text
    assert "Project 2" in page.text
    prove(stranger, round)
    send(stranger, stranger.follow(mark(stranger, round, {"choice": ["2", "5"]})))
    assert live(round) == [("2", "5")]


def test_one_choice_in_each_of_several_pots(stranger: Browser, world: World) -> None:
    round = open_round(world, by_ward=True, guards=ONE)
    prove(stranger, round)
    page = mark(stranger, round, {"choice-1": "3", "choice-2": "4", "choice-3": None})
    send(stranger, stranger.follow(page))
    assert live(round) == [("3", "4")]


def test_a_pot_with_enough_for_all_or_with_nothing_in_it_says_so(
    stranger: Browser, world: World
) -> None:
    page = stranger.get(vote_page(open_round(world, [1_000_00], by_ward=True), "/choose"))
    assert "There is nothing to decide here: the pot of £100,000 has enough" in page.text
    assert page.text.count("No project asks for money") == len(world.wards) - 1


# --- on paper -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guards", "pile", "other", "settled", "kept"),
    [
        (
            POINTS,
            ["1=6 2=4", "3=2"],
            "3=3",
            "3=2",
            ['{"points":{"1":6,"2":4}}', '{"points":{"3":2}}'],
        ),
        (RANKS, ["3 1", "2 1"], "1 2", "2 1", ['{"ranking":["2","1"]}', '{"ranking":["3","1"]}']),
        (EXACTLY, ["1 2", "x"], "1 3", "x", ['{"choices":["1","2"]}']),
    ],
    ids=["points", "ranking", "exactly"],
)
def test_papers_are_read_blind_by_two_and_a_third_settles_what_differs(
    world: World,
    app: Flask,
    guards: dict[str, Any],
    pile: list[str],
    other: str,
    settled: str,
    kept: list[str],
) -> None:
    round = open_round(world, guards=guards)
    hall = papers.make_venue(world, round)
    close(round)
    batch = papers.open_batch(world, round, hall, len(pile))
    papers.key(round, batch, world.officer, pile)
    papers.key(round, batch, world.second_officer, [pile[0], other])
    (doubted,) = papers.progress(batch).doubted
    third = papers.third_officer(world)
    paper.resolve(round=round, batch=batch, serial=doubted.serial, by=third, typed=settled)
    papers.check_sample(round, batch, third)
    keys = app.extensions["pbapp"].keys
    paper.accept(round=round, batch=batch, keys=keys, by=world.officer, note="Nobody was marked.")
    db.session.commit()
    assert sorted(contents()) == kept


# --- a long list ----------------------------------------------------------------------------


@pytest.mark.parametrize("guards", [POINTS, RANKS, {"within_pot": False}])
def test_two_hundred_projects_can_all_be_chosen_and_filtered(
    stranger: Browser, world: World, guards: dict[str, Any], count_queries
) -> None:
    wide = {**guards, "max_choices": None, "points_each": 40_000, "points_most": 999}
    round = open_round(world, [1_000_00] * 200, guards=wide)
    prove(stranger, round)
    ids = [str(n) for n in range(1, 201)]
    if "points_each" in guards:
        fields: dict[str, Any] = {f"points-{id}": str(int(id) * 37 % 190 + 10) for id in ids}
    elif "vote_type" in guards:
        fields = {f"rank-{id}": str(int(id) * 37 % 201) for id in ids}
    else:
        fields = {"choice": ids}
    count_queries.reset()
    review = stranger.follow(mark(stranger, round, fields))
    assert "200 projects" in review.text
    send(stranger, review)
    assert count_queries.number < 50
    cookies = stranger.client._cookies.values()
    assert max(len(cookie.value) for cookie in cookies) < 3500
    page = stranger.get(vote_page(round, "/choose?words=nothing+like+it"))
    assert "Project 200" in page.text  # chosen, so never hidden
    assert len(page.html) < 700_000
    other = Browser(stranger.app)
    page = other.get(vote_page(round, "/choose"))
    page = other.follow(other.submit(page, {"words": "PROJECT 17"}, form="ballot", press="filter="))
    assert "Project 17" in page.text
    assert "Project 18" not in page.text
    assert "188 projects are hidden by what you picked above" in page.text


def test_from_the_link_to_the_receipt_is_six_pages_and_seven_fields(
    stranger: Browser, world: World
) -> None:
    """Under two minutes on a phone: ten seconds a field and five a page leave some to spare."""
    round = open_round(world)
    page, pages, fields = stranger.get(vote_page(round)), 1, 0
    steps: list[tuple[str | int, dict[str, Any]]] = [
        (0, {"connection": "live", "postcode": "zz71aa", "name": "Jo Bell", "age_band": "25"}),
        (0, {"email": "jo@example.org"}),
        (0, {"code": None}),
        ("ballot", {"choice": ["1"]}),
        ("send", {}),
    ]
    from tests.ballots.walk import newest_code

    for form, typed in steps:
        filled = {k: newest_code() if v is None else v for k, v in typed.items()}
        page = stranger.follow(stranger.submit(page, filled, form=form))
        pages, fields = pages + 1, fields + len(typed)
    assert receipt_of(page)
    assert (pages, fields) == (6, 7)
    assert fields * 10 + pages * 5 <= 120


def test_what_cannot_be_read_is_not_lost_on_the_way_to_a_filter(
    stranger: Browser, world: World
) -> None:
    round = open_round(world, guards={"vote_type": VoteType.CUMULATIVE, "points_each": 10})
    page = stranger.get(vote_page(round, "/choose"))
    for press in ("filter=yes", "read=1"):
        kept = stranger.submit(page, {"points-2": "five"}, form="ballot", press=press, status=422)
        assert value_of(kept, "points-2") == "five"
        assert kept.errors()


def test_enter_leads_on_and_not_to_a_filter_or_a_projects_page(
    stranger: Browser, world: World
) -> None:
    page = stranger.get(vote_page(open_round(world), "/choose"))
    form = next(form for form in page.root.iter("form") if form.get("id") == "ballot")
    first = next(form.iter("button"))
    assert "".join(first.itertext()) == "Review my vote"
    assert first.get("name") is None

"""Paper at the desk as officers see it: from adding a place to accepting a batch."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask

from pbapp.accounts.models import Account
from pbapp.ballots.paper.models import BatchKind, PaperChannel
from pbapp.db import db
from pbapp.rounds.models import Round
from tests.ballots import factories, papers
from tests.client import Browser, Page, QueryCounter
from tests.desk.test_decide import token_of
from tests.world import World

DESK = "/desk/rounds/small-grants"
BATCH = f"{DESK}/paper/batches/1"
PAGES = ("/table", "/paper", "/paper/pack", "/paper/day", "/paper/places/new", "/paper/batches/new")
JO = {"connection": "live", "postcode": "zz7 1aa", "name": "Jo Bell", "age_band": "25"}


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


@pytest.fixture
def third(app: Flask, world: World) -> Browser:
    return Browser(app, signed_in_as=papers.third_officer(world))


def form_to(page: Page, ending: str) -> int:
    """The place of the form that goes to an address."""
    main = page.root.find(".//main")
    assert main is not None
    for at, form in enumerate(main.iter("form")):
        if form.get("action", "").endswith(ending):
            return at
    raise AssertionError(f"no form to {ending}")


def read(browser: Browser, *pile: str) -> Page:
    page = browser.get(f"{BATCH}/key")
    for typed in pile:
        page = browser.follow(browser.submit(page, {"numbers": typed}, form="key"))
    return page


def test_nobody_else_sees_anything_of_it(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    round: Round,
) -> None:
    venue = papers.make_venue(world, round)
    factories.close(round)
    papers.open_batch(world, round, venue, 3)
    paths = [DESK + path for path in (*PAGES, "/paper/batches/1", "/paper/batches/1/key")]
    paths += [f"{BATCH}/sample", f"{BATCH}/totals", f"{DESK}/paper/places/{venue.id}"]
    for path in paths:
        assert "/account/sign-in" in str(stranger.get(path, status=303).location)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        for path in paths:
            browser.get(path, status=403)
        for act in ("accept", "ask", "agree", "sample", "key", "papers/1/again", "sample/1"):
            browser.post(f"{BATCH}/{act}", data=token, status=403)
        browser.post(f"{DESK}/table/aside", data=token, status=403)


def test_the_pages_are_there_before_anything_is(officer: Browser, round: Round) -> None:
    for path in PAGES:
        officer.get(DESK + path)
    assert "No place yet" in officer.get(f"{DESK}/paper").text
    assert "No hall yet" in officer.get(f"{DESK}/paper/day").text
    officer.get(f"{DESK}/paper/batches/1", status=404)
    assert f"{DESK}/paper" in officer.get(DESK).links().values()


def test_before_the_seal_there_is_no_paper_to_print(officer: Browser, world: World) -> None:
    from tests.rounds.factories import make_round

    make_round(world)
    page = officer.follow(officer.get(f"{DESK}/paper/pack", status=303))
    assert "has not been sealed yet" in page.text


def test_a_place_is_added_and_is_on_the_voting_day_sheet(officer: Browser, round: Round) -> None:
    page = officer.get(f"{DESK}/paper/places/new")
    bad = officer.submit(page, {"times": "9am doors"}, status=422)
    assert bad.errors() == ["Enter the name of the place."]
    fields = {"name": "Dunbeth Hall", "channel": "hall", "area": "S13003048"}
    officer.submit(bad, {**fields, "people": "Two people check", "quiet_room": "Library"})
    again = officer.submit(page, fields, status=422)
    assert again.errors() == ["This round has a place of this name."]
    sheet = officer.get(f"{DESK}/paper/day").text
    for text in ("Dunbeth Hall", "9am doors", "Two people check", "Library", "1 Project 1"):
        assert text in sheet


def test_a_ballot_paper_has_no_number_of_its_own(
    officer: Browser, world: World, round: Round
) -> None:
    hall = papers.make_venue(world, round)
    post = papers.make_venue(world, round, "Post", PaperChannel.POST)
    page = officer.get(f"{DESK}/paper/pack?place={post.id}")
    places = [page.text.index(f"Project {n}") for n in range(1, 7)]
    assert all(one < other for one, other in pairwise(places))
    assert "Put a cross in up to 4 boxes." in page.text
    assert "we tear this part off" in page.text
    again = officer.get(f"{DESK}/paper/pack?place={post.id}")
    assert page.html.replace(token_of(page), "") == again.html.replace(token_of(again), "")
    assert "we tear this part off" not in officer.get(f"{DESK}/paper/pack?place={hall.id}").text
    assert "pp_paper--large" in officer.get(f"{DESK}/paper/pack?print=large").html


def test_a_batch_from_its_box_to_its_ballots(
    officer: Browser, second_officer: Browser, third: Browser, world: World, round: Round
) -> None:
    papers.make_venue(world, round)
    factories.close(round)
    page = officer.get(f"{DESK}/paper/batches/new")
    counts = {"issued": "5", "used": "3", "spoiled": "1", "returned": "0"}
    bad = officer.submit(page, counts, status=422)
    assert bad.errors() == ["3 used, 1 spoiled and 0 returned make 4."]
    bad = officer.submit(page, {**counts, "issued": "١٢"}, status=422)
    assert bad.errors() == ["Enter a whole number in digits, like 120."]
    officer.submit(bad, {"issued": "4"})
    bad = officer.submit(officer.get(f"{BATCH}/key"), {"numbers": "99"}, form="key", status=422)
    assert bad.errors() == ["There is no project with the number 99."]
    assert "Paper 1 of 3" in bad.h1
    page = read(officer, "1 2", "2", "x")
    assert page.h1 == "No more papers for you"
    page = read(second_officer, "1 2")
    assert "Before this one: paper 1, 1 2" in page.text
    read(second_officer, "3", "x")

    assert "You read it, so a third person settles it." in officer.get(BATCH).text
    officer.get(f"{BATCH}/papers/2", status=303)
    page = third.get(third.get(BATCH).links()["Paper 2"])
    third.submit(page, {"numbers": "2"})
    page = third.get(BATCH)
    page = third.follow(third.submit(page, form=form_to(page, "/sample")))
    page = third.follow(third.submit(page, press="said=same"))
    assert "Every paper of the sample has been checked." in page.text
    assert "A voting lead of this board accepts the batch." in third.get(BATCH).text
    bad = officer.submit(officer.get(BATCH), form="accept", status=422)
    assert "Say why." in bad.text
    page = officer.submit(bad, {"note": "The list was kept on paper."}, form="accept")
    assert "Accepted. 2 papers count." in officer.follow(page).text
    assert factories.live(round) == [("1", "2"), ("2",)]
    assert "2 of them on paper, read by two people" in officer.get("/rounds/small-grants/log").text

    page = officer.submit(
        officer.get(BATCH), {"act": "void", "reason": "The seal was broken"}, form="ask"
    )
    assert "Agree to it" not in officer.follow(page).text
    page = second_officer.get(BATCH)
    page = second_officer.follow(second_officer.submit(page, form=form_to(page, "/agree")))
    assert "The batch is void." in page.text
    assert "Agreed by Sam Second." in page.text
    assert factories.live(round) == []


def test_totals_of_sheets_and_what_the_public_log_says_of_them(
    officer: Browser, second_officer: Browser, stranger: Browser, world: World, round: Round
) -> None:
    venue = papers.make_venue(world, round, "Card site", PaperChannel.PARTNER)
    factories.close(round)
    papers.open_batch(world, round, venue, 9, BatchKind.TOTALS)
    for browser in (officer, second_officer):
        page = browser.get(f"{BATCH}/totals")
        bad = browser.submit(page, {"total_1": "10"}, status=422)
        assert "more votes than there are papers" in bad.errors()[0]
        browser.submit(bad, {"total_1": "9", "total_2": "2"})
        assert "You have read these totals." in browser.get(f"{BATCH}/totals").text
    officer.submit(officer.get(BATCH), form="accept")
    log = stranger.get("/rounds/small-grants/log").text
    assert "Card site: 9 papers." in log
    assert "We cannot tell whether people voted there and here as well." in log


def test_a_person_is_checked_then_marked_and_nothing_typed_is_kept(
    officer: Browser, world: World, round: Round
) -> None:
    venue = papers.make_venue(world, round)
    page = officer.get(f"{DESK}/table?place={venue.id}")
    assert officer.submit(page, form="check", status=422).errors()
    found = officer.submit(page, JO, form="check", status=200)
    assert "Ward: Coatbridge North. Not marked yet." in found.text
    done = officer.follow(officer.submit(found, form=form_to(found, "/table")))
    assert "Marked. Give them one paper." in done.text
    assert "Jo Bell" not in done.html
    again = officer.submit(done, JO, form="check", status=200)
    assert "Has voted on paper" in again.text
    assert "Mark, and give a paper" not in again.text
    form = {"do": "mark", "venue": str(venue.id), **JO, "csrf_token": token_of(again)}
    twice = officer.post(f"{DESK}/table", data=form, status=422)
    assert "voted on paper already" in twice.errors()[0]


def test_a_declaration_of_somebody_who_voted_online_leads_to_setting_aside(
    app: Flask, officer: Browser, world: World, round: Round
) -> None:
    keys = app.extensions["pbapp"].keys
    voter = factories.admit(round, keys, name="Jo Bell")
    factories.cast(round, keys, voter, "1")
    post = papers.make_venue(world, round, "Post", PaperChannel.POST)
    page = officer.get(f"{DESK}/table?place={post.id}")
    found = officer.submit(page, JO, form="check", status=200)
    assert "The paper stays sealed and does not count" in found.text
    aside = officer.submit(found, {"reason": "voted_online"}, form="aside")
    assert "Leave it sealed" in officer.follow(aside).text


def test_the_overview_asks_few_questions_of_the_database(
    officer: Browser, world: World, round: Round, count_queries: QueryCounter
) -> None:
    venues = [papers.make_venue(world, round, f"Hall {n}") for n in range(6)]
    factories.close(round)
    for venue in venues:
        papers.open_batch(world, round, venue, 3)
    count_queries.reset()
    officer.get(f"{DESK}/paper")
    assert count_queries.number <= 12
    db.session.rollback()


def test_other_batches_places_and_papers_are_not_there(
    officer: Browser, third: Account, world: World, round: Round
) -> None:
    for path in ("/paper/batches/7", "/paper/places/7", "/paper/batches/7/key"):
        officer.get(DESK + path, status=404)
    assert officer.get(f"{DESK}/paper/pack?place=7\x00").status == 200

"""The officers' pages about voters: codes, cards, groups to look at, and the live board."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from pbapp.ballots.models import Voter
from pbapp.ballots.roll import bursts, listed
from pbapp.ballots.roll import services as roll
from pbapp.ballots.roll.models import Burst, Conflict, IssuedCode, KnownCard
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.rounds.models import Method, Round
from pbapp.web import errors
from tests.ballots import papers
from tests.ballots.factories import admit, cast, close, open_round
from tests.client import Browser
from tests.world import World

DESK = "/desk/rounds/small-grants/voting"
PAGES = ("", "/codes", "/cards", "/look")
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world, guards={"methods": [method.value for method in Method]})


def test_pages_are_for_officers_of_the_board_and_show_when_empty(
    round: Round,
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
) -> None:
    for page in PAGES:
        stranger.get(DESK + page, status=303)
        for browser in (resident, board_member, officer_elsewhere):
            browser.get(DESK + page, status=403)
        officer.get(DESK + page)
    officer.get(f"{DESK}/look/1", status=404)


def test_codes_are_shown_once_and_let_people_in(
    officer: Browser, world: World, round: Round
) -> None:
    page = officer.get(f"{DESK}/codes")
    ward = str(world.wards[7].id)
    asked = {"label": "Class 5B", "size": "3", "area": ward, "age_band": "12"}
    sheet = officer.submit(page, asked, form="make", status=200)
    codes = CODE.findall(sheet.text)
    assert len(set(codes)) == 3
    assert sheet.response.headers["Cache-Control"] == "no-store"
    again = officer.submit(page, asked, form="make", status=422)
    assert "name" in " ".join(again.errors()) or "shown only once" in again.text
    proof = roll.Proof(Method.CODE, listed.tidy_code(codes[0]))
    admit(
        round, officer.app.extensions["pbapp"].keys, world.wards[7].id, proof=proof, age_band="12"
    )
    assert db.session.scalar(select(func.count()).select_from(IssuedCode)) == 3
    kept = str(db.session.execute(select(IssuedCode.__table__)).all())
    assert codes[0].replace("-", "") not in kept
    page = officer.get(f"{DESK}/codes")
    assert "Coatbridge North, 12 to 15" in page.text
    officer.post(f"{DESK}/codes/1/revoke", {}, status=400)  # without the page's token
    officer.follow(officer.submit(page, form=1))
    assert "All that were unused" in officer.get(f"{DESK}/codes").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"size": "0"}, "between 1 and 2000"),
        ({"size": "٣"}, "whole number in digits"),
        ({"label": ""}, "what they are for"),
        ({"area": "999999"}, "valid"),
    ],
)
def test_a_wrong_batch_keeps_the_form(
    officer: Browser, round: Round, typed: dict[str, str], said: str
) -> None:
    page = officer.get(f"{DESK}/codes")
    page = officer.submit(page, {"label": "X", "size": "3", **typed}, form="make", status=422)
    assert re.search(said, " ".join(page.errors()), re.IGNORECASE)


def test_cards_come_in_from_a_file_and_no_number_is_kept(officer: Browser, round: Round) -> None:
    page = officer.get(f"{DESK}/cards")

    def file(text: str) -> dict[str, object]:
        return {"label": "Library", "file": (io.BytesIO(text.encode()), "cards.csv")}

    bad = officer.submit(page, file("Card\n30001234\nnone\n"), form="add", status=422)
    assert ": 3" in " ".join(bad.errors())
    page = officer.follow(officer.submit(page, file("Card\n30001234\n30001235\n"), form="add"))
    assert "2 cards were added" in page.text
    assert "30001234" not in str(db.session.execute(select(KnownCard.__table__)).all())
    officer.submit(page, file("30001234\n"), form="add", status=422)


@pytest.mark.usefixtures("stopped_clock")
def test_the_board_tells_whether_all_is_well_and_no_fine_number(
    officer: Browser, round: Round, keys: Path
) -> None:
    for _ in range(13):
        cast(round, keys, admit(round, keys), "1")
    page = officer.get(DESK)
    assert "10 or more" in page.text
    assert "fewer than 10" in page.text
    assert "13" not in re.sub(r"\d{1,2} \w+ \d{4}|\d{1,2}(:\d\d)?[ap]m", "", page.text)
    assert "Has not been seen" in page.text
    assert page.text.count("Ask the operator") == 0
    errors._count_it()
    assert officer.get(DESK).text.count("Ask the operator") == 1
    jobs.beat()
    db.session.commit()
    part = officer.get(DESK, headers={"HX-Request": "true"})
    assert "Has not been seen" not in part.html
    assert "<html" not in part.html
    next(keys.glob("round-*.key")).unlink()
    assert "Missing: nobody can vote" in officer.get(DESK).text


@pytest.mark.usefixtures("stopped_clock")
def test_two_officers_set_a_groups_votes_aside_through_the_pages(
    officer: Browser, second_officer: Browser, world: World, round: Round, keys: Path
) -> None:
    for _ in range(bursts.MANY_FROM_ONE_NETWORK):
        admit(round, keys, network="203.0.113.0/24")
    bursts.find_new(round)
    roll.note_conflict(round=round, why=Conflict.OTHER_WAY, method=Method.EMAIL)
    db.session.commit()
    page = officer.get(f"{DESK}/look")
    officer.follow(officer.submit(page))
    assert "I have looked" not in officer.get(f"{DESK}/look").text
    here = f"{DESK}/look/{db.session.scalar(select(Burst.id))}"
    assert "Look at the group first" in officer.get(here).text
    for browser in (officer, second_officer):
        browser.submit(browser.get(here), {"note": ""}, form="look", status=422)
        browser.follow(browser.submit(browser.get(here), {"note": "Nobody knows"}, form="look"))
    page = officer.submit(officer.get(here), {"reason": ""}, form="ask", status=422)
    page = officer.follow(officer.submit(page, {"reason": "One night"}, form="ask"))
    assert "A second officer" in page.text
    asked = second_officer.get(here)
    second_officer.follow(second_officer.submit(asked, form=1))
    second_officer.submit(asked, form=1)  # a second click changes nothing
    assert "Set aside, if they sent one" in officer.get(here).text
    third = Browser(officer.app, signed_in_as=papers.third_officer(world))
    assert "Let the votes of this group count again" not in third.get(here).text


@pytest.mark.usefixtures("stopped_clock")
def test_everybody_reads_how_many_votes_were_set_aside_and_why(
    stranger: Browser, world: World, round: Round, keys: Path
) -> None:
    from pbapp.ballots.roll import voids
    from pbapp.ballots.roll.models import VoidAct

    people = [
        admit(round, keys, network="203.0.113.0/24") for _ in range(bursts.MANY_FROM_ONE_NETWORK)
    ]
    cast(round, keys, people[0], "1")
    bursts.find_new(round)
    burst = db.session.query(Burst).one()
    for by in (world.officer, world.second_officer):
        bursts.look(round=round, burst=burst, by=by, note="Nobody knows")
    voids.ask(round=round, burst=burst, act=VoidAct.VOID, reason="One night", by=world.officer)
    voids.agree(round=round, burst=burst, by=world.second_officer, address="https://x.example.org")
    db.session.commit()
    page = "/rounds/small-grants/log"
    assert "set aside" not in stranger.get(page).text
    close(round)
    voids.count_set_aside(keys)
    db.session.commit()
    assert "1 online vote was set aside by two officers: One night" in stranger.get(page).text
    assert db.session.scalar(select(func.count()).select_from(Voter)) == len(people)

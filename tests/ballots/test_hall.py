"""A desk in a hall whose connection comes and goes: nobody twice, nothing lost, nothing merged."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from pbapp.ballots.paper import hall, queries
from pbapp.ballots.paper.models import Finding, HallEntry, PaperChannel, Taken, Venue, WhyConflict
from pbapp.ballots.paper.tables import Details
from pbapp.ballots.roll import services as roll
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Connection, Round
from tests.ballots import factories, papers
from tests.client import Browser, Page
from tests.world import World

DESK = "/desk/rounds/small-grants"
JO = {"connection": "live", "postcode": "zz7 1aa", "name": "Jo Bell", "age_band": "25"}


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def venue(world: World, round: Round) -> Venue:
    return papers.make_venue(world, round)


def take(world: World, round: Round, keys: Path, venue: Venue, **values: Any) -> hall.Answer:
    key = values.pop("key", None) or secrets.token_hex(16)
    details = values.pop("details", papers.person("Jo Bell"))
    answer = hall.take(
        round=round, keys=keys, venue=venue, key=key, details=details, by=world.officer, **values
    )
    db.session.commit()
    return answer


def test_a_lost_reply_marks_nobody_twice(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    key = secrets.token_hex(16)
    assert take(world, round, keys, venue, key=key) == hall.Answer(Taken.MARKED)
    for _try in range(2):
        assert take(world, round, keys, venue, key=key) == hall.Answer(Taken.MARKED, is_replay=True)
    assert len(queries.list_marked(round)) == 1


def test_two_devices_that_gave_one_person_a_paper_are_a_conflict(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    other = papers.make_venue(world, round, "Stall")
    assert take(world, round, keys, venue).outcome is Taken.MARKED
    again = take(world, round, keys, other)
    assert again == hall.Answer(Taken.CONFLICT, WhyConflict.VOTED_ON_PAPER)
    assert len(queries.list_marked(round)) == 1
    counts = {c.venue.name: (c.marked, c.unmarked, c.conflicts) for c in queries.accounting(round)}
    assert counts == {"Dunbeth Hall": (1, 0, 0), "Stall": (0, 0, 1)}


def test_a_mended_conflict_becomes_a_mark(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    key = secrets.token_hex(16)
    wrong = Details("Jo Bell", "K1A 0B1", Connection.LIVE, "25")
    found = take(world, round, keys, venue, key=key, details=wrong)
    assert found.why is WhyConflict.NOT_IN_AREA
    assert take(world, round, keys, venue, key=key, details=wrong).why is WhyConflict.NOT_IN_AREA
    assert take(world, round, keys, venue, key=key).outcome is Taken.MARKED
    assert hall.list_conflicts(round) == []


def test_two_officers_settle_what_cannot_be_mended(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    key = secrets.token_hex(16)
    take(world, round, keys, venue)
    take(world, round, keys, venue, key=key)
    (entry,) = hall.list_conflicts(round)
    with pytest.raises(Refused, match="say first"):
        hall.agree(round=round, entry=entry, by=world.officer)
    hall.say(
        round=round, entry=entry, finding=Finding.SAME_PERSON, note="They said so", by=world.officer
    )
    db.session.commit()
    with pytest.raises(Refused, match="second person"):
        hall.agree(round=round, entry=entry, by=world.officer)
    db.session.rollback()
    hall.agree(round=round, entry=entry, by=world.second_officer)
    db.session.commit()
    (count,) = queries.accounting(round)
    assert (count.marked, count.unmarked, count.conflicts) == (1, 1, 0)
    assert take(world, round, keys, venue, key=key).is_replay
    with pytest.raises(Refused, match="settled"):
        hall.say(
            round=round, entry=entry, finding=Finding.NO_PAPER, note="No", by=world.second_officer
        )


def test_papers_that_are_explained_fit_and_open_conflicts_do_not(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    take(world, round, keys, venue)
    take(world, round, keys, venue)
    factories.close(round)
    papers.open_batch(world, round, venue, 2)
    assert not queries.accounting(round)[0].matches
    (entry,) = hall.list_conflicts(round)
    hall.say(round=round, entry=entry, finding=Finding.TWO_PEOPLE, note="Twins", by=world.officer)
    hall.agree(round=round, entry=entry, by=world.second_officer)
    db.session.commit()
    assert queries.accounting(round)[0].matches


def test_an_entry_says_nothing_about_anybody(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    columns = set(HallEntry.__table__.columns.keys())
    assert columns == {
        *("round_id", "key", "venue_id", "outcome", "why"),
        *("finding", "note", "said_by_id", "agreed_by_id"),
    }
    with pytest.raises(Refused, match="cannot be read"):
        take(world, round, keys, venue, key="Jo Bell")
    post = papers.make_venue(world, round, "Post", PaperChannel.POST)
    with pytest.raises(Refused, match="cannot be read"):
        take(world, round, keys, post)


def test_somebody_marked_by_the_desk_cannot_vote_online(
    world: World, round: Round, keys: Path, venue: Venue
) -> None:
    take(world, round, keys, venue)
    with pytest.raises(roll.NotOneOfOne, match="has voted on paper"):
        factories.admit(round, keys, name="Jo Bell")


# --- its pages --------------------------------------------------------------------------------


def token_for(browser: Browser) -> str:
    token: str = (browser.get(f"{DESK}/hall/token").response.json or {})["token"]
    return token


def send(browser: Browser, venue: Venue, status: int = 200, **values: str) -> dict[str, Any]:
    data = {
        **JO,
        "venue": values.pop("at", str(venue.id)),
        "key": secrets.token_hex(16),
        "csrf_token": token_for(browser),
        **values,
    }
    found = browser.post(f"{DESK}/hall/entries", data=data, status=status).response.json
    return found or {}


def test_the_desk_holds_nothing_of_anybody(officer: Browser, venue: Venue) -> None:
    page: Page = officer.get(f"{DESK}/hall/")
    assert "csrf" not in page.html
    assert "Orla" not in page.html
    worker = officer.get(f"{DESK}/hall/worker.js").response
    assert worker.mimetype == "text/javascript"


def test_what_was_noted_is_sent_and_answered(
    officer: Browser, second_officer: Browser, world: World, venue: Venue
) -> None:
    key = secrets.token_hex(16)
    assert send(officer, venue, key=key) == {"outcome": "marked", "why": ""}
    assert send(second_officer, venue, key=key)["outcome"] == "again"
    found = send(second_officer, venue)
    assert found["outcome"] == "conflict"
    assert "voted on paper elsewhere" in found["why"]
    unknown = send(officer, venue, postcode="K1A 0B1", name="Ada Far")
    assert (unknown["outcome"], "postcode" in unknown["why"]) == ("conflict", True)
    assert send(officer, venue, name="7")["why"] == "The name cannot be read"
    assert "cannot be read" in send(officer, venue, status=422, connection="x")["errors"][0]
    assert "where you are" in send(officer, venue, status=422, at="0")["errors"][0]


def test_without_the_token_nothing_is_taken(officer: Browser, venue: Venue) -> None:
    officer.get(f"{DESK}/hall/")
    send(officer, venue, status=400, csrf_token="old")
    assert queries.list_marked(db.session.get_one(Round, venue.round_id)) == frozenset()


def test_the_list_is_asked_before_a_paper_is_given(
    officer: Browser, world: World, round: Round, keys: Path, venue: Venue
) -> None:
    def check(**values: str) -> dict[str, Any]:
        status = 422 if values else 200
        data = {**JO, "venue": str(venue.id), "csrf_token": token_for(officer), **values}
        return officer.post(f"{DESK}/hall/check", data=data, status=status).response.json or {}

    assert check() == {"state": "may", "ward": "Coatbridge North"}
    voter = factories.admit(round, keys, name="Jo Bell")
    factories.cast(round, keys, voter, "1")
    assert check()["state"] == "online"
    papers.mark(world, round, keys, venue)
    assert check()["state"] == "paper"
    assert check(postcode="K1A 0B1")["errors"]


def test_conflicts_are_settled_on_their_page(
    officer: Browser, second_officer: Browser, world: World, venue: Venue
) -> None:
    assert "There is none." in officer.get(f"{DESK}/paper/conflicts").text
    send(officer, venue)
    send(officer, venue)
    assert "1 paper was given" in officer.get(f"{DESK}/paper").text
    page = officer.get(f"{DESK}/paper/conflicts")
    address = next(url for text, url in page.links().items() if text.startswith("Say what"))
    form = officer.get(address)
    assert officer.submit(form, {"note": ""}, status=422).errors()
    page = officer.follow(officer.submit(form, {"finding": "two_people", "note": "Twins"}))
    assert "Waits for a second officer." in page.text
    page = second_officer.get(f"{DESK}/paper/conflicts")
    page = second_officer.follow(second_officer.submit(page))
    assert "Settled" in page.text
    assert "Jo Bell" not in page.html
    assert "was given" not in officer.get(f"{DESK}/paper").text


def test_the_desk_is_for_officers_of_this_board(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    venue: Venue,
) -> None:
    for path in ("hall/", "hall/token", "paper/conflicts"):
        stranger.get(f"{DESK}/{path}", status=303)
        for browser in (resident, group_member, board_member, officer_elsewhere):
            browser.get(f"{DESK}/{path}", status=403)


def test_without_a_hall_there_is_no_desk(officer: Browser, round: Round) -> None:
    page = officer.follow(officer.get(f"{DESK}/hall/", status=303))
    assert "Add the hall" in page.text

"""Counted, certified by two, then published or read out in the hall the same evening."""

from __future__ import annotations

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.rounds.models import Round
from tests.client import Browser
from tests.results.factories import counted_round
from tests.results.test_count_button import token
from tests.world import World

COUNT = "/desk/rounds/small-grants/count"
PUBLISH = "/desk/rounds/small-grants/publish"
READ_OUT = "/rounds/small-grants/read-out"
RESULT = "/rounds/small-grants/results"


def certified(round: Round) -> None:
    round.certified_at = clock.now()
    db.session.commit()


def test_a_certified_result_is_published_at_once_and_only_once(
    world: World, officer: Browser, stranger: Browser
):
    count = counted_round(world, published=False)
    page = officer.get(COUNT)
    assert "Two people have to certify it" in page.text
    assert "Publish the result now" not in page.text
    certified(count.round)
    page = officer.submit(officer.get(COUNT), form=0)
    assert "The result is out" in officer.follow(page).text
    assert "3,000" in stranger.get(RESULT).text
    again = officer.get(COUNT)
    assert "Publish the result now" not in again.text
    events = db.session.query(Event).filter_by(verb="round.published").count()
    assert events == 1


def test_nothing_is_published_before_two_people_certified(
    world: World, officer: Browser, stranger: Browser, board_member, officer_elsewhere
):
    counted_round(world, published=False)
    for other, status in ((stranger, 303), (board_member, 403), (officer_elsewhere, 403)):
        other.post(PUBLISH, {"csrf_token": token(other)}, status=status)
    page = officer.follow(officer.post(PUBLISH, {"csrf_token": token(officer)}))
    assert "Two people have to certify the count" in page.text
    assert "not out yet" in stranger.get(RESULT).text


def test_the_words_to_read_out_are_the_officers_until_it_is_out(
    world: World, officer: Browser, stranger: Browser
):
    count = counted_round(world, published=False)
    stranger.get(READ_OUT, status=404)
    assert "Do not read this out" in officer.get(READ_OUT).text
    certified(count.round)
    page = officer.get(READ_OUT)
    assert "Do not read this out" not in page.text
    assert "65 people voted." in page.text
    assert "Walking football, Example Canal Friends: £3,000, 26 votes." in page.text
    assert "Tablet library: 22 votes." in page.text
    counted_round(world, slug="second", budget_pence=100)
    assert "No project was funded." in stranger.get("/rounds/second/read-out").text

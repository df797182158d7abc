"""Anybody presses “Count again” and reads whether the same came out."""

from __future__ import annotations

import gzip

import pytest
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.results import recounting
from tests.client import Browser, Page
from tests.results.factories import counted_round
from tests.world import World

PAGE = "/rounds/small-grants/results/recount"
RESULT = "/rounds/small-grants/results"


def press(browser: Browser) -> Page:
    """Press the button on the results page and come to the page that follows it."""
    page = browser.get(RESULT)
    token = next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    return browser.follow(browser.post(PAGE, {"csrf_token": token}))


def work() -> None:
    assert recounting.recount  # its import makes the job known
    jobs.run_due()


def test_a_stranger_has_the_votes_counted_again(world: World, stranger: Browser):
    counted_round(world)
    assert f'action="{PAGE}"' in stranger.get(RESULT).html
    page = press(stranger)
    assert page.h1 == "Count again"
    assert page.links()["See whether it is done"] == PAGE
    assert 'hx-trigger="every 2s"' in stranger.get(PAGE, headers={"HX-Request": "true"}).html
    press(stranger)  # a second press finds the first at work
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    work()
    page = stranger.get(PAGE)
    assert "We counted again: the same winners, in the same order." in page.text
    assert "hx-trigger" not in page.html


def test_changed_ballots_are_found(world: World, stranger: Browser):
    count = counted_round(world)
    data = gzip.decompress(count.profile.pabulib_gz).replace(b'"1,3"', b'"2,3"')
    count.profile.pabulib_gz = gzip.compress(data + b"\n")
    db.session.commit()
    press(stranger)
    work()
    assert "The stored ballots do not have their published fingerprint" in stranger.get(PAGE).text


def test_what_differs_is_named(world: World, stranger: Browser):
    count = counted_round(world)
    row = count.allocations[0]
    row.is_funded, row.awarded = False, 0
    count.parameters = {**count.parameters, "min_votes": 1}
    db.session.commit()
    press(stranger)
    work()
    said = stranger.get(PAGE).text
    assert "The stored rule does not have its published fingerprint." in said
    assert "“Walking football” is funded in this count, and not in the published result." in said


def test_nothing_can_be_counted_again_before_it_is_public(world: World, stranger: Browser):
    counted_round(world, published=False)
    stranger.get(PAGE, status=404)
    page = stranger.get("/how-voting-works")
    token = next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    stranger.post(PAGE, {"csrf_token": token}, status=404)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_press_without_a_token_counts_nothing(world: World, stranger: Browser):
    counted_round(world)
    stranger.post(PAGE, {}, status=400)


@pytest.mark.usefixtures("stopped_clock")
def test_too_many_presses_are_told_to_wait(world: World, stranger: Browser):
    counted_round(world)
    for _ in range(10):
        press(stranger)
    page = stranger.get(RESULT)
    token = next(e.get("content") for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    stranger.post(PAGE, {"csrf_token": token}, status=429)

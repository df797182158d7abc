"""Voting, page by page, as people do it and as they get it wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.ballots import keys as key_files
from pbapp.ballots.models import Ballot, Voter
from pbapp.db import db
from pbapp.places.models import Postcode
from pbapp.rounds.models import Round
from tests.ballots.factories import close, live, open_round, voting
from tests.ballots.walk import (
    choose,
    prove,
    receipt_of,
    send,
    vote,
    vote_page,
)
from tests.client import Browser
from tests.world import World

PERSONAS = ["resident", "group_member", "officer", "board_member", "officer_elsewhere"]


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


@pytest.fixture
def other(stranger: Browser) -> Browser:
    return Browser(stranger.app)


def voters() -> int:
    return db.session.scalar(select(func.count()).select_from(Voter)) or 0


# --- the whole way --------------------------------------------------------------------------


def test_a_stranger_votes_from_the_first_page_to_the_receipt(
    stranger: Browser, round: Round
) -> None:
    page = stranger.get(vote_page(round))
    assert page.h1 == "Check you can vote"
    assert "Step 1 of 5" in page.text
    assert "Not yet sent" in page.text
    page = prove(stranger, round)
    assert "Step 3 of 5" in page.text
    assert "Choose up to 4 projects. Together they may not cost more than the pot" in page.text
    page = choose(stranger, round, "1", "3")
    assert "Step 4 of 5" in page.text
    assert "You give your vote to these 2 projects" in page.text
    assert "Project 1 £10,000" in page.text
    assert "Not yet sent" in page.text
    page = send(stranger, page)
    assert "Your vote is in the ballot box" in page.h1
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", receipt_of(page))
    assert re.search(r"Sent \d+(:\d\d)?[ap]m, receipt \w{4}-", page.text)
    assert "The result comes out on" in page.text
    assert live(round) == [("1", "3")]


def test_everybody_votes_the_same_way(request: pytest.FixtureRequest, round: Round) -> None:
    for number, persona in enumerate(PERSONAS):
        about = {"name": f"Persona {persona}", "email": f"p{number}@example.org"}
        vote(request.getfixturevalue(persona), round, "1", **about)
    assert live(round) == [("1",)] * len(PERSONAS)


def test_choices_made_first_are_kept_while_proving(stranger: Browser, round: Round) -> None:
    page = stranger.get(vote_page(round, "/choose"))
    page = stranger.submit(page, {"choice": ["2", "3"]}, form="ballot")
    page = stranger.follow(stranger.get(page.location, status=302))
    assert "We have kept your choices. Now show that you may vote." in page.text
    assert "We have kept your 2 projects" in page.text
    page = prove(stranger, round)
    assert "Step 4 of 5" in page.text
    assert "Project 2" in page.text
    send(stranger, page)
    assert live(round) == [("2", "3")]


def test_choices_are_nowhere_in_the_database_before_they_are_sent(
    stranger: Browser, round: Round
) -> None:
    prove(stranger, round)
    choose(stranger, round, "2", "3")
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_a_vote_can_be_changed_until_the_close(stranger: Browser, round: Round) -> None:
    vote(stranger, round, "1")
    page = choose(stranger, round, "2")
    assert "Your new choices are not sent yet" in page.text
    page = send(stranger, page)
    assert "It took the place of the vote you sent before" in page.text
    assert live(round) == [("2",)]


def test_who_comes_back_is_told_that_sending_again_replaces(
    stranger: Browser, other: Browser, round: Round
) -> None:
    vote(stranger, round, "1")
    page = prove(other, round)
    assert "You have voted. Sending again replaces that vote." in page.text
    assert "Project 1" not in [e.get("value") for e in page.root.iter("input") if e.get("checked")]
    page = choose(other, round, "2")
    assert "it replaces the vote you sent before" in page.text
    send(other, page)
    assert live(round) == [("2",)]
    assert voters() == 1


def test_pressing_send_twice_sends_once(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    first, again = send(stranger, review), send(stranger, review)
    assert receipt_of(first) == receipt_of(again)
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_a_couple_with_one_phone_both_vote(stranger: Browser, round: Round) -> None:
    vote(stranger, round, "1", name="Ann Bell")
    page = stranger.get(vote_page(round))
    assert "Somebody has voted in this browser" in page.h1
    page = stranger.follow(stranger.submit(page, form=0))
    assert "Step 1 of 5" in page.text
    page = prove(stranger, round, name="Bob Bell")
    assert "Somebody else has used your e-mail address or number to vote here" in page.text
    send(stranger, choose(stranger, round, "2"))
    assert live(round) == [("1",), ("2",)]


# --- finishing ------------------------------------------------------------------------------


def test_finishing_clears_a_shared_computer(stranger: Browser, round: Round) -> None:
    page = vote(stranger, round, "1")
    receipt = receipt_of(page)
    answer = stranger.submit(page, form=1)
    assert answer.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    page = stranger.follow(answer)
    assert "All clear" in page.h1
    assert receipt not in page.text
    back = stranger.get(vote_page(round, "/done"), status=302)
    assert receipt not in stranger.follow(back).text
    page = stranger.get(vote_page(round, "/choose"))
    assert not [e for e in page.root.iter("input") if e.get("checked") is not None]
    assert stranger.get(vote_page(round, "/review"), status=302)
    with stranger.client.session_transaction() as session:
        assert set(session) <= {"csrf_token", "order"}


def test_a_browser_keeps_no_page_of_the_vote(stranger: Browser, round: Round) -> None:
    vote(stranger, round, "1")
    for step in ("", "/choose", "/review", "/done", "/prove", "/code"):
        answer = stranger.client.get(vote_page(round, step))
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_right_to_vote_runs_out_after_two_hours(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1), tick=False):
        page = stranger.follow(stranger.submit(review, form="send"))
        assert "nothing was sent" in page.text
        assert "Step 1 of 5" in page.text
    assert live(round) == []


# --- open or not ----------------------------------------------------------------------------


def test_before_voting_opens_every_step_says_when(stranger: Browser, round: Round) -> None:
    with time_machine.travel(voting(round).starts_at - timedelta(minutes=1), tick=False):
        for step in ("", "/choose", "/review", "/prove", "/code"):
            assert "Voting opens on" in stranger.get(vote_page(round, step)).text


def test_a_vote_sent_too_late_is_not_taken_and_the_page_says_so(
    stranger: Browser, round: Round
) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    close(round, seconds_ago=1)
    page = stranger.submit(review, form="send", status=409)
    assert "did not come in time. It was not counted." in page.text
    assert live(round) == []


def test_after_the_close_the_receipt_stays_on_the_page(stranger: Browser, round: Round) -> None:
    receipt = receipt_of(vote(stranger, round, "1"))
    close(round)
    assert receipt in stranger.get(vote_page(round, "/choose")).text
    page = stranger.get(vote_page(round, "/done"))
    assert receipt in page.text
    assert "Change my vote" not in page.links()


def test_a_round_without_a_seal_says_so(stranger: Browser, round: Round) -> None:
    round.sealed_at = round.config_hash = None
    db.session.commit()
    assert "has not been sealed yet" in stranger.get(vote_page(round)).text


def test_there_is_no_vote_in_a_round_that_does_not_exist(stranger: Browser, world: World) -> None:
    stranger.get("/rounds/none/vote", status=404)


def test_voting_pauses_when_its_key_is_gone(stranger: Browser, round: Round) -> None:
    prove(stranger, round)
    review = choose(stranger, round, "1")
    key_files.key_file(stranger.app.extensions["pbapp"].keys, round.id).unlink()
    for step in ("", "/choose", "/review"):
        page = stranger.get(vote_page(round, step), status=503)
        assert "Voting has paused" in page.h1
    assert stranger.submit(review, form="send", status=503).h1.endswith("Voting has paused")
    assert not key_files.key_file(stranger.app.extensions["pbapp"].keys, round.id).exists()
    assert live(round) == []


# --- how much it asks of the database -------------------------------------------------------


def test_the_list_of_projects_takes_as_many_queries_however_long_it_is(
    stranger: Browser, world: World, count_queries
) -> None:
    numbers = []
    for length in (3, 60):
        round = open_round(world, costs=[1_000_00] * length, slug=f"of-{length}")
        count_queries.reset()
        stranger.get(vote_page(round, "/choose"))
        numbers.append(count_queries.number)
    assert numbers[0] == numbers[1] <= 6


def test_a_postcode_of_the_demo_works_like_any(
    stranger: Browser, world: World, round: Round
) -> None:
    db.session.add(Postcode(postcode="ML5 3AB", area=world.wards[7], is_example=False))
    db.session.commit()
    for number, postcode in enumerate(("ZZ7 1AA", "ML5 3AB")):
        browser = Browser(stranger.app)
        prove(browser, round, email=f"p{number}@example.org", postcode=postcode)
    assert voters() == 2

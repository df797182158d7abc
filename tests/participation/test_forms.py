"""The voluntary forms: after the vote, once, as totals only."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.participation import queries, services
from pbapp.participation.models import FormKey, FormTotal
from pbapp.participation.questions import ANSWERED, EVERY_CELL, Kind
from pbapp.rounds.models import Round
from tests.ballots.factories import open_round, voting
from tests.ballots.walk import vote
from tests.client import Browser
from tests.results.factories import close_vote, counted_round
from tests.results.test_count_button import token
from tests.world import World

PAGE = "/rounds/small-grants/about-you"
TRUST = "/rounds/small-grants/trust"
SAID = {"age": "16_17", "groups": ["unpaid_carers", "disabled"], "language": "polish"}


def voted(browser: Browser, round: Round) -> None:
    """What the browser keeps once a vote is sent."""
    with browser.client.session_transaction() as session:
        sent = {"receipt": "X", "at": clock.now().isoformat(), "vote": "", "replaced": False}
        session["voting"] = {str(round.id): {"sent": sent}}


def numbers(round: Round) -> dict[tuple[str, str], int]:
    return {cell: number for cell, number in queries.totals(round).items() if number}


def test_after_the_vote_somebody_may_tell_and_is_asked_once(world: World, stranger: Browser):
    round = open_round(world)
    assert "after a vote is sent, and never before" in stranger.get(PAGE).text
    done = vote(stranger, round, "1")
    form = stranger.get(done.links()["Three voluntary questions"])
    page = stranger.submit(form, SAID, form="about-you")
    assert page.location.endswith("/vote/done")
    assert "Thank you" in stranger.follow(page).text
    told = numbers(round)
    assert told == {
        ("age", "16_17"): 1,
        ("age", ANSWERED): 1,
        ("groups", "disabled"): 1,
        ("groups", "unpaid_carers"): 1,
        ("groups", ANSWERED): 1,
        ("language", "polish"): 1,
        ("language", ANSWERED): 1,
        ("about_forms", ANSWERED): 1,
    }
    assert "You have answered already" in stranger.get(PAGE).text
    stranger.submit(form, SAID, form="about-you", status=409)
    assert numbers(round) == told
    assert len(db.session.scalars(select(FormTotal)).all()) == len(EVERY_CELL)


def test_a_second_press_adds_nothing(world: World, stranger: Browser):
    round = open_round(world)
    voted(stranger, round)
    form = stranger.get(PAGE)
    with stranger.client.session_transaction() as session:
        before = dict(session)
    for _ in range(2):
        stranger.submit(form, {"age": "75"}, form="about-you")
        with stranger.client.session_transaction() as session:  # as if both came at once
            session.clear()
            session.update(before)
    assert numbers(round)["age", "75"] == 1
    assert len(db.session.scalars(select(FormKey)).all()) == 1


def test_an_empty_form_is_thanked_and_counts_for_nothing(world: World, stranger: Browser):
    round = open_round(world)
    voted(stranger, round)
    stranger.submit(stranger.get(PAGE), {}, form="about-you")
    assert numbers(round) == {}


def test_wrong_input_is_said_beside_the_question(world: World, stranger: Browser):
    round = open_round(world)
    voted(stranger, round)
    wrong = {"groups": ["none", "lgbti"], "age": "16_17"}
    page = stranger.submit(stranger.get(PAGE), wrong, form="about-you", status=422)
    assert page.errors() == ["Tick what fits, or “None of these”, or “I prefer not to say” alone."]
    data = {"csrf_token": token(stranger), "key": "ab" * 16, "age": "200"}
    stranger.post(PAGE, data, status=422)
    stranger.post(PAGE, {**data, "age": "75", "key": "short"}, status=422)
    assert numbers(round) == {}


def test_nobody_is_asked_without_a_vote_nor_once_the_result_is_out(
    world: World, stranger: Browser, officer: Browser
):
    round = open_round(world)
    data = {"csrf_token": token(officer), "key": "ab" * 16, "age": "75"}
    officer.post(PAGE, data, status=409)
    voted(stranger, round)
    close_vote(round, published=True)
    assert "These questions are closed." in stranger.get(PAGE).text
    stranger.post(PAGE, {**data, "csrf_token": token(stranger)}, status=409)
    assert numbers(round) == {}


def test_trust_is_asked_before_and_after_and_shown_once_closed(world: World, stranger: Browser):
    round = open_round(world)
    assert "Three short questions about trust" in stranger.get("/rounds/small-grants").text
    stranger.submit(stranger.get(TRUST), {"before_listen": "agree"}, form="trust")
    for number, feeling in enumerate(["agree"] * 6 + ["disagree"] * 6):
        told = {"before_listen": [feeling]}
        assert services.add_form(round=round, kind=Kind.BEFORE, answers=told, key=f"{number:032}")
    db.session.commit()
    assert "Three short questions about trust" not in stranger.get("/rounds/small-grants").text
    assert "You have answered already" in stranger.get(TRUST).text
    assert "before_listen" not in queries.portrait_of(round).answers  # people still add to it
    with time_machine.travel(voting(round).ends_at + timedelta(minutes=1)):
        assert "only before voting closes" in stranger.get(TRUST).text
        assert queries.portrait_of(round).answers["before_listen"]["agree"] == 7


def test_after_the_result_the_same_is_asked_for_four_weeks(world: World, stranger: Browser):
    round = counted_round(world).round
    stranger.submit(stranger.get(TRUST), {"after_kept": "agree"}, form="trust")
    assert numbers(round)["after_kept", "agree"] == 1
    until = queries.ask_after_until(round)
    assert until is not None
    with time_machine.travel(until):
        assert queries.open_kinds(round, until) == set()

"""Nothing is told before the box is shut; then totals, receipts and the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from pbapp.ballots import queries
from pbapp.ballots.models import Channel
from pbapp.ballots.secrecy import in_fours
from pbapp.ballots.vote import ticked
from pbapp.results import freezing
from pbapp.rounds.models import Round
from pbapp.web import limits
from tests.ballots.factories import admit, cast, close, open_round, voting
from tests.client import Browser, Page
from tests.results.test_fifths import know_the_index
from tests.world import World

PERSONAS = ["stranger", "resident", "officer", "second_officer", "board_member"]


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World, keys: Path) -> Round:
    """Three people voted, one of them twice; a fourth only proved who they are."""
    round = open_round(world)
    for ward, choices in ((7, ["1"]), (7, ["2", "3"]), (10, ["1", "2"])):
        voter = admit(round, keys, world.wards[ward].id)
        cast(round, keys, voter, *choices)
    cast(round, keys, voter, "4")
    admit(round, keys, world.wards[11].id)
    return round


def ask(browser: Browser, round: Round, receipt: str, status: int = 200) -> Page:
    page = browser.get(f"/rounds/{round.slug}/receipt")
    return browser.submit(page, {"receipt": receipt}, status=status)


@pytest.mark.parametrize("seconds", [-60, 0, 59])
def test_there_are_no_interim_totals(round: Round, keys: Path, seconds: int) -> None:
    with time_machine.travel(voting(round).ends_at + timedelta(seconds=seconds), tick=False):
        for asked in (
            lambda: queries.live_ballots(round),
            lambda: queries.ballots_by_channel(round),
            lambda: queries.turnout_by_ward(round, keys),
            lambda: queries.turnout_by_fifth(round, keys),
            lambda: queries.on_voters_list(round),
        ):
            with pytest.raises(queries.BoxOpen):
                asked()


def test_after_the_close_the_ballots_that_count_can_be_counted(
    round: Round, world: World, keys: Path
) -> None:
    close(round)
    assert queries.live_ballots(round) == [ticked("1"), ticked("23"), ticked("4")]
    assert queries.ballots_by_channel(round) == {Channel.ONLINE: 3}
    assert queries.on_voters_list(round) == 4
    assert queries.turnout_by_ward(round, keys) == {world.wards[7].id: 2, world.wards[10].id: 1}


def test_turnout_by_fifth_is_frozen_with_the_fifth_of_each_postcode(
    world: World, keys: Path
) -> None:
    know_the_index(world)  # ward 7 is of the first fifth, ward 10 of the last, 11 is not known
    round = open_round(world)
    for postcode, ward in (("ZZ7 1AA", 7), ("ZZ7 1AA", 7), ("ZZ10 1AA", 10), ("ZZ11 1AA", 11)):
        voter = admit(round, keys, world.wards[ward].id, postcode=postcode)
        cast(round, keys, voter, "1")
    admit(round, keys)  # and one who did not vote
    close(round)
    assert queries.turnout_by_fifth(round, keys) == {1: 2, 5: 1, None: 1}
    assert freezing.people_by_fifth(round, keys) == {
        **dict.fromkeys("234", 0),
        "1": 2,
        "5": 1,
        "unknown": 1,
    }


def test_a_round_nobody_voted_in_is_all_noughts(world: World, keys: Path) -> None:
    round = open_round(world)
    close(round)
    assert queries.live_ballots(round) == []
    assert queries.turnout_by_ward(round, keys) == {}
    assert freezing.people_by_fifth(round, keys) == {}


def test_whether_somebody_has_voted_is_derived(world: World, keys: Path) -> None:
    round = open_round(world)
    voter = admit(round, keys)
    assert not queries.has_voted(voter, keys)
    cast(round, keys, voter, "1")
    assert queries.has_voted(voter, keys)


def test_the_log_tells_nobody_a_number_while_people_vote(
    request: pytest.FixtureRequest, round: Round
) -> None:
    for persona in PERSONAS:
        page = request.getfixturevalue(persona).get(f"/rounds/{round.slug}/log")
        assert "While people vote, nobody is told what is in the box" in page.text
        assert "ballots that count" not in page.text


def test_the_log_tells_how_many_after_the_close(stranger: Browser, round: Round) -> None:
    close(round)
    page = stranger.get(f"/rounds/{round.slug}/log")
    assert "3 ballots that count" in page.text
    assert round.config_hash in page.text


def test_the_log_of_a_round_nobody_came_to_says_so(stranger: Browser, world: World) -> None:
    round = open_round(world)
    close(round)
    page = stranger.get(f"/rounds/{round.slug}/log")
    assert "Nobody has voted in this round through this site." in page.text
    assert "ballots that count" not in page.text


def test_a_receipt_shows_the_vote_while_voting_is_open(
    stranger: Browser, round: Round, keys: Path
) -> None:
    sent = cast(round, keys, admit(round, keys), "2", "1")
    page = ask(stranger, round, in_fours(sent.receipt).lower())
    assert "This ballot is in the box, and counts" in page.text
    assert "Project 1 £10,000" in page.text
    assert "Project 2 £20,000" in page.text


def test_a_receipt_of_a_replaced_vote_says_so(stranger: Browser, round: Round, keys: Path) -> None:
    voter = admit(round, keys)
    first = cast(round, keys, voter, "1")
    cast(round, keys, voter, "2")
    assert "replaced by a later one" in ask(stranger, round, first.receipt).text


def test_after_the_close_a_receipt_proves_nothing_to_others(
    stranger: Browser, round: Round, keys: Path
) -> None:
    sent = cast(round, keys, admit(round, keys), "2", "1")
    close(round, seconds_ago=1)
    page = ask(stranger, round, sent.receipt)
    assert "This ballot is in the box, and counts" in page.text
    assert "so what it says is not shown to anybody with a receipt" in page.text
    assert "Project 1" not in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the 16 letters and digits"),
        ("K7FQ", "16 letters and digits, like"),
        ("AAAA-AAAA-AAAA-AAAA", "no ballot with this receipt in this round"),
    ],
)
def test_a_receipt_that_is_none_is_explained(
    stranger: Browser, round: Round, typed: str, said: str
) -> None:
    page = ask(stranger, round, typed, status=422)
    assert said in " ".join(page.errors())
    assert f'value="{typed}"' in page.html


def test_a_receipt_of_another_round_is_not_known_here(
    stranger: Browser, world: World, round: Round, keys: Path
) -> None:
    other = open_round(world, slug="other")
    sent = cast(other, keys, admit(other, keys), "1")
    ask(stranger, round, sent.receipt, status=422)


@pytest.mark.usefixtures("stopped_clock")
def test_receipts_cannot_be_guessed_without_end(stranger: Browser, round: Round) -> None:
    page = stranger.get(f"/rounds/{round.slug}/receipt")
    for _ in range(59):
        limits.hit("receipts", "127.0.0.1", tries=60, seconds=600)
    stranger.submit(page, {"receipt": "A" * 16}, status=422)
    stranger.submit(page, {"receipt": "A" * 16}, status=429)

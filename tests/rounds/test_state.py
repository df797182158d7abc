"""What a round is doing follows from its dates and one moment, and is never stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask_babel import force_locale

from pbapp.rounds import words
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import (
    WhyNot,
    can_vote,
    current_round,
    is_open_for,
    list_rounds,
    state_of,
)
from pbapp.rounds.sealing import BallotProject
from tests.rounds.factories import calendar, make_round, seal
from tests.world import World

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # voting: 23 December 9am to 13 January 9am
SECOND = timedelta(seconds=1)
PROJECTS = [BallotProject(1, "A bench", 500_00)]


@pytest.fixture(autouse=True)
def _in_english(app: Flask) -> Iterator[None]:
    with force_locale("en_GB"):
        yield


@pytest.fixture
def round(world: World) -> Round:
    with time_machine.travel(START, tick=False):
        return make_round(world, phases=calendar(START))


def at(days: float) -> datetime:
    return START + timedelta(days=days)


@pytest.mark.parametrize(
    ("moment", "kind", "following"),
    [
        (at(0) - SECOND, None, PhaseKind.SUBMISSION),
        (at(0), PhaseKind.SUBMISSION, PhaseKind.REVIEW),
        (at(30) - SECOND, PhaseKind.SUBMISSION, PhaseKind.REVIEW),
        (at(30), PhaseKind.REVIEW, PhaseKind.VOTING),
        (at(44), None, PhaseKind.VOTING),
        (at(51), PhaseKind.VOTING, PhaseKind.COUNTING),
        (at(72) - SECOND, PhaseKind.VOTING, PhaseKind.COUNTING),
        (at(72), PhaseKind.COUNTING, PhaseKind.PUBLISHED),
        (at(1000), PhaseKind.PUBLISHED, None),
    ],
)
def test_a_phase_runs_up_to_but_not_including_its_end(
    round: Round, moment: datetime, kind: PhaseKind | None, following: PhaseKind | None
) -> None:
    state = state_of(round, moment)
    assert state.kind is kind
    assert (state.next.kind if state.next else None) is following
    assert [k for k in PhaseKind if is_open_for(round, k, moment)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at(-1), "Groups can send in proposals from Monday 2 November 2026, 9am"),
        (at(21), "Groups can send in proposals, 9 days left"),
        (at(31), "Proposals are being checked"),
        (at(45), "Voting opens on Wednesday 23 December 2026, 9am"),
        (at(63), "Voting is open, 9 days left"),
        (at(63.6), "Voting is open, 9 days left"),
        (at(70.7), "Voting is open, until 9am tomorrow"),
        (at(71.8), "Voting is open, until 9am today"),
        (at(73), "Votes are being counted"),
        (at(80), "The result is out"),
    ],
)
def test_one_line_says_what_is_going_on(
    world: World, round: Round, moment: datetime, text: str
) -> None:
    with time_machine.travel(at(45), tick=False):
        seal(world, round, PROJECTS)
    round.certified_at = moment if text == "The result is out" else None
    assert words.state_words(round, moment) == text


def test_a_result_is_not_called_out_before_two_people_certify_it(
    world: World, round: Round
) -> None:
    assert "Two people check the count" in words.state_words(round, at(80))


def test_the_gap_after_the_last_phase_has_an_answer_too(world: World) -> None:
    round = make_round(world, phases=calendar(START)[:3])
    assert words.state_words(round, at(100)) == "This round is over"
    round.phases = []
    assert words.state_words(round, at(100)) == "No dates have been set yet"


def test_voting_waits_for_the_seal(world: World, round: Round) -> None:
    gate = can_vote(round, at(60))
    assert (bool(gate), gate.why_not) == (False, WhyNot.NOT_SEALED)
    assert "has not been sealed" in words.state_words(round, at(60))
    assert "has not been sealed" in words.why_not(gate)

    with time_machine.travel(at(60), tick=False):
        seal(world, round, PROJECTS)
    assert can_vote(round, at(60))
    assert words.why_not(can_vote(round, at(60))) == ""


def test_before_and_after_voting_people_are_told_when(world: World, round: Round) -> None:
    with time_machine.travel(at(45), tick=False):
        seal(world, round, PROJECTS)
    early, late = can_vote(round, at(51) - SECOND), can_vote(round, at(72))
    assert words.why_not(early) == "Voting opens on Wednesday 23 December 2026, 9am."
    assert words.why_not(late) == "Voting closed on Wednesday 13 January 2027, 9am."
    assert can_vote(round, at(72) - SECOND)


def test_the_round_to_tell_about_first_is_the_one_people_can_act_in(world: World) -> None:
    over = make_round(world, PhaseKind.PUBLISHED, slug="last-year")
    checking = make_round(world, PhaseKind.REVIEW, slug="checking")
    open_now = make_round(world, PhaseKind.SUBMISSION, slug="open")
    elsewhere = make_round(world, slug="elsewhere", board=world.other_board)
    assert list_rounds(world.board) == [open_now, checking, over]

    voting = make_round(world, PhaseKind.VOTING, slug="voting")
    seal(world, voting, PROJECTS)
    assert current_round(world.board) is voting
    assert current_round(world.other_board) is elsewhere


def test_a_board_without_rounds_has_no_current_one(world: World) -> None:
    assert current_round(world.board) is None

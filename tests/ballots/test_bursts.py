"""Many people from one place are shown to two officers, and nobody is dropped without a word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.ballots.models import Voter
from pbapp.ballots.roll import bursts
from pbapp.ballots.roll.models import Burst, BurstKind
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots.factories import admit, open_round
from tests.world import World

# Much is counted by the day, and no day ends while a test runs.
pytestmark = pytest.mark.usefixtures("stopped_clock")

MANY = bursts.MANY_FROM_ONE_NETWORK


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


def crowd(round: Round, keys: Path, people: int, network: str = "203.0.113.0/24") -> list[Voter]:
    return [admit(round, keys, network=network) for _ in range(people)]


def test_many_from_one_range_in_one_day_are_a_group_once(round: Round, keys: Path) -> None:
    crowd(round, keys, MANY - 1)
    crowd(round, keys, 3, "198.51.100.0/24")
    bursts.look_everywhere()
    assert bursts.list_groups(round) == []
    crowd(round, keys, 2)
    for _ in range(2):
        bursts.look_everywhere()
    (group,) = bursts.list_groups(round)
    assert (group.burst.kind, group.people, group.waits) == (BurstKind.NETWORK, MANY + 1, True)
    assert "203.0.113" not in group.burst.mark


def test_the_same_number_over_many_days_is_none(round: Round, keys: Path) -> None:
    for day in range(3):
        with time_machine.travel(clock.now() + timedelta(days=day)):
            crowd(round, keys, MANY // 2)
            bursts.find_new(round)
    assert bursts.list_groups(round) == []


def test_as_many_as_may_share_an_address_are_a_group(round: Round, keys: Path) -> None:
    for name in ("Ann Bell", "Bob Bell", "Cat Bell"):
        admit(round, keys, email="bell@example.org", name=name)
    bursts.find_new(round)
    assert bursts.list_groups(round) == []
    admit(round, keys, email="bell@example.org", name="Dan Bell")
    bursts.find_new(round)
    (group,) = bursts.list_groups(round)
    assert (group.burst.kind, group.people) == (BurstKind.CONTACT, 4)


def test_two_different_officers_have_to_look_and_again_when_it_has_grown(
    world: World, round: Round, keys: Path
) -> None:
    crowd(round, keys, MANY)
    bursts.find_new(round)
    burst = db.session.query(Burst).one()
    for _ in range(2):
        bursts.look(round=round, burst=burst, by=world.officer, note="The hall on Main Street")
        assert bursts.group_of(burst).waits
    bursts.look(round=round, burst=burst, by=world.second_officer, note="Yes, the hall")
    assert not bursts.group_of(burst).waits
    crowd(round, keys, 1)
    assert bursts.group_of(burst).waits
    with pytest.raises(Refused, match="Only an officer"):
        bursts.look(round=round, burst=burst, by=world.officer_elsewhere, note="")

"""How a plan goes: officers say it of actions and figures, and everybody reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.db import db
from pbapp.plans.models import Action, Direction, Indicator, PriorityVersion
from pbapp.plans.services import written
from tests.client import Browser
from tests.world import World

PATH = "/boards/coatbridge/priorities/poverty"


@pytest.fixture
def figure(world: World) -> Indicator:
    found = Indicator(
        priority=world.priorities["poverty"],
        slug="parcels",
        name="Food parcels",
        unit="parcels",
        direction=Direction.DOWN,
        decimals=1,
        least=0,
        most=1000,
        source="A food bank",
    )
    db.session.add(found)
    db.session.commit()
    return found


def an_action(world: World) -> Action:
    found = (
        db.session.query(Action)
        .join(PriorityVersion, Action.priority_version_id == PriorityVersion.id)
        .filter(PriorityVersion.priority_id == world.priorities["poverty"].id)
        .first()
    )
    assert found is not None
    return found


def test_a_priority_says_that_no_figure_is_kept(stranger: Browser, world: World) -> None:
    assert "That is a gap in the plan." in stranger.get(PATH).text


def test_an_officer_says_how_an_action_goes_and_it_can_be_read_back(
    officer: Browser, stranger: Browser, world: World
) -> None:
    path = f"{PATH}/actions/{an_action(world).id}"
    officer.submit(officer.get(path), {"status": "under_way", "progress": "Two halls asked."})
    officer.submit(officer.get(path), {"status": "done", "progress": "Done in May."})
    assert "Two halls asked." in officer.get(path).text
    seen = stranger.get(PATH).text
    assert "Done in May." in seen
    assert "Two halls asked." not in seen


def test_a_reading_is_added_and_drawn(
    officer: Browser, stranger: Browser, world: World, figure: Indicator
) -> None:
    path = f"{PATH}/indicators/parcels"
    day = clock.today() - timedelta(days=3)
    officer.submit(officer.get(path), {"taken_on": day.isoformat(), "value": "12.5"})
    assert "12.5 parcels" in stranger.get(PATH).text
    assert "12.5" in officer.get(path).text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("value", "", "Enter a number."),
        ("value", "١٢", "Enter a number in digits"),
        ("value", "1_0", "Enter a number in digits"),
        ("value", "1e3", "Enter a number in digits"),
        ("value", "12.25", "Use at most 1 digits after the dot."),
        ("value", "100.1", "This figure lies between 0.0 and 100.0."),
        ("value", "-1", "This figure lies between 0.0 and 100.0."),
        ("taken_on", "2999-01-01", "This day has not come yet."),
    ],
)
def test_a_wrong_reading_is_said_beside_its_field(
    officer: Browser, world: World, figure: Indicator, field: str, value: str, said: str
) -> None:
    given = {"taken_on": clock.today().isoformat(), "value": "7", "source": "My own", field: value}
    page = officer.submit(officer.get(f"{PATH}/indicators/parcels"), given, status=422)
    assert any(said in error for error in page.errors()), page.errors()
    assert "My own" in page.html


def test_a_day_has_one_reading(officer: Browser, world: World, figure: Indicator) -> None:
    path, given = f"{PATH}/indicators/parcels", {"taken_on": "2025-03-31", "value": "7"}
    officer.submit(officer.get(path), given)
    page = officer.submit(officer.get(path), given, status=422)
    assert page.errors() == ["There is a reading for that day already."]


def test_only_officers_of_this_board_say_how_it_goes(
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    figure: Indicator,
) -> None:
    for path in (f"{PATH}/actions/{an_action(world).id}", f"{PATH}/indicators/parcels"):
        assert "/account/sign-in" in stranger.get(path, 303).location
        for browser in (resident, board_member, officer_elsewhere):
            browser.get(path, 403)


def test_a_reading_is_written_with_its_decimal_places() -> None:
    assert [written(*one) for one in ((1234, 1), (-5, 2), (1_000_000, 0), (0, 1))] == [
        "123.4",
        "-0.05",
        "1,000,000",
        "0.0",
    ]

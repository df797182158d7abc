"""How a plan goes: officers say it of actions and figures, and everybody reads it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pbapp import clock
from pbapp.db import db
from pbapp.organisations.models import OrganisationKind
from pbapp.plans import queries
from pbapp.plans.models import (
    Action,
    Direction,
    Driver,
    DriverKind,
    Indicator,
    PriorityVersion,
    Reading,
)
from pbapp.plans.progress import written
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
    officer.submit(officer.get(path), given)
    assert db.session.query(Reading).count() == 1, "the same reading sent twice is one row"
    page = officer.submit(officer.get(path), {**given, "value": "8"}, status=422)
    assert page.errors() == ["There is a reading for that day already."]


def test_only_officers_of_this_board_say_how_it_goes(
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    figure: Indicator,
) -> None:
    reading, driver = a_reading(figure), a_driver(world)
    for path in (
        f"{PATH}/actions/{an_action(world).id}",
        f"{PATH}/indicators/parcels",
        f"{PATH}/indicators/parcels/{reading.id}",
        f"{PATH}/drivers/{driver.id}",
    ):
        assert "/account/sign-in" in stranger.get(path, 303).location
        for browser in (resident, board_member, officer_elsewhere):
            browser.refused(path)


def test_a_reading_is_put_right_and_the_old_one_stays_readable(
    officer: Browser, stranger: Browser, world: World, figure: Indicator
) -> None:
    path = f"{PATH}/indicators/parcels/{a_reading(figure).id}"
    page = officer.submit(officer.get(path), {"value": "99.5"}, status=422)
    assert page.errors() == ["Say why the figure was wrong."]
    page = officer.submit(officer.get(path), {"value": "100.1", "reason": "Typo"}, status=422)
    assert page.errors() == ["This figure lies between 0.0 and 100.0."]
    officer.submit(officer.get(path), {"value": "99.5", "reason": "Two halls left out"})
    seen = stranger.get(PATH).text
    for said in ("99.5 parcels", "Put right: Two halls left out", "Was: 12.5", "Now: 99.5"):
        assert said in seen


def test_who_saves_second_sees_what_the_first_said(
    officer: Browser, second_officer: Browser, world: World, figure: Indicator
) -> None:
    action, reading = an_action(world), a_reading(figure)
    for path, first, second in (
        (
            f"{PATH}/actions/{action.id}",
            {"status": "done", "progress": "All done."},
            {"status": "stopped", "progress": "No money."},
        ),
        (
            f"{PATH}/indicators/parcels/{reading.id}",
            {"value": "13", "reason": "First"},
            {"value": "14", "reason": "Second"},
        ),
    ):
        stale = second_officer.get(path)
        officer.submit(officer.get(path), first)
        page = second_officer.submit(stale, second, status=409)
        assert "Changed by somebody else meanwhile" in page.text
        assert "All done." in page.text or "Now: 13.0" in page.text
        second_officer.submit(page)
        last = list(second.values())[-1]
        assert last in second_officer.get(path).html


def test_a_partner_says_how_its_own_action_goes(
    group_member: Browser, stranger: Browser, world: World
) -> None:
    action = an_action(world)
    path = f"{PATH}/actions/{action.id}"
    action.lead = "example canal friends"
    db.session.commit()
    group_member.get(path, 403)
    world.group.kind = OrganisationKind.PARTNER
    db.session.commit()
    assert path in group_member.get(PATH).links().values()
    assert path in group_member.get("/boards/coatbridge/plan").links().values()
    group_member.submit(group_member.get(path), {"status": "under_way", "progress": "We began."})
    assert "We began." in stranger.get(PATH).text
    assert "by example canal friends" in group_member.get(path).text
    action = an_action(world)
    action.lead = "Somebody else"
    db.session.commit()
    group_member.refused(path)


def test_a_strategy_is_looked_at_again_wherever_the_plan_names_it(
    officer: Browser, world: World
) -> None:
    driver, twin = a_driver(world), a_driver(world, "mental-health")
    assert [found for *_, found in queries.list_to_review([world.board.id])] == [driver]
    path = f"{PATH}/drivers/{driver.id}"
    assert officer.get("/desk").links()["An Act"] == path
    page = officer.submit(officer.get(path), {"reviewed_on": "2999-01-01"}, status=422)
    assert page.errors() == ["This day has not come yet."]
    officer.submit(officer.get(path), {"reviewed_on": clock.today().isoformat()})
    assert twin.reviewed_on == clock.today()
    assert queries.list_to_review([world.board.id]) == []
    assert "An Act" not in officer.get("/desk").text
    page = officer.submit(officer.get(path), {"reviewed_on": "2020-01-01"}, status=422)
    assert page.errors() == ["It was looked at again after that day already."]


def a_reading(figure: Indicator) -> Reading:
    found = Reading(taken_on=date(2025, 3, 31), value=125, noted_at=clock.now())
    figure.readings.append(found)
    db.session.commit()
    return found


def a_driver(world: World, priority: str = "poverty") -> Driver:
    version = (
        db.session.query(PriorityVersion)
        .filter(PriorityVersion.priority_id == world.priorities[priority].id)
        .one()
    )
    found = Driver(
        priority_version_id=version.id, position=1, kind=DriverKind.NATIONAL, name="An Act"
    )
    db.session.add(found)
    db.session.commit()
    return found


def test_a_reading_is_written_with_its_decimal_places() -> None:
    assert [written(*one) for one in ((1234, 1), (-5, 2), (1_000_000, 0), (0, 1))] == [
        "123.4",
        "-0.05",
        "1,000,000",
        "0.0",
    ]

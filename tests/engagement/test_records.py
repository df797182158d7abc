"""What people said: officers write it down, everybody reads it, and corrections stay readable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.engagement import queries, services
from pbapp.engagement.models import Engagement, EngagementKind
from pbapp.engagement.services import Heard
from pbapp.refusal import Refused
from tests.client import Browser, QueryCounter
from tests.world import World

PATH = "/boards/coatbridge/engagement"


def kept(world: World, **values: object) -> Engagement:
    given = {
        "kind": EngagementKind.SURVEY,
        "title": "Warm and fed",
        "held_on": clock.today() - timedelta(days=9),
        "heard": "Evenings are the hard times.",
        "priorities": [world.priorities["poverty"]],
        **values,
    }
    found = services.record(board=world.board, told=Heard(**given), by=world.officer)  # type: ignore[arg-type]
    db.session.commit()
    return found


def typed(world: World, **values: object) -> dict[str, object]:
    return {
        "kind": "workshop",
        "title": "An evening for carers",
        "held_on": (clock.today() - timedelta(days=2)).isoformat(),
        "place": "Kirkwood Hall",
        "area": world.wards[10].gss_code,
        "voice": "community_forum",
        "people": "1,034",
        "groups": ["unpaid_carers", "older"],
        "priorities": [str(world.priorities["mental-health"].id)],
        "heard": "We find out by chance.",
        **values,
    }


def test_a_board_that_has_written_nothing_down_says_so(stranger: Browser, world: World) -> None:
    assert "Nothing is written down yet" in stranger.get(PATH).text
    assert (
        "a gap in what the board knows"
        in stranger.get("/boards/coatbridge/priorities/poverty").text
    )


def test_an_officer_writes_down_what_people_said_and_everybody_reads_it(
    officer: Browser, stranger: Browser, world: World
) -> None:
    page = officer.get(PATH)
    form = officer.get(page.links()["Write down what people said"])
    saved = officer.submit(form, typed(world))
    assert saved.location.startswith(PATH + "#heard-")
    seen = stranger.get(PATH).text
    for said in (
        "An evening for carers",
        "Workshop",
        "Kirkwood Hall",
        "Coatbridge West",
        "1034 people reached",
        "A community forum",
        "Unpaid carers; Older people",
        "We find out by chance.",
        "nothing is written down yet",
    ):
        assert said in seen
    assert (
        "An evening for carers" in stranger.get("/boards/coatbridge/priorities/mental-health").text
    )
    assert "Write down" not in seen


def test_it_can_be_put_right_and_what_it_said_before_is_still_there(
    officer: Browser, world: World
) -> None:
    found = kept(world, people=40, area=world.wards[9])  # a ward the board has no more
    path = f"{PATH}/{found.id}"
    officer.submit(
        officer.get(path), {"people": "45", "changed": "The hall opens on Thursdays.", "place": ""}
    )
    page = officer.get(path)
    assert db.session.get_one(Engagement, found.id).area is world.wards[9]
    for said in ("What has been changed", "People reached", "45", "The hall opens on Thursdays."):
        assert said in page.text
    verbs = list(db.session.scalars(select(Event.verb).order_by(Event.number)))
    assert verbs[-2:] == ["engagement.recorded", "engagement.corrected"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Give it a name."),
        ("heard", " ", "Write down what people said."),
        ("people", "١٢", "Enter a whole number in digits"),
        ("people", "1_000", "Enter a whole number in digits"),
        ("people", "0", "Enter a whole number in digits"),
        ("source", "javascript:alert(1)", "Enter a web address"),
        ("held_on", "2999-01-01", "This day has not come yet."),
        ("held_on", "yesterday", "Not a valid date"),
    ],
)
def test_wrong_input_is_said_beside_the_field_and_nothing_is_lost(
    officer: Browser, world: World, field: str, value: str, said: str
) -> None:
    page = officer.submit(officer.get(f"{PATH}/new"), typed(world, **{field: value}), status=422)
    assert any(said in error for error in page.errors()), page.errors()
    if field != "heard":
        assert "We find out by chance." in page.html
    assert not queries.list_heard(world.board.id)


def test_only_officers_of_this_board_write(
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
) -> None:
    found = kept(world)
    for path in (f"{PATH}/new", f"{PATH}/{found.id}"):
        assert "/account/sign-in" in stranger.get(path, 303).location
        for browser in (resident, board_member, officer_elsewhere):
            browser.get(path, 403)


def test_a_service_refuses_who_is_no_officer_and_a_priority_of_another_board(
    world: World,
) -> None:
    told = Heard(kind=EngagementKind.STALL, title="A stall", held_on=clock.today(), heard="Prices.")
    with pytest.raises(Refused, match="Only an officer"):
        services.record(board=world.board, told=told, by=world.officer_elsewhere)
    with pytest.raises(Refused, match="another board"):
        services.record(
            board=world.other_board,
            told=Heard(
                kind=EngagementKind.STALL,
                title="A stall",
                held_on=clock.today(),
                heard="Prices.",
                priorities=[world.priorities["poverty"]],
            ),
            by=world.officer_elsewhere,
        )


def test_another_boards_record_is_not_found_here(officer: Browser, world: World) -> None:
    told = Heard(kind=EngagementKind.STALL, title="Theirs", held_on=clock.today(), heard="No.")
    theirs = services.record(board=world.other_board, told=told, by=world.officer_elsewhere)
    db.session.commit()
    officer.get(f"{PATH}/{theirs.id}", 404)
    assert "Theirs" not in officer.get(PATH).text


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    kept(world)
    count_queries.reset()
    stranger.get(PATH)
    few = count_queries.number
    for number in range(20):
        kept(world, title=f"Survey {number}", area=world.wards[7])
    count_queries.reset()
    stranger.get(f"{PATH}?priority=poverty")
    assert count_queries.number <= few + 1
    assert few <= 8


def test_a_second_press_writes_nothing_more(officer: Browser, world: World) -> None:
    page = officer.get(f"{PATH}/new")
    first = officer.submit(page, typed(world))
    second = officer.submit(page, typed(world))
    assert second.location == first.location
    officer.submit(page, typed(world, heard="Something else."))
    assert len(queries.list_heard(world.board.id)) == 2

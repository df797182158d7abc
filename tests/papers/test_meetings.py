"""When a board meets: the cycle, one meeting moved or cancelled, papers, people and notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from io import BytesIO
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import delete, select

from pbapp import clock
from pbapp.audit.queries import list_revisions
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.papers.meetings import chores, queries
from pbapp.papers.meetings.days import days_from, first_day
from pbapp.papers.meetings.models import Meeting, MeetingPaper
from pbapp.papers.packs import services as packs
from tests.client import Browser, Page, QueryCounter
from tests.papers.factories import PDF, a_meeting, give
from tests.world import World

PATH = "/boards/coatbridge/meetings"
NOON = "2026-10-01T12:00:00+00:00"
THURSDAYS = {
    "first_on": "2026-10-06",
    "weekday": "3",
    "weeks": "6",
    "at": "18:30",
    "minutes": "120",
    "place": "Dunbeth Hall",
}


@pytest.fixture
def autumn() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def clerk(second_officer: Browser, world: World) -> Browser:
    give(world.second_officer, world.board, Role.CLERK)
    return second_officer


@pytest.fixture
def chair(board_member: Browser, world: World) -> Browser:
    give(world.board_member, world.board, Role.CHAIR)
    return board_member


def meetings() -> list[Meeting]:
    return list(db.session.scalars(select(Meeting).order_by(Meeting.starts_at)))


def sent(page: Page) -> tuple[bytes, str]:
    """What a download holds, and how it says it is to be kept."""
    with page.response as response:
        return response.data, response.headers["Content-Disposition"]


def test_the_days_of_a_cycle_are_so_many_weeks_apart() -> None:
    assert first_day(date(2026, 10, 6), 3) == date(2026, 10, 8)
    assert first_day(date(2026, 10, 8), 3) == date(2026, 10, 8)
    for today, first in (
        (date(2026, 1, 1), date(2026, 10, 8)),
        (date(2026, 10, 8), date(2026, 10, 8)),
        (date(2026, 10, 9), date(2026, 11, 19)),
    ):
        days = list(islice(days_from(date(2026, 10, 8), 6, today), 3))
        assert days[0] == first
        assert {b - a for a, b in pairwise(days)} == {timedelta(weeks=6)}


@pytest.mark.usefixtures("autumn")
def test_a_clerk_sets_the_cycle_once_and_the_clock_goes_on_with_it(
    clerk: Browser, stranger: Browser
) -> None:
    assert "No meeting of this board is set yet" in stranger.get(PATH).text
    clerk.submit(clerk.get(f"{PATH}/cycle"), THURSDAYS)
    assert [str(m.slot_on) for m in meetings()[:2]] == ["2026-10-08", "2026-11-19"]
    assert len(meetings()) == 6
    # 6:30pm on the wall, in summer time and out of it.
    assert {m.starts_at.astimezone(ZoneInfo("Europe/London")).hour for m in meetings()} == {18}
    assert {m.starts_at.astimezone(UTC).hour for m in meetings()} == {17, 18}
    page = stranger.get(PATH)
    assert "Thursday 8 October 2026, 6:30pm" in page.text
    assert "every 6 weeks" in page.text
    assert chores.set_next() == 0
    with time_machine.travel("2026-10-09T12:00:00+00:00"):
        assert chores.set_next() == 1
        assert "Meetings that are over" in stranger.get(PATH).text


@pytest.mark.usefixtures("autumn")
def test_a_new_cycle_leaves_what_somebody_prepared(clerk: Browser) -> None:
    clerk.submit(clerk.get(f"{PATH}/cycle"), THURSDAYS)
    first, second = meetings()[:2]
    agenda = {"items-0-title": "Results", "items-0-asks": "note the result"}
    clerk.submit(clerk.get(f"{PATH}/{first.id}/agenda"), agenda)
    clerk.submit(clerk.get(f"{PATH}/{second.id}/cancel"), {"reason": "The hall floods"})
    clerk.submit(clerk.get(f"{PATH}/cycle"), {"weekday": "1", "weeks": "4"})
    far = clerk.submit(clerk.get(f"{PATH}/cycle"), {"first_on": "9999-12-31"}, status=422)
    assert far.errors() == ["That is more than two years away. Check the day."]
    days = [str(m.slot_on) for m in meetings()]
    assert days[:4] == ["2026-10-08", "2026-10-13", "2026-11-10", "2026-11-19"]
    assert len(days) == 8


@pytest.mark.usefixtures("autumn")
def test_a_new_cycle_leaves_meetings_with_a_pack_or_another_place(
    clerk: Browser, world: World
) -> None:
    clerk.submit(clerk.get(f"{PATH}/cycle"), THURSDAYS)
    first, second = meetings()[:2]
    packs.press(meeting=first, by=world.second_officer)
    db.session.commit()
    clerk.submit(clerk.get(f"{PATH}/{second.id}/move"), {"place": "The library"})
    clerk.submit(clerk.get(f"{PATH}/cycle"), {"weekday": "1"})
    kept = {str(m.slot_on): m.place for m in meetings()}
    assert kept["2026-10-08"] == "Dunbeth Hall"
    assert kept["2026-11-19"] == "The library"
    assert "2026-12-31" not in kept


def test_a_moved_meeting_keeps_its_papers_and_the_board_is_told(
    clerk: Browser, stranger: Browser, world: World
) -> None:
    meeting = a_meeting(world)
    path = f"{PATH}/{meeting.id}"
    clerk.submit(
        clerk.get(f"{path}/papers"),
        {"title": "Youth report", "document": (BytesIO(PDF), "x.exe"), "is_public": "y"},
    )
    later = (clock.today() + timedelta(days=20)).isoformat()
    moved = {"on": later, "at": "10:00", "place": "The library", "reason": "The hall is shut"}
    clerk.submit(clerk.get(f"{path}/move"), moved)
    clerk.submit(clerk.get(f"{path}/move"), moved)
    page = stranger.get(path)
    for words in (
        "The library",
        "The hall is shut",
        "It was to be on",
        "Youth report",
        "PDF, 1 KB",
    ):
        assert words in page.text
    mail = db.session.scalars(select(Mail)).one()
    assert mail.to_address == world.board_member.email
    assert mail.context["place"] == "The library"
    assert list_revisions("meeting", meeting.id)[-1].changes["place"][0] == "Dunbeth Hall"


def test_a_cancelled_meeting_stays_to_be_read_with_its_reason(
    chair: Browser, stranger: Browser, world: World
) -> None:
    meeting = a_meeting(world)
    path = f"{PATH}/{meeting.id}"
    page = chair.submit(chair.get(f"{path}/cancel"), {"reason": " "}, status=422)
    assert page.errors() == ["Say why the meeting is cancelled; people are told."]
    for _press in range(2):
        chair.submit(chair.get(f"{path}/cancel"), {"reason": "Snow; and ice, too"})
    assert "does not take place: Snow; and ice, too" in stranger.get(path).text
    assert "Cancelled" in stranger.get(PATH).text
    assert queries.find_next(world.board.id, clock.now()) is None
    assert len(db.session.scalars(select(Mail)).all()) == 1
    lines = stranger.get(f"{PATH}.ics").html.split("\r\n")
    assert {"STATUS:CANCELLED", "LOCATION:Dunbeth Hall"} <= set(lines)
    assert "DESCRIPTION:Snow\\; and ice\\, too" in lines
    stop = chair.submit(chair.get(f"{path}/move"), status=422)
    assert stop.errors() == ["This meeting is cancelled."]


def test_an_extra_meeting_and_days_that_cannot_be(chair: Browser, world: World) -> None:
    fields = {"title": "About the results", "at": "18:00", "minutes": "60", "place": "Hall"}
    page = chair.get(f"{PATH}/new")
    for day, said in (
        ("2020-01-01", "This day has passed. Enter a day to come."),
        ("2090-01-01", "That is more than two years from now. Check the day."),
        ("soon", "Enter a day, like 04/12/2026."),
    ):
        wrong = chair.submit(page, {**fields, "on": day}, status=422)
        assert wrong.errors() == [said]
        assert "About the results" in wrong.html
    on = (clock.today() + timedelta(days=3)).isoformat()
    wrong = chair.submit(page, {**fields, "on": on, "minutes": "5"}, status=422)
    assert wrong.errors() == ["Enter a number from 15 to 600."]
    for _press in range(2):
        chair.submit(page, {**fields, "on": on})
    assert len(meetings()) == 1
    assert "About the results" in chair.get(PATH).text


def test_the_board_reads_a_paper_before_everybody_does(
    clerk: Browser, board_member: Browser, stranger: Browser, world: World
) -> None:
    meeting = a_meeting(world)
    path = f"{PATH}/{meeting.id}"
    page = clerk.get(f"{path}/papers")
    for wrong in (b"MZ a programme", b""):
        fields = {"title": "Draft", "document": (BytesIO(wrong), "draft.pdf")}
        assert len(clerk.submit(page, fields, status=422).errors()) == 1
    assert "Choose a file." in clerk.submit(page, {"title": "Draft"}, status=422).errors()
    for _press in range(2):
        fields = {"title": "Draft", "document": (BytesIO(PDF), "draft.pdf")}
        clerk.submit(page, fields, status=422 if _press else 303)
    assert "Draft" not in stranger.get(path).text
    link = board_member.get(path).links()["Draft"]
    assert sent(board_member.get(link)) == (PDF, "attachment; filename=draft.pdf")
    stranger.get(link, status=404)
    buttons = clerk.get(path)
    clerk.submit(buttons, {}, form=1)
    assert sent(stranger.get(link))[0] == PDF
    assert "Take it away" not in clerk.get(path).text
    clerk.submit(buttons, {}, form=2)
    assert "is published, so it stays" in clerk.get(path).text


def test_the_file_of_a_paper_that_was_taken_away_is_deleted_after_a_day(
    clerk: Browser, world: World
) -> None:
    path = f"{PATH}/{a_meeting(world).id}"
    uploads = clerk.app.extensions["pbapp"].uploads
    for title, more in (("Stays", b"one"), ("Goes", b"two")):
        fields = {"title": title, "document": (BytesIO(PDF + more), "x.pdf")}
        clerk.submit(clerk.get(f"{path}/papers"), fields)
    gone = db.session.scalars(select(MeetingPaper).where(MeetingPaper.title == "Goes")).one()
    db.session.execute(delete(MeetingPaper).where(MeetingPaper.id == gone.id))
    db.session.commit()
    file = uploads / f"{gone.digest}.pdf"
    chores.forget_files()
    assert file.exists()
    kept = db.session.scalars(select(MeetingPaper)).one()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        chores.forget_files()
    assert not file.exists()
    assert (uploads / f"{kept.digest}.pdf").exists()


def test_who_was_there_and_what_was_declared_is_written_down(
    clerk: Browser, stranger: Browser, world: World
) -> None:
    path = f"{PATH}/{a_meeting(world, days=-2).id}"
    assert "It is not written down yet who was there." in stranger.get(path).text
    page = clerk.get(f"{path}/attendance")
    bea = str(world.board_member.id)
    both = clerk.submit(page, {"present": [bea], "apologies": [bea]}, status=422)
    assert both.errors() == ["Somebody is both present and sent apologies."]
    half = clerk.submit(page, {"interests-0-name": "Bea Board"}, status=422)
    assert half.errors() == ["Say which interest they declared."]
    declared = {"interests-0-name": "Bea Board", "interests-0-about": "Canal Friends; left"}
    clerk.submit(page, {"present": [bea], "others": "Two officers", **declared})
    clerk.submit(clerk.get(f"{path}/attendance"), {})
    db.session.execute(delete(Membership).where(Membership.role == Role.BOARD_MEMBER))
    db.session.commit()  # who has left since was still there
    clerk.submit(clerk.get(f"{path}/attendance"), {})
    text = stranger.get(path).text
    for words in (
        "A former member of the board Present",
        "Two officers",
        "Bea Board: Canal Friends; left",
    ):
        assert words in text


def test_strangers_read_the_names_of_members_who_want_that(
    clerk: Browser, chair: Browser, stranger: Browser, world: World
) -> None:
    path = f"{PATH}/{a_meeting(world, days=-2).id}"
    give(world.resident, world.board, Role.BOARD_MEMBER)
    world.resident.name = ""
    db.session.commit()
    page = clerk.get(f"{path}/attendance")
    assert f"A member of the board ({world.resident.email})" in page.text
    clerk.submit(page, {"present": [str(world.board_member.id)]})
    text = stranger.get(path).text
    assert "A member of the board (chair) Present" in text
    assert "Bea Board" not in text
    assert "Not there" not in text  # who joined after the meeting is not missed at it
    assert "Bea Board (chair) Present" in chair.get(path).text
    for held in db.session.scalars(select(Membership)):
        held.is_named, held.since = True, clock.now() - timedelta(days=9)
    db.session.commit()
    text = stranger.get(path).text
    assert "Bea Board (chair) Present" in text
    assert "A member of the board Not there" in text
    assert world.resident.email not in text


def test_notes_are_the_board_s_until_they_are_published(
    clerk: Browser, board_member: Browser, stranger: Browser, world: World
) -> None:
    path = f"{PATH}/{a_meeting(world, days=-2).id}"
    clerk.submit(clerk.get(f"{path}/notes"), {"notes": "We agreed on the dates."})
    assert "We agreed on the dates." in board_member.get(path).text
    assert "We agreed" not in stranger.get(path).text
    clerk.submit(clerk.get(f"{path}/notes"), {"is_public": "y"})
    assert "We agreed on the dates." in stranger.get(path).text
    hidden = clerk.submit(clerk.get(f"{path}/notes"), {"is_public": None}, status=422)
    assert "leave them public" in hidden.errors()[0]


def test_notes_are_not_overwritten_and_what_they_said_stays(
    clerk: Browser, chair: Browser, stranger: Browser, world: World
) -> None:
    path = f"{PATH}/{a_meeting(world, days=-2).id}"
    mine, theirs = chair.get(f"{path}/notes"), clerk.get(f"{path}/notes")
    clerk.submit(theirs, {"notes": "A private draft."})
    stale = chair.submit(mine, {"notes": "We agreed."}, status=409)
    assert "A private draft." in stale.text
    assert "We agreed." in stale.html
    chair.submit(stale, {"is_public": "y"})
    assert "private draft" in chair.get(path).text
    assert "private draft" not in stranger.get(path).text
    clerk.submit(clerk.get(f"{path}/notes"), {"notes": "We agreed on May."})
    text = stranger.get(path).text
    assert "What the notes said before" in text
    assert "private draft" not in text


def test_before_it_begins_nobody_was_there(clerk: Browser, world: World) -> None:
    path = f"{PATH}/{a_meeting(world).id}"
    page = clerk.submit(clerk.get(f"{path}/attendance"), {}, status=422)
    assert page.errors() == ["This meeting has not begun, so nobody was there yet."]
    page = clerk.submit(clerk.get(f"{path}/notes"), {"notes": "x"}, status=422)
    assert "nothing to note yet" in page.errors()[0]


def test_only_the_clerk_and_the_chair_see_to_meetings(
    world: World, stranger: Browser, request: pytest.FixtureRequest
) -> None:
    meeting = a_meeting(world)
    paper = f"/{meeting.id}/papers/1"
    pages = ["/cycle", "/new"]
    pages += [f"/{meeting.id}/{name}" for name in ("move", "cancel", "agenda", "papers")]
    pages += [f"/{meeting.id}/{name}" for name in ("attendance", "notes")]
    for page in pages:
        assert "sign-in" in (stranger.get(PATH + page, status=303).location or "")
    for persona in ("resident", "group_member", "officer", "officer_elsewhere", "board_member"):
        browser: Browser = request.getfixturevalue(persona)
        for page in pages:
            browser.refused(PATH + page)
        browser.post(PATH + paper, browser.token(), status=403)


def test_a_meeting_belongs_to_its_board(world: World, stranger: Browser) -> None:
    meeting = a_meeting(world)
    stranger.get(f"{PATH}/{meeting.id}")
    for path in (f"/boards/airdrie/meetings/{meeting.id}", f"{PATH}/{meeting.id + 1}"):
        stranger.get(path, status=404)
    for path in ("/boards/nowhere/meetings", "/boards/nowhere/meetings.ics"):
        stranger.get(path, status=404)
    stranger.get(f"{PATH}/{meeting.id}/papers/1", status=404)


def test_lists_take_few_queries(
    world: World, stranger: Browser, count_queries: QueryCounter
) -> None:
    for number in range(-6, 6):
        a_meeting(world, days=number * 40 + 5)
    count_queries.reset()
    stranger.get(PATH)
    assert count_queries.number <= 8, count_queries.statements

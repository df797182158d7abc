"""Regular times as a calendar: what RFC 5545 asks for, and the very days that the page says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.rrule import rrulestr
from dateutil.tz import tzical

from pbapp import clock
from pbapp.assets import times
from pbapp.assets.models import AssetSession, AssetState, Precision, SessionUse, Status
from pbapp.assets.times import Session
from pbapp.db import db
from pbapp.web import icalendar
from pbapp.web.icalendar import Happening
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World

LONDON = ZoneInfo("Europe/London")
HOSTILE = "Soup; tea, \\ and\r\nEND:VEVENT\r\nBEGIN:VALARM 🎉 é" * 3


def events(text: str) -> list[dict[str, str]]:
    """Read a calendar strictly: line ends, folding, nesting, no line twice in an event."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    open_parts: list[str] = []
    found: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        name, sep, value = line.partition(":")
        assert sep, line
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert open_parts.pop() == value
        elif open_parts[-1] == "VEVENT":
            assert name not in found[-1]
            found[-1][name] = value
    assert not open_parts
    assert len({one["UID"] for one in found}) == len(found)
    return found


@pytest.mark.parametrize(
    "session",
    [
        Session(0b0000010, 600, 720),
        Session(0b1111111, 1080, 1440),
        Session(0b0010001, 540, 600, until_on=date(2026, 4, 15)),
        Session(0b0000001, 540, 600, every=2, starts_on=date(2026, 1, 7)),
        Session(0b0000010, 600, 660, nth=1),
        Session(0b1000001, 600, 660, nth=-1, every=3, starts_on=date(2026, 2, 10)),
        Session(0b0001000, 30, 60, nth=4, until_on=date(2026, 3, 26)),
    ],
)
def test_an_independent_reader_finds_the_very_days(session: Session) -> None:
    since = session.starts_on or date(2026, 1, 5)
    meant = [one.start for one in times.occurrences(session, since, date(2026, 12, 31))]
    rule = times.rrule(session)
    if session.until_on:
        last = datetime.combine(session.until_on, datetime.min.time())
        rule["UNTIL"] = icalendar.until(last + timedelta(minutes=session.opens), LONDON)
    text = ";".join(f"{name}={value}" for name, value in rule.items())
    start = meant[0].replace(tzinfo=LONDON)
    got = rrulestr(text, dtstart=start).between(
        start, datetime(2026, 12, 31, 23, 59, tzinfo=LONDON), inc=True
    )
    assert [one.replace(tzinfo=None) for one in got] == meant


def test_a_zone_says_when_its_clocks_change() -> None:
    at = datetime.combine(date(2026, 6, 2), time(10))
    one = Happening("a@x", at, None, "A", "", "https://x/", rule={"FREQ": "WEEKLY"}, zone=LONDON)
    text = icalendar.write("A", [one, one], datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")))
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "20260329T010000" in text
    assert "20261025T020000" in text
    assert "DTSTART;TZID=Europe/London:20260602T100000" in text
    assert text.count("RRULE:FREQ=YEARLY") == 2  # what every programme reads, not a list of days
    read = tzical(io.StringIO(text)).get("Europe/London")
    for day in range(0, 5 * 366, 9):
        noon = datetime.combine(date(2026, 1, 1) + timedelta(days=day), time(12))
        assert noon.replace(tzinfo=read).utcoffset() == noon.replace(tzinfo=LONDON).utcoffset()
    old = replace(one, starts_at=datetime.combine(date(2023, 7, 4), time(10)))
    assert "20230326T010000" in icalendar.write("A", [one, old], clock.now())
    morocco = replace(one, zone=ZoneInfo("Africa/Casablanca"))  # by the moon: no rule
    assert "RDATE:" in icalendar.write("A", [morocco], clock.now())
    east = Happening("b@x", at, None, "B", "", "https://x/", zone=ZoneInfo("Asia/Kolkata"))
    assert "TZOFFSETTO:+0530" in icalendar.write("B", [east], clock.now())


@time_machine.travel("2026-03-02T12:00:00Z", tick=False)
def test_the_list_and_an_entry_have_their_calendars(stranger: Browser, world: World) -> None:
    name = f"Hall {HOSTILE}"[:120]
    hall = make_asset(world, name, where_words="Main Street", alert=HOSTILE[:200])
    hall.sessions = [
        AssetSession(days=0b10, opens=600, closes=1440, until_on=date(2026, 6, 30)),
        AssetSession(days=0b1, opens=600, closes=660, use=SessionUse.FREE),
        AssetSession(days=0b1, opens=600, closes=660, until_on=date(2026, 3, 1)),
    ]
    make_asset(world, "No times")
    db.session.commit()
    page = stranger.get("/assets.ics")
    assert page.response.mimetype == "text/calendar"
    assert "Set-Cookie" not in page.response.headers
    open_, free = events(page.html)
    assert open_["RRULE"] == "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260630T090000Z"
    assert open_["DTEND;TZID=Europe/London"][9:] == "000000"
    assert "space free" in free["SUMMARY"]
    assert open_["GEO"] == f"{hall.lat:.6f};{hall.lon:.6f}"
    link = stranger.get(f"/assets/{hall.id}").links()["Put these times in your calendar"]
    assert link == f"/assets/{hall.id}.ics"
    own = events(stranger.get(f"/assets/{hall.id}.ics").html)
    assert [one["UID"] for one in own] == [open_["UID"], free["UID"]]
    hall.status, hall.shown_as = Status.PAUSED, Precision.STREET
    db.session.commit()
    paused = events(stranger.get("/assets.ics").html)[0]
    assert (paused["STATUS"], paused["UID"]) == ("CANCELLED", open_["UID"])
    assert int(paused["SEQUENCE"]) > int(open_["SEQUENCE"])
    assert "GEO" not in paused
    waits = {"status": Status.ACTIVE, "state": AssetState.WAITING}
    for change in ({"status": Status.CLOSED}, waits):
        _set(hall, change)
        assert events(stranger.get("/assets.ics").html) == []
    stranger.get(f"/assets/{hall.id}.ics", status=404)
    share = stranger.get("/assets/share?kind=place")
    assert "kind=place" in share.links()["The regular times as a file (iCal)"]


def _set(asset: Any, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(asset, name, value)
    db.session.commit()

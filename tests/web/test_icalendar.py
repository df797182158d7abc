"""Calendar files: what RFC 5545 asks for, and nothing that somebody typed can break it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pbapp.web.icalendar import Happening, escape, fold, write
from tests.client import Browser
from tests.rounds.factories import make_round
from tests.world import World

AT = datetime(2026, 12, 4, 17, tzinfo=UTC)


def unfold(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Soup, tea; more", "Soup\\, tea\\; more"),
        ("a\\b", "a\\\\b"),
        ("one\r\ntwo\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENT\\nBEGIN:VEVENT"),
    ],
)
def test_text_is_escaped(text: str, kept: str) -> None:
    assert escape(text) == kept


@pytest.mark.parametrize("text", ["x" * 300, "é" * 200, "🎉" * 90, "short", ""])
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(text: str) -> None:
    folded = fold(text)
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == text


def test_an_event_has_what_it_must_have() -> None:
    happening = Happening("round-1-voting@x", AT, None, "Voting, at last", "", "https://x/rounds/a")
    lines = unfold(write("A; board", [happening], AT))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "VERSION:2.0",
        "UID:round-1-voting@x",
        "DTSTAMP:20261204T170000Z",
        "DTSTART:20261204T170000Z",
        "SUMMARY:Voting\\, at last",
        "X-WR-CALNAME:A\\; board",
    ):
        assert line in lines
    assert not any(line.startswith("DTEND") for line in lines)


def test_a_round_and_a_board_have_their_calendars(stranger: Browser, world: World) -> None:
    make_round(world, title="Soup; and\nmore")
    make_round(world, title="Theirs", slug="theirs", board=world.other_board)
    for path in ("/rounds/small-grants/calendar.ics", "/boards/coatbridge/calendar.ics"):
        answer = stranger.get(path)
        assert "Accept-Language" in answer.response.headers["Vary"]
        assert answer.response.mimetype == "text/calendar"
        text = "\n".join(unfold(answer.html))
        assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 5
        assert "SUMMARY:Soup\\; and\\nmore: Voting" in text
        assert "Theirs" not in text
    stranger.get("/boards/nowhere/calendar.ics", status=404)
    stranger.get("/rounds/nothing/calendar.ics", status=404)
    assert "Put these dates into your calendar" in stranger.get("/rounds/small-grants").links()

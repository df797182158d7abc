"""Newsletters: written, tried, sent to followers once, taken back, kept on a page and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.messages import following
from pbapp.messages.models import Mail, MailState
from pbapp.news import queries, sending
from pbapp.news.models import LetterState, Newsletter
from tests.client import Browser, Page, QueryCounter
from tests.messages.smtp import Inbox, mail_server
from tests.world import World

JO, AL = "jo@example.org", "al@example.org"
NEW = "/desk/newsletters/new/coatbridge"
TEXT = "Vote until Friday.\n\nRead <b>all</b>:\nhttps://pb.example.org/ideas\njavascript:alert(1)"


@pytest.fixture
def inbox(app: Flask, world: World) -> Iterator[Inbox]:
    ward = f"ward {world.board.id}/{world.wards[7].id}"
    following.follow(subject=f"board {world.board.id}", address=JO, is_proven=True)
    following.follow(subject=ward, address=AL, is_proven=True)
    db.session.commit()
    with mail_server(app) as box:
        yield box


def write(officer: Browser, **typed: Any) -> Page:
    """A draft, as its preview shows it."""
    fields = {"title": "Twelve ideas", "text": TEXT, **typed}
    return officer.follow(officer.submit(officer.get(NEW), fields, form="letter"))


def work(minutes: float = 0) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        for _ in range(2):
            sending.send_due()
            db.session.commit()
            jobs.run_due()


def press(officer: Browser, page: Page, act: str) -> Page:
    """One of the buttons that are a form of their own."""
    data = {
        "csrf_token": page.form("send-form" if "send-form" in page.html else 0).filled({})[0][1]
    }
    return officer.post(f"/desk/newsletters/{the_letter_id(page)}/{act}", data)


def the_letter_id(page: Page) -> int:
    return int(page.path.split("/")[3].split("?")[0])


def the_letter() -> Newsletter:
    return db.session.scalars(select(Newsletter)).one()


def test_an_officer_writes_looks_tries_and_sends_it_to_followers_once(
    officer: Browser, stranger: Browser, world: World, inbox: Inbox
) -> None:
    assert "/desk/newsletters" in officer.get("/desk").links().values()
    page = write(officer)
    assert "1 person who follows “Coatbridge Community Board”" in page.text
    assert 'href="https://pb.example.org/ideas"' in page.html
    assert "<b>all</b>" not in page.html
    assert 'href="javascript:' not in page.html
    press(officer, page, "test")
    jobs.run_due()
    assert inbox.addresses == ["officer@example.org"]
    assert inbox.messages[0]["Subject"] == "Test: Twelve ideas"
    for _ in range(2):
        officer.submit(page, form="send-form")
    work()
    assert len(inbox.messages) == 1  # a minute to think again
    work(minutes=2)
    assert inbox.addresses == [JO, "officer@example.org"]
    news = inbox.messages[1]
    text = news.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = news.get_body(("html",)).get_content()
    assert text.startswith("Vote until Friday.\n\nRead <b>all</b>:\nhttps://pb.example.org/ideas")
    assert "\nFrom the Coatbridge Community Board. On our site:" in text
    assert "/boards/coatbridge/news/1" in text
    assert '<a href="https://pb.example.org/ideas">' in html
    assert "<b>" not in html
    assert news["List-Unsubscribe-Post"]
    assert "1 sent" in _spaced(officer.get(page.path))
    assert "Sent" in officer.get("/desk/newsletters").text
    assert "Twelve ideas" in stranger.get("/boards/coatbridge/news").text
    kept = stranger.get("/boards/coatbridge/news/1")
    assert "Read <b>all</b>" in kept.text
    assert 'href="javascript:' not in kept.html
    assert "QR code" in stranger.get("/boards/coatbridge/news/1/print").html
    verbs = db.session.scalars(
        select(Event.verb).where(Event.subject_type == "newsletter").order_by(Event.number)
    )
    assert list(verbs) == ["newsletter.scheduled", "newsletter.sent"]


def _spaced(page: Page) -> str:
    return " ".join(page.text.split())


def test_it_waits_for_its_day_and_can_be_taken_back_until_then(
    officer: Browser, world: World, inbox: Inbox
) -> None:
    page = write(officer)
    day = clock.now() + timedelta(days=3)
    later = {"when": "later", "day": day.date().isoformat(), "time": "10:30"}
    waiting = officer.follow(officer.submit(page, later, form="send-form"))
    assert "It goes out" in waiting.text
    work()
    taken = officer.follow(press(officer, waiting, "take-back"))
    assert "It is a draft again" in taken.text
    work(minutes=6 * 24 * 60)
    assert inbox.messages == []
    officer.submit(taken, later, form="send-form")
    work(minutes=6 * 24 * 60)
    assert inbox.addresses == [JO]
    gone = officer.follow(press(officer, waiting, "take-back"))
    assert "It has gone out already." in gone.text


def _token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": browser.get("/boards/coatbridge").form(0).filled({})[0][1]}


def test_a_draft_waits_for_its_author_and_two_officers_do_not_overwrite_each_other(
    officer: Browser, second_officer: Browser, inbox: Inbox
) -> None:
    write(officer)
    path = f"/desk/newsletters/{the_letter().id}/edit"
    mine, theirs = officer.get(path), second_officer.get(path)
    assert "javascript:alert(1)" in mine.html
    second_officer.submit(theirs, {"title": "Thirteen ideas"}, form="letter")
    page = officer.submit(mine, {"title": "Fourteen"}, form="letter", status=422)
    assert "Somebody else changed this" in page.text
    assert "Fourteen" in page.html
    assert the_letter().title == "Thirteen ideas"
    page = officer.get(path.removesuffix("/edit"))
    for _ in range(2):
        press(officer, page, "throw-away")
    assert db.session.scalars(select(Newsletter)).all() == []


def test_only_the_words_that_were_looked_at_go_out_and_at_one_moment(
    officer: Browser, second_officer: Browser, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = write(officer)
    path = f"/desk/newsletters/{the_letter().id}/edit"
    second_officer.submit(second_officer.get(path), {"title": "Thirteen"}, form="letter")
    page = officer.submit(mine, form="send-form", status=422)
    assert "Somebody else changed this" in page.text
    assert "Thirteen" in page.h1
    theirs = second_officer.get(mine.path)
    officer.submit(page, form="send-form")  # now they have read it
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    later = {"when": "later", "day": day}
    refused = second_officer.submit(theirs, later, form="send-form", status=422)
    assert "It waits already, for another moment" in refused.text
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        due = queries.list_due(clock.now())
        the_letter().send_at = clock.now() + timedelta(days=3)  # put off while the worker waits
        db.session.commit()
        monkeypatch.setattr(sending, "list_due", lambda now: due)
        sending.send_due()
        assert the_letter().state is LetterState.WAITING


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " "}, "Give your news a title."),
        ({"text": ""}, "Write what is new."),
        ({"title": "x" * 121}, "Use at most 120 characters."),
        ({"text": "x" * 5001}, "Use at most 5,000 characters."),
        ({"audience": "board 999"}, "Not a valid choice."),
    ],
)
def test_wrong_input_is_shown_beside_its_field_and_kept(
    officer: Browser, world: World, typed: dict[str, str], said: str
) -> None:
    fields = {"title": "Twelve ideas", "text": "Vote.", **typed}
    page = officer.submit(officer.get(NEW), fields, form="letter", status=422)
    assert said in " ".join(page.errors())
    assert queries.list_for_desk([world.board.id]) == []


def test_a_day_that_has_passed_or_is_missing_is_refused(officer: Browser, world: World) -> None:
    page = write(officer)
    for day, said in (
        ("2020-01-01", "This moment has passed."),
        ("", "Enter the day."),
        ("2199-01-01", "Pick a day within a year."),
    ):
        again = officer.submit(page, {"when": "later", "day": day}, form="send-form", status=422)
        assert said in " ".join(again.errors())
    assert the_letter().state is LetterState.DRAFT


def test_in_a_pre_election_period_it_goes_only_when_the_officer_says_it_may(
    officer: Browser, world: World, app: Flask
) -> None:
    page, today = write(officer), clock.today()
    app.extensions["pbapp"].instance.mkdir(exist_ok=True)
    (app.extensions["pbapp"].instance / "calendar.toml").write_text(
        f'[[entries]]\nkind = "pre_election"\nname = "Council elections"\n'
        f"from = {today}\nto = {today + timedelta(days=9)}\n"
    )
    page = officer.get(page.path)
    assert "Council elections" in page.text
    again = officer.submit(page, form="send-form", status=422)
    assert "Pick another day, or tick that it may go out" in " ".join(again.errors())
    officer.submit(again, {"is_sure": "y"}, form="send-form")
    assert the_letter().state is LetterState.WAITING
    (event,) = db.session.scalars(select(Event).where(Event.verb == "newsletter.scheduled"))
    assert event.facts == {"pre_election": "Council elections"}


def test_only_officers_of_the_board_write_and_nobody_else_sees_a_draft(
    officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    resident: Browser,
    stranger: Browser,
    world: World,
) -> None:
    write(officer)
    own = f"/desk/newsletters/{the_letter().id}"
    paths = [NEW, own, f"{own}/edit"]
    for browser in (officer_elsewhere, board_member, resident):
        token = _token(browser)
        for path in paths:
            browser.get(path, status=403)
            browser.post(path, token, status=403)
        for act in ("test", "take-back", "throw-away"):
            browser.post(f"{own}/{act}", token, status=403)
    lists = ["/desk/newsletters", "/desk/messages"]
    for browser in (board_member, resident):
        for path in lists:
            browser.get(path, status=403)
    for path in (*paths, *lists):
        assert "/account/sign-in" in (stranger.get(path, status=303).location or "")
    stranger.get("/boards/coatbridge/news/1", status=404)
    assert "Twelve ideas" not in stranger.get("/boards/coatbridge/news").text
    officer.get("/desk/newsletters/99999", status=404)


def test_numbers_and_no_addresses_are_shown_of_what_is_sent(
    officer: Browser, world: World, inbox: Inbox
) -> None:
    assert "No news has gone to followers yet." in officer.get("/desk/messages").text
    inbox.gone = {JO: "550 5.1.1 nobody"}
    page = write(officer)
    officer.submit(page, form="send-form")
    work(minutes=2)
    page = officer.get("/desk/messages")
    assert "Coatbridge Community Board Newsletter" in _spaced(page)
    assert JO not in page.html
    assert db.session.scalars(select(Mail.state)).all() == [MailState.FAILED]


def test_a_list_of_newsletters_costs_the_same_however_long(
    officer: Browser, world: World, inbox: Inbox, count_queries: QueryCounter
) -> None:
    def sent(number: int) -> None:
        for _ in range(number):
            page = write(officer)
            officer.submit(page, form="send-form")
        work(minutes=2)

    sent(1)
    count_queries.reset()
    officer.get("/desk/newsletters")
    few = count_queries.number
    sent(3)
    count_queries.reset()
    officer.get("/desk/newsletters")
    assert count_queries.number <= few

"""Anybody objects, an officer answers in neutral words, and nobody reads who it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.results.corrections import objecting, queries
from pbapp.results.corrections.models import Objection
from pbapp.upkeep import CHORES
from tests.client import Browser, Page
from tests.results.factories import counted_round
from tests.results.test_count_button import token
from tests.world import World

PAGE = "/rounds/small-grants/objections"
DESK = "/desk/rounds/small-grants/objections"
SAID = {"body": "My neighbour Jo voted twice!", "name": "Ann Angry", "email": "ann@example.org"}
ANSWER = {
    "summary": "Whether somebody could vote twice.",
    "answer": "We looked at the log. Each person has one vote.",
    "finding": "stands",
}


@pytest.fixture
def published(world: World):
    return counted_round(world).round


def objected(browser: Browser) -> Page:
    return browser.follow(browser.submit(browser.get(PAGE), SAID, form="objection"))


def only() -> Objection:
    return db.session.scalars(select(Objection)).one()


def test_an_objection_gets_a_number_an_answer_and_no_name(
    published, stranger: Browser, officer: Browser
):
    page = objected(stranger)
    reference = only().reference
    assert f"Its number is {reference}" in page.text
    assert "An objection we are looking at" in page.text
    for word in ("Jo voted", "Ann Angry", "ann@example.org"):
        assert word not in page.html
    told = db.session.scalars(select(Mail).where(Mail.template == "objection_received")).all()
    assert {mail.to_address for mail in told} == {
        "officer@example.org",
        "second_officer@example.org",
    }
    assert not [mail for mail in told if "Jo voted" in str(mail.context)]
    desk = officer.get(DESK)
    assert "Waits for an answer" in desk.text
    one = officer.get(f"{DESK}/{only().id}")
    assert "Ann Angry, ann@example.org" in one.text
    officer.follow(officer.submit(one, ANSWER, form="answer-form"))
    page = stranger.get(PAGE)
    assert "Whether somebody could vote twice." in page.text
    assert "The result stands." in page.text
    mail = db.session.scalars(select(Mail).where(Mail.template == "objection_answered")).one()
    assert (mail.to_address, mail.context["reference"]) == ("ann@example.org", reference)
    again = officer.get(f"{DESK}/{only().id}")
    officer.submit(
        again, {"answer": "We looked again. Each person has one vote."}, form="answer-form"
    )
    assert "We looked again." in stranger.get(PAGE).text
    answered = select(func.count()).where(Mail.template == "objection_answered")
    assert db.session.scalar(answered) == 1


def test_a_second_press_finds_the_first(published, stranger: Browser):
    form = stranger.get(PAGE)
    for _ in range(2):
        stranger.submit(form, SAID, form="objection")
    assert only().body == SAID["body"]


def test_wrong_input_keeps_what_was_typed(published, stranger: Browser, officer: Browser):
    page = stranger.submit(
        stranger.get(PAGE), {"body": "", "email": "ann at"}, form="objection", status=422
    )
    assert page.errors() == [
        "Say what is wrong.",
        "Enter an e-mail address, like name@example.com, or leave it empty.",
    ]
    assert "ann at" in page.html
    objected(stranger)
    page = officer.submit(
        officer.get(f"{DESK}/{only().id}"), {"summary": "A vote"}, form="answer-form", status=422
    )
    assert page.errors() == ["Write the answer.", "Pick what comes of it."]


def test_objections_are_taken_for_two_weeks_and_only_of_a_published_result(
    world: World, published, stranger: Browser
):
    until = queries.objections_until(published)
    assert until == published.certified_at + timedelta(days=14)
    form = stranger.get(PAGE)
    with time_machine.travel(until):
        page = stranger.get(PAGE)
        assert "was over on" in page.text
        assert "Send my objection" not in page.text
        late = stranger.submit(form, SAID, form="objection", status=422)
        assert "The time to object to this result is over." in late.text
    assert queries.list_objections(published) == []
    counted_round(world, slug="later", published=False)
    stranger.get("/rounds/later/objections", status=404)
    stranger.get("/rounds/later/result-history", status=404)


def test_who_objected_is_forgotten_and_the_answer_stays(
    published, stranger: Browser, officer: Browser
):
    assert objecting.forget_old in CHORES
    objected(stranger)
    with time_machine.travel(clock.now() + timedelta(days=200)):
        objecting.forget_old()  # not answered yet, so nothing goes
        assert only().body
    with time_machine.travel(clock.now() + timedelta(days=366)):
        objecting.forget_old()  # nobody answers: not for ever
        db.session.expire_all()
        assert (only().body, only().name, only().email) == ("", "", "")
    db.session.rollback()
    officer.submit(officer.get(f"{DESK}/{only().id}"), ANSWER, form="answer-form")
    with time_machine.travel(clock.now() + timedelta(days=91)):
        objecting.forget_old()
        db.session.commit()
    db.session.expire_all()
    assert (only().body, only().name, only().email) == ("", "", "")
    assert "have been deleted" in officer.get(f"{DESK}/{only().id}").text
    assert "Each person has one vote." in stranger.get(PAGE).text


def test_no_answer_is_written_over_one_that_was_not_read(
    published, stranger: Browser, officer: Browser, second_officer: Browser
):
    objected(stranger)
    path = f"{DESK}/{only().id}"
    mine = officer.get(path)
    second_officer.submit(second_officer.get(path), ANSWER, form="answer-form")
    typed = {**ANSWER, "answer": "I know nothing of the other answer."}
    page = officer.submit(mine, typed, form="answer-form", status=422)
    assert "Somebody else has answered this meanwhile" in page.text
    assert "I know nothing of the other answer." in page.html
    assert "Each person has one vote." in page.text
    db.session.expire_all()
    assert only().answer == ANSWER["answer"]
    officer.submit(page, form="answer-form")
    db.session.expire_all()
    assert only().answer == typed["answer"]


def test_only_officers_of_the_board_read_and_answer(
    published, stranger: Browser, board_member: Browser, officer_elsewhere: Browser
):
    objected(stranger)
    address = f"{DESK}/{only().id}"
    for browser, status in ((stranger, 303), (board_member, 403), (officer_elsewhere, 403)):
        browser.get(DESK, status=status)
        browser.get(address, status=status)
        browser.post(address, {**ANSWER, "csrf_token": token(browser)}, status=status)
    assert only().answered_at is None

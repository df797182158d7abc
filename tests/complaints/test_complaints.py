"""Complaints: by anybody, in two stages with deadlines, answered by two people, then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.boards.models import Membership, Role
from pbapp.complaints import links, services
from pbapp.complaints.models import About, Complaint, ComplaintAnswer, Finding
from pbapp.db import db
from pbapp.desk.queue import chores
from pbapp.desk.queue import services as queue
from pbapp.desk.queue.kinds import COMPLAINT
from pbapp.desk.queue.models import Assignment, DeskNote
from pbapp.messages.models import Mail
from pbapp.refusal import Refused
from tests.client import Browser, Page
from tests.world import World

WHAT = {"about": "person", "text": "Nobody answered my letter."}


def complain(browser: Browser, **fields: str) -> Page:
    page = browser.get("/complaints/new")
    return browser.submit(page, {**WHAT, **fields}, form="complaint")


def the_complaint() -> Complaint:
    return db.session.query(Complaint).one()


def answer(browser: Browser, text: str = "We are sorry.", status: int = 303) -> Page:
    page = browser.get(f"/desk/complaints/{the_complaint().id}")
    fields = {"finding": "upheld", "text": text}
    return browser.submit(page, fields, form="answer", status=status)


def link(app: Flask) -> str:
    with app.test_request_context():
        return links.url_of(the_complaint()).removeprefix("http://localhost")


def test_anybody_complains_without_a_name(stranger: Browser, world: World) -> None:
    assert "within 5 working days" in stranger.get("/complaints").text
    page = stranger.follow(complain(stranger))
    made = the_complaint()
    assert made.reference in page.text
    assert "You left no e-mail address." in page.text
    assert made.text not in page.text
    complain(stranger)  # the second click
    assert the_complaint().id == made.id
    assert db.session.query(Mail).count() == 0


def test_what_is_missing_is_said_and_the_rest_kept(stranger: Browser, world: World) -> None:
    page = stranger.get("/complaints/new")
    fields = {"wanted": "An apology", "email": "not an address"}
    page = stranger.submit(page, fields, form="complaint", status=422)
    assert page.errors() == [
        "Choose what it is about.",
        "Say what went wrong.",
        "Enter an e-mail address like name@example.org.",
    ]
    assert "An apology" in page.text
    stranger.submit(page, {**WHAT, "email": "", "website": "spam"}, form="complaint", status=422)
    assert db.session.query(Complaint).count() == 0


def test_the_two_stages_are_answered_by_two_people(
    app: Flask, stranger: Browser, officer: Browser, second_officer: Browser, world: World
) -> None:
    complain(stranger, email="Anna@Example.org", name="Anna Example")
    made = the_complaint()
    assert made.reference in officer.get("/desk?what=complaint").text
    mine = link(app)
    page = stranger.get(mine)
    assert 'id="go-on"' not in page.html
    answer(officer)
    assert "We are sorry." in stranger.get(mine).text
    stranger.submit(stranger.get(mine), {"why": "That is not enough."}, form="go-on")
    made = the_complaint()
    assert (made.stage, made.closed_at) == (2, None)
    assert "Somebody else: you took part" in officer.get("/desk?what=complaint").text
    assert "You answered the first stage" in officer.get(f"/desk/complaints/{made.id}").text
    answer(second_officer, "We looked again.")
    text = stranger.get(mine).text
    assert "We looked again." in text
    assert "spso.org.uk" in stranger.get(mine).html
    told = {mail.template for mail in db.session.query(Mail)}
    assert told == {"complaint_received", "complaint_answered", "complaint_second_stage"}
    assert {mail.to_address for mail in db.session.query(Mail)} == {"anna@example.org"}


def test_the_deadline_is_in_working_days_and_longer_at_the_second_stage(
    stranger: Browser, officer: Browser, world: World
) -> None:
    with time_machine.travel("2026-11-20T10:00:00+00:00", tick=False):  # a Friday
        complain(Browser(officer.app))
        made = the_complaint()
    with time_machine.travel("2026-11-27T10:00:00+00:00", tick=False):
        late = Browser(officer.app, signed_in_as=world.officer)
        assert "Due Friday 27 November 2026" in late.get("/desk/complaints").text
    with time_machine.travel("2026-11-30T10:00:00+00:00", tick=False):
        late = Browser(officer.app, signed_in_as=world.officer)
        assert "Overdue since Friday 27 November 2026" in late.get("/desk?who=overdue").text
        page = late.get(f"/desk/complaints/{made.id}")
        late.submit(page, {"second-why": "It is grave."}, form="second")
        assert "Due Monday 28 December 2026" in late.get("/desk/complaints").text


def test_an_officer_writes_down_what_they_heard(officer: Browser, world: World) -> None:
    page = officer.get("/desk/complaints/new")
    page = officer.submit(page, {**WHAT, "channel": "phone", "phone": "01236 000000"})
    text = officer.follow(page).text
    assert "By phone" in text
    assert the_complaint().logged_by_id == world.officer.id
    officer.submit(officer.get(str(page.location)), {"note-text": "She was upset."}, form="note")
    assert "She was upset." in officer.get(str(page.location)).text


def test_complaints_are_for_officers_of_the_board_and_whoever_has_the_link(
    app: Flask,
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
) -> None:
    complain(stranger)
    made = the_complaint()
    for path in ("/desk/complaints", f"/desk/complaints/{made.id}", "/desk/complaints/new"):
        stranger.get(path, status=303)
        resident.get(path, status=403)
        board_member.get(path, status=403)
    officer_elsewhere.get(f"/desk/complaints/{made.id}", status=403)
    assert made.reference not in officer_elsewhere.get("/desk/complaints").text
    stranger.get(f"/complaints/{made.reference}", status=303)
    stranger.get(f"{link(app)}x", status=303)
    token = {"csrf_token": stranger.get("/complaints/new").form("complaint").filled({})[0][1]}
    stranger.post(f"/complaints/{made.reference}", token, status=303)
    assert made.stage == 1


def test_two_officers_do_not_answer_the_same_stage(
    stranger: Browser, officer: Browser, second_officer: Browser, world: World
) -> None:
    complain(stranger)
    page = second_officer.get(f"/desk/complaints/{the_complaint().id}")
    answer(officer)
    fields = {"finding": "not_upheld", "text": "A long answer, typed with care."}
    page = second_officer.submit(page, fields, form="answer", status=409)
    assert "Somebody has answered this already." in page.text
    assert db.session.query(ComplaintAnswer).one().by_id == world.officer.id


def test_who_complained_is_forgotten_after_some_years_and_the_number_stays(
    world: World,
) -> None:
    made = services.receive(
        board=world.board, about=About.VOTE, text="Late.", name="Anna", email="anna@example.org"
    )
    services.answer(
        complaint=made,
        finding=Finding.PARTLY,
        text="Sorry, Anna.",
        by=world.officer,
        stage=1,
        url="",
    )
    noted = {"kind": COMPLAINT, "board_id": world.board.id, "by": world.officer}
    queue.assign(ref=str(made.id), to=world.officer, **noted)
    queue.add_note(ref=str(made.id), text="Anna rang.", **noted)
    queue.add_note(ref="4711", text="Another.", **noted)
    assert services.forget_old() == 0
    chores.forget_old()
    assert db.session.query(DeskNote).count() == 2
    with time_machine.travel(clock.now() + services.KEPT_FOR + timedelta(days=1), tick=False):
        assert services.forget_old() == 1
        assert (made.name, made.text, made.email) == ("", "", None)
        chores.forget_old()
        assert [one.text for one in db.session.query(DeskNote)] == ["Another."]
        assert db.session.query(Assignment).count() == 0
        assert "Anna" not in made.answers[0].text
        assert services.forget_old() == 0
        with pytest.raises(Refused):
            services.go_on(complaint=made, why="Again", by=None, url="")


def test_only_an_officer_of_the_board_answers(world: World) -> None:
    made = services.receive(board=world.board, about=About.OTHER, text="Late.")
    db.session.add(
        Membership(
            board=world.board,
            account_id=world.resident.id,
            role=Role.COUNTER,
            since=clock.now(),
        )
    )
    for nobody in (world.resident, world.officer_elsewhere, world.board_member):
        with pytest.raises(Refused):
            services.answer(
                complaint=made, finding=Finding.UPHELD, text="Yes", by=nobody, stage=1, url=""
            )

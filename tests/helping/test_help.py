"""Somebody asks a person for help; the request reaches them, and officers see that it waits."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from pbapp import clock
from pbapp.db import db
from pbapp.helping import queries, services
from pbapp.helping.models import HelpRequest
from pbapp.messages.models import Mail
from tests.client import Browser
from tests.organisations.letters import letters, told
from tests.proposals.writing import begin
from tests.rounds.factories import make_round
from tests.world import World


def name_helper(world: World) -> None:
    services.name_helper(
        board=world.board,
        name="Ailsa Handover",
        organisation="Example Voluntary Action",
        email="Ailsa@example.org",
        by=world.officer,
    )
    db.session.commit()


def test_a_request_reaches_the_named_helper_who_answers_straight_to_the_person(
    world: World, group_member: Browser, officer: Browser
) -> None:
    name_helper(world)
    round = make_round(world)
    page = begin(group_member, whom=str(world.group.id))
    page = group_member.get(page.links()["Ask a person for help"])
    assert "Ailsa Handover (Example Voluntary Action) helps groups" in page.text
    page = group_member.submit(page, {"text": " "}, status=422)
    assert page.errors() == ["Say what you need help with."]
    page = group_member.follow(group_member.submit(page, {"text": "How do costs add up?"}))
    assert "Ailsa Handover has it now" in page.text

    mails = {mail.template: mail for mail in db.session.query(Mail)}
    assert mails["help_request"].to_address == "ailsa@example.org"
    assert mails["help_request"].context["reply_to"] == "group_member@example.org"
    ((_to, letter),) = letters("help_request")
    for said in ("How do costs add up?", "Example Canal Friends", round.title):
        assert said in letter.text
    ((to, copy),) = letters("help_copy")
    assert to == "group_member@example.org"
    assert "How do costs add up?" in copy.text

    page = officer.get("/desk/help")
    assert "How do costs add up?" in page.text
    officer.submit(page)
    officer.submit(page)
    assert "Nobody waits for help." in officer.get("/desk/help").text


def test_without_a_helper_the_councils_address_gets_it(world: World, stranger: Browser) -> None:
    world.council.help_email = "help@example.org"
    db.session.commit()
    page = stranger.get("/ask-for-help")
    page = stranger.submit(page, {"text": "Buy my hats", "email": "nobody"}, status=422)
    assert len(page.errors()) == 2
    assert "Buy my hats" in page.html
    stranger.submit(page, {"name": "Nia", "email": "victim@example.org"})
    assert told("help_request") == [("help@example.org", "Nia asks for help with a form")]
    ((_to, copy),) = letters("help_copy")
    assert "hats" not in copy.text


def test_who_keeps_asking_is_told_to_wait(world: World, stranger: Browser) -> None:
    fields = {"text": "Help", "name": "Nia", "email": "nia@example.org"}
    with time_machine.travel(clock.now(), tick=False):  # all within one stretch that is counted
        page = stranger.get("/ask-for-help")
        for _ in range(6):
            stranger.submit(page, fields)
        stranger.submit(page, fields, status=429)


def test_officers_name_the_helper_of_their_own_board(
    world: World,
    officer: Browser,
    officer_elsewhere: Browser,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
) -> None:
    path = "/desk/help/helpers/coatbridge"
    page = officer.submit(officer.get(path), {"name": "", "email": "x"}, status=422)
    assert len(page.errors()) == 2
    fields = {"name": "Ailsa Handover", "email": "ailsa@example.org"}
    page = officer.follow(officer.submit(page, fields))
    assert "Ailsa Handover" in page.text
    found = queries.find_helper(world.board.id)
    assert (found.name, found.organisation) == ("Ailsa Handover", "")

    services.ask(board=world.board, name="Nia", email="nia@example.org", text="Help")
    db.session.commit()
    (asked,) = queries.list_waiting([world.board.id])
    answered = f"/desk/help/{asked.id}/answered"
    assert "Nia" not in officer_elsewhere.get("/desk/help").text
    officer_elsewhere.get(path, status=403)
    token = officer_elsewhere.get("/ask-for-help").form(0).filled({})[0][1]
    officer_elsewhere.post(answered, {"csrf_token": token}, status=403)
    for browser in (resident, group_member):
        for page in (path, "/desk/help"):
            browser.get(page, status=403)
    assert "/account/sign-in" in stranger.get("/desk/help", status=303).location
    stranger.get("/ask-for-help?round=nowhere", status=404)
    assert resident.get("/ask-for-help?group=x").status == 200


def test_a_second_press_asks_once(world: World, stranger: Browser) -> None:
    page = stranger.get("/ask-for-help")
    fields = {"text": "Help", "name": "Nia", "email": "nia@example.org"}
    for email in ("nia@example.org", " Nia@Example.org"):
        stranger.submit(page, {**fields, "email": email})
    assert len(queries.list_waiting([world.board.id])) == 1
    assert len(told("help_copy")) == 1
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        services.ask(board=world.board, **fields)
    assert len(queries.list_waiting([world.board.id])) == 2


def test_a_request_is_forgotten_half_a_year_after_the_last_of_it(world: World) -> None:
    asked = services.ask(board=world.board, name="Nia", email="nia@example.org", text="Help")
    services.ask(board=world.board, name="Nia", email="nia@example.org", text="More help")
    start = clock.now()
    with time_machine.travel(start + timedelta(days=10), tick=False):
        services.mark_answered(asked=asked, by=world.officer)
    with time_machine.travel(start + timedelta(days=181), tick=False):
        assert services.forget_old() == 1  # nobody said that it was answered
    assert [one.text for one in db.session.query(HelpRequest)] == ["Help"]
    with time_machine.travel(start + timedelta(days=191), tick=False):
        assert services.forget_old() == 1

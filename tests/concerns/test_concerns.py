"""A concern is raised, waits at the desk, is replied to, and is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.boards.models import Role
from pbapp.concerns import services
from pbapp.concerns.models import Concern
from pbapp.concerns.services import Subject
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.refusal import Refused
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.world import World


@pytest.fixture
def concern(world: World) -> Concern:
    about = Subject("proposal", "1", "Warm room", "/rounds", world.board.id)
    made = services.raise_concern(about=about, text="It is not there.", address="me@example.org")
    db.session.commit()
    return made


def test_whoever_left_an_address_is_told_what_was_done(officer: Browser, concern: Concern) -> None:
    path = f"/desk/concerns/{concern.id}"
    assert "Warm room" in officer.get("/desk/concerns").text
    page = officer.get(path)
    assert page.links()["Look at it: Warm room"] == "/rounds"
    assert officer.submit(page, {"text": " "}, status=422).errors() == [
        "Say what you did about it."
    ]
    officer.submit(officer.get(path), {"text": "We have put it right."})
    mail = db.session.scalars(select(Mail).where(Mail.template == "concern_answered")).one()
    assert mail.to_address == "me@example.org"
    assert mail.context
    assert mail.context["answer"] == "We have put it right."
    db.session.refresh(concern)
    assert concern.address is None
    assert "We have put it right." in officer.get(path).text
    assert "Nobody waits for a reply." in officer.get("/desk/concerns").text
    assert [one.id for one in db.session.scalars(select(Concern))] == [concern.id]


def test_only_moderators_of_the_board_reply(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    concern: Concern,
) -> None:
    path = f"/desk/concerns/{concern.id}"
    for where in (path, "/desk/concerns"):
        stranger.get(where, 303)
        for browser in (resident, group_member, board_member):
            browser.get(where, 403)
    officer_elsewhere.get(path, 404)
    token = {"csrf_token": token_of(officer_elsewhere.get("/rounds")), "text": "No."}
    officer_elsewhere.post(path, token, 404)
    assert "Warm room" not in officer_elsewhere.get("/desk/concerns").text
    with pytest.raises(Refused, match="moderator"):
        services.reply(concern=concern, text="No.", by=world.resident, url="")


def test_the_second_reply_sees_the_first_and_a_second_click_changes_nothing(
    world: World, concern: Concern
) -> None:
    world.also(world.second_officer, Role.MODERATOR)
    for _ in range(2):
        services.reply(concern=concern, text="Done.", by=world.officer, url="")
    with pytest.raises(Refused, match="Somebody else has replied"):
        services.reply(concern=concern, text="Not so.", by=world.second_officer, url="")
    assert db.session.scalar(select(func.count(Mail.id))) == 1


def test_the_same_words_twice_are_one_concern_and_all_are_forgotten_after_a_year(
    world: World, concern: Concern
) -> None:
    about = Subject("proposal", "1", "Warm room", "/rounds", world.board.id)
    assert services.raise_concern(about=about, text="It is not there.") is concern
    with pytest.raises(Refused, match="Say what is wrong"):
        services.raise_concern(about=about, text=" ")
    services.reply(concern=concern, text="Done.", by=world.officer, url="")
    for days, left in ((364, 1), (366, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            services.forget_old()
        assert db.session.scalar(select(func.count(Concern.id))) == left


def test_an_address_is_forgotten_after_a_year_even_if_nobody_replied(concern: Concern) -> None:
    concern.address = "rosa@example.org"
    for days, kept in ((364, "rosa@example.org"), (366, None)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            services.forget_old()
        db.session.refresh(concern)
        assert concern.address == kept

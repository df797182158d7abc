"""News by e-mail: asked for, confirmed by a press, told once, stopped at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.messages import following, spreading, telling
from pbapp.messages.models import Follow, FollowState, Mail, MailState
from tests.client import Browser, Page
from tests.messages.smtp import Inbox, mail_server
from tests.world import World

JO = "jo@example.org"


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    with mail_server(app) as box:
        yield box


@pytest.fixture
def subject(world: World) -> str:
    return f"board {world.board.id}"


def ask(browser: Browser, address: str = JO) -> Page:
    return browser.submit(browser.get("/boards/coatbridge"), {"email": address})


def mails(template: str) -> list[dict[str, Any]]:
    query = select(Mail).where(Mail.template == template).order_by(Mail.to_address)
    return [{"to": mail.to_address, **(mail.context or {})} for mail in db.session.scalars(query)]


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Follow)) or 0


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def chore() -> None:
    for _ in range(2):  # nothing may happen twice
        following.ask_to_confirm()
        db.session.commit()


def follows(subject: str, *addresses: str) -> None:
    for address in addresses:
        following.follow(subject=subject, address=address, is_proven=True)
    db.session.commit()


def tell(subject: str, key: str = "news 1", **options: Any) -> None:
    telling.tell(subject=subject, key=key, template="follow_test", context=NEWS, **options)
    db.session.commit()


NEWS = {"url": "http://localhost/boards/coatbridge"}


@pytest.fixture(autouse=True)
def template(app: Flask) -> Iterator[None]:
    """A mail to followers, as every room writes them."""
    from jinja2 import ChoiceLoader, DictLoader

    before = app.jinja_env.loader
    words = (
        "{% block subject %}News{% endblock %}{% block body %}Read it:\n{{ url }}\n\n"
        '{% include "emails/_why.html" %}{% endblock %}'
    )
    app.jinja_env.loader = ChoiceLoader([DictLoader({"emails/follow_test.html": words}), before])
    yield
    app.jinja_env.loader = before


def test_an_address_is_asked_once_a_day_and_its_wish_ends_two_weeks_after_the_first(
    subject: str,
) -> None:
    for _ in range(3):
        following.follow(subject=subject, address=JO)
        db.session.commit()
        chore()
    following.follow(subject=f"{subject}0", address=JO)
    chore()
    assert len(mails("follow_confirm")) == 1
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        for _ in range(3):
            following.follow(subject=subject, address=JO)
            db.session.commit()
            chore()
        assert len(mails("follow_confirm")) == 2
    with time_machine.travel(clock.now() + timedelta(days=15, minutes=1)):
        following.follow(subject=subject, address=JO)
        chore()
        assert db.session.scalars(select(Follow).where(Follow.subject == subject)).all() == []


def test_somebody_asks_confirms_and_is_told_once(
    stranger: Browser, subject: str, inbox: Inbox
) -> None:
    page = stranger.follow(ask(stranger, "Jo@Example.org"))
    assert "We send an e-mail in a few minutes." in page.text
    chore()
    tell(subject, "too early")
    jobs.run_due()
    (asked,) = mails("follow_confirm")
    confirm = path_of(asked["confirm_url"])
    assert "Coatbridge Community Board" in stranger.get(confirm).text
    assert db.session.scalars(select(Follow.state)).one() is FollowState.ASKED
    assert stranger.submit(stranger.get(confirm), status=200).h1.startswith("Done")
    for _ in range(2):
        tell(subject)
    jobs.run_due()
    news = [message for message in inbox.messages if message["Subject"] == "News"]
    (message,) = news
    text = message.get_body(("plain",)).get_content()
    assert "news about “Coatbridge Community Board”" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = path_of(message["List-Unsubscribe"].strip("<>"))
    assert "We stop it at once" in stranger.get(stop).text
    assert rows() == 1
    done = stranger.post(stop, {"List-Unsubscribe": "One-Click"}, status=200)
    assert done.h1 == stranger.post(stop, status=200).h1 == "We have stopped it"
    assert rows() == 0
    assert "nothing to confirm" in stranger.get(confirm).text


def test_known_and_unknown_addresses_look_the_same(
    stranger: Browser, subject: str, resident: Browser
) -> None:
    said = [
        re.sub(r"\s+", " ", stranger.follow(ask(stranger, address)).text)
        for address in (JO, JO, "other@example.org")
    ]
    follows(subject, "third@example.org")
    said.append(re.sub(r"\s+", " ", stranger.follow(ask(stranger, "third@example.org")).text))
    assert len(set(said)) == 1
    chore()
    assert [mail["to"] for mail in mails("follow_confirm")] == [JO, "other@example.org"]
    page = resident.follow(ask(resident, "resident@example.org"))
    assert "We will write to you" in page.text
    chore()
    assert len(mails("follow_confirm")) == 2


def test_wrong_addresses_and_wrong_subjects_are_refused(stranger: Browser, subject: str) -> None:
    page = ask_wrongly(stranger, subject)
    assert "Enter an e-mail address" in " ".join(page.errors())
    assert "jo at" in page.html
    token = {"csrf_token": stranger.get("/boards/coatbridge").form(0).filled({})[0][1]}
    for wrong in ("board 999", "board", "board x", "planet 1", "ward 1/99999", "\0", ""):
        stranger.post("/follow", {**token, "subject": wrong, "email": JO}, status=404)
        stranger.get(f"/follow?subject={wrong}", status=404)
    for path in ("/follow/nobody", f"/follow/{'0' * 32}"):
        assert "keep no address here" in stranger.get(path).text
    assert rows() == 0


def ask_wrongly(browser: Browser, subject: str) -> Page:
    page = browser.get(f"/follow?subject={subject.replace(' ', '+')}")
    return browser.submit(page, {"email": "jo at"}, form="follow", status=422)


def test_who_does_not_answer_is_forgotten_and_may_ask_again(
    stranger: Browser, subject: str
) -> None:
    ask(stranger)
    chore()
    with time_machine.travel(clock.now() + timedelta(days=10)):
        ask(stranger)
        chore()
    assert len(mails("follow_confirm")) == 2
    with time_machine.travel(clock.now() + timedelta(days=30)):
        chore()
    assert rows() == 0


def test_what_an_address_gets_is_changed_without_signing_in_and_at_once(
    stranger: Browser, world: World, subject: str, inbox: Inbox
) -> None:
    ward = f"ward {world.board.id}/{world.wards[7].id}"
    follows(subject, JO)
    follows(ward, JO, "other@example.org")
    tell(subject)
    with db.session.begin_nested():
        spreading.write_batch(db.session.scalars(select(telling.Telling)).one())
    reader = following.find_reader(JO)
    page = stranger.get(f"/follow/{reader}")
    assert "Coatbridge North, Coatbridge Community Board" in page.text
    stranger.submit(page, status=200)
    assert db.session.scalars(select(Mail.state)).all() == [MailState.CANCELLED]
    assert {row.subject for row in following.list_of(reader)} == {ward}
    page = stranger.follow(stranger.submit(stranger.get(f"/follow/{reader}"), form=1))
    assert "We have forgotten your address." in page.text
    assert db.session.scalars(select(Follow.address)).all() == ["other@example.org"]
    stranger.post(f"/follow/{reader}/stop", status=400)


def test_each_gets_one_mail_whatever_they_follow_and_however_many_batches_it_takes(
    world: World, subject: str, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 3)
    people = [f"p{number}@example.org" for number in range(8)]
    follows(subject, *people)
    follows(f"ward {world.board.id}/{world.wards[7].id}", *people[:4], JO)
    tell(subject, also=[f"ward {world.board.id}/{world.wards[7].id}"])
    jobs.run_due()
    assert inbox.addresses == sorted([*people, JO])
    told = db.session.scalars(select(telling.Telling)).one()
    assert (told.written, told.ended_at is not None) == (9, True)


def test_the_last_mail_of_its_kind_ends_the_follow(subject: str, inbox: Inbox) -> None:
    follows(subject, JO, "other@example.org")
    tell(subject, is_last=True)
    jobs.run_due()
    assert inbox.addresses == [JO, "other@example.org"]
    assert rows() == 0


def test_every_row_is_written_again_with_each_new_one_and_none_says_when(
    subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[list[str]] = []
    kept = following.db.session.execute

    def execute(statement: Any, rows: Any = None, **options: Any) -> Any:
        if statement.is_insert:
            written.append([row["address"] for row in rows])
        return kept(statement, rows, **options) if rows is not None else kept(statement, **options)

    with monkeypatch.context() as patch:
        patch.setattr(following.db.session, "execute", execute)
        for number in range(12):
            following.follow(subject=subject, address=f"p{number}@example.org")
    assert [len(rows) for rows in written] == list(range(1, 13))
    assert sum(rows[-1] == f"p{n}@example.org" for n, rows in enumerate(written)) < 12
    assert set(Follow.__table__.columns.keys()) == {
        "id",
        "subject",
        "address",
        "reader",
        "language",
        "state",
        "asked_on",
    }


def test_a_signed_in_reader_finds_their_news_and_picks_a_language(
    app: Flask, resident: Browser, subject: str, inbox: Inbox
) -> None:
    assert "We send you no news." in resident.get("/account/").text
    follows(subject, "resident@example.org")
    page = resident.get("/account/")
    preferences = page.links()["See, change or stop what we send to resident@example.org"]
    assert "Language of our e-mails" not in resident.get(preferences).text
    app.extensions["pbapp"] = replace(app.extensions["pbapp"], languages=("en", "gd"))
    page = resident.get(preferences)
    resident.submit(page, {"language": "gd"}, form="language-form")
    assert db.session.scalars(select(Follow.language)).one() == "gd"
    resident.submit(page, {"language": "tlh"}, form="language-form", status=400)
    tell(subject)
    spreading.write_batch(db.session.scalars(select(telling.Telling)).one())
    assert db.session.scalars(select(Mail.language)).one() == "gd"

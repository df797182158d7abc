"""E-mail leaves once, through a real mail server, and says the same in text and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.messages import sending, services
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import put_into_words
from tests.messages.smtp import Inbox, mail_server


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    with mail_server(app) as box:
        yield box


def write(code: str = "123456", **options: Any) -> Mail | None:
    mail = services.write(
        key=f"code {code}",
        to="a@example.org",
        template="sign_in_code",
        context={"code": code},
        **options,
    )
    db.session.commit()
    return mail


def test_a_message_is_sent_once_in_text_and_html(inbox: Inbox) -> None:
    mail = write()
    jobs.run_due()
    sending.send(job_id=mail.id, mail=str(mail.id))
    (message,) = inbox.messages
    assert message["Subject"] == "123456 is your code to sign in"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "Your code is 123456" in text
    assert "Your code is 123456" in html
    db.session.refresh(mail)
    assert mail.state is MailState.SENT


def test_the_same_message_is_written_once(inbox: Inbox) -> None:
    write()
    assert write() is None
    jobs.run_due()
    assert len(inbox.messages) == 1


def test_a_mail_server_that_is_down_loses_nothing(inbox: Inbox) -> None:
    inbox.refuse = True
    mail = write()
    jobs.run_due()
    db.session.refresh(mail)
    assert mail.state is MailState.WAITING
    inbox.refuse = False
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        jobs.run_due()
    assert len(inbox.messages) == 1


def test_a_message_held_back_can_be_taken_back(inbox: Inbox) -> None:
    write(not_before=clock.now() + timedelta(minutes=1))
    assert services.cancel(key="code 123456")
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        jobs.run_due()
    assert inbox.messages == []


def test_what_a_message_said_is_forgotten_after_a_week_whatever_became_of_it(
    inbox: Inbox,
) -> None:
    sent = write()
    jobs.run_due()
    inbox.refuse = True
    never_left, taken_back = write("222222"), write("333333")
    held = write("444444", not_before=clock.now() + timedelta(days=9))
    services.cancel(key=taken_back.key)
    db.session.commit()
    assert services.forget_old() == 0
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        assert services.forget_old() == 3
        assert services.forget_old() == 0
    db.session.expire_all()
    for mail, state in (
        (sent, MailState.SENT),
        (never_left, MailState.FAILED),
        (taken_back, MailState.CANCELLED),
    ):
        assert (mail.context, mail.to_address, mail.state) == (None, "", state)
    assert (held.to_address, held.state) == ("a@example.org", MailState.WAITING)


def test_hostile_text_is_inert_in_html_and_readable_in_text(app: Flask) -> None:
    mail = write("<b>&1</b>")
    with app.test_request_context():
        letter = put_into_words(mail)
    assert "<b>&1</b>" in letter.text
    assert "<b>" not in letter.html
    assert "\n" not in letter.subject


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("localhost", ("localhost", 25, False, "", "")),
        ("smtp://h:2525", ("h", 2525, False, "", "")),
        ("smtps://u:p%40ss@h", ("h", 587, True, "u", "p@ss")),
    ],
)
def test_the_address_of_the_mail_server_is_read(address: str, expected: tuple[Any, ...]) -> None:
    assert sending.mail_server(address) == expected

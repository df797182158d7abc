"""Addresses that refuse mail for good: noted at once or from reports, paused, and forgiven."""

from __future__ import annotations

import mailbox
import smtplib
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.messages import bounces, commands, following, sending, services, spreading, telling
from pbapp.messages.models import Bounce, Mail, MailState
from tests.messages.smtp import mail_server

GONE = "gone@example.org"


def refused(code: int, text: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({GONE: (code, text.encode())})


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refused(550, "5.1.1 no such user"), "5.1.1"),
        (refused(550, "no such user"), "550"),
        (refused(552, "5.2.2 mailbox full"), "5.2.2"),
        (refused(550, "5.7.1 relaying denied"), None),
        (refused(554, "no"), None),
        (refused(450, "4.2.1 later"), None),
        (smtplib.SMTPDataError(554, b"5.1.1 nobody"), "5.1.1"),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), None),
        (smtplib.SMTPDataError(550, b"no"), None),
        (smtplib.SMTPSenderRefused(550, b"5.1.8 you", "us@example.org"), None),
        (TimeoutError(), None),
    ],
)
def test_only_what_is_about_the_address_and_for_good_counts(
    error: Exception, code: str | None
) -> None:
    assert bounces.refusal(error) == code


def write(number: int, to: str = GONE) -> Mail:
    mail = services.write(
        key=f"code {number}", to=to, template="sign_in_code", context={"code": str(number)}
    )
    assert mail is not None
    db.session.commit()
    return mail


def test_a_refused_message_is_not_tried_again_and_holds_nobody_up(app: Flask) -> None:
    with mail_server(app) as inbox:
        inbox.gone = {GONE: "550 5.1.1 no such user gone@example.org"}
        mail = write(1)
        write(2, "here@example.org")
        jobs.run_due()
        assert inbox.addresses == ["here@example.org"]
    db.session.refresh(mail)
    assert (mail.state, mail.error) == (MailState.FAILED, "5.1.1")
    assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}
    assert GONE not in db.session.scalars(select(Bounce.address_key)).one()


def test_after_three_refusals_news_stops_and_an_answer_from_there_starts_it_again(
    app: Flask,
) -> None:
    for number in range(3):
        assert bounces.paused_among([GONE]) == set()
        mail = write(number)
        assert [bounces.note(mail, "5.1.1") for _ in range(2)] == [True, False]
    assert bounces.paused_among([GONE, "here@example.org"]) == {GONE}
    assert bounces.count_paused() == 1
    for address in (GONE, "here@example.org"):
        following.follow(subject="board 1", address=address, is_proven=True)
    telling.tell(subject="board 1", key="k", template="sign_in_code", context={"code": "1"})
    told = db.session.scalars(select(telling.Telling)).one()
    spreading.write_batch(told)
    assert (told.written, told.skipped) == (1, 1)
    following.confirm(following.find_reader(GONE) or "")
    assert bounces.count_paused() == 0


def test_a_message_given_up_after_its_last_try_has_failed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise OSError(f"{GONE} is down")

    mail = write(1)
    monkeypatch.setattr(sending, "mail_them", down)
    states = []
    for _ in range(4):
        with pytest.raises(sending.NotTaken, match="OSError"):
            sending.send(job_id=mail.id, mail=str(mail.id))
        states.append(db.session.get_one(Mail, mail.id).state)
    assert states == [MailState.WAITING] * 3 + [MailState.FAILED]


def report(mail_id: Any, action: str = "failed", status: str = "5.1.1") -> str:
    return f"""From: MAILER-DAEMON@example.net
To: noreply@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; elsewhere@example.net
Action: {action}
Status: {status}

--x
Content-Type: text/rfc822-headers

Subject: News
Message-ID: <{mail_id}@example.org>

--x--
"""


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_reports_are_read_from_a_mailbox_once(
    app: Flask, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    mail, late = write(1), write(2)
    texts = [
        report(mail.id),
        report(mail.id).replace("text/rfc822-headers", "message/rfc822"),
        report(late.id, "delayed", "4.4.1"),
        report(late.id, "failed", "5.7.1"),
        report("not-ours"),
        report("00000000-0000-0000-0000-000000000000"),
        "Subject: Lunch?\n\nNo report at all.",
        report(late.id)[:300],
    ]
    path = tmp_path / kind
    box = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
    for text in texts:
        box.add(message_from_string(text))
    box.close()
    for counted, known in ((1, 1), (0, 2)):
        said = CliRunner().invoke(commands.mail, ["bounces", str(path)])
        assert said.exit_code == 0, said.output
        assert f"8 messages read: {counted} refusals counted, {known} counted" in said.output
    said = CliRunner().invoke(commands.mail, ["bounces", str(tmp_path)])
    assert (said.exit_code, "has to be a Maildir" in said.output) == (2, True)
    db.session.expire_all()
    assert db.session.get_one(Mail, mail.id).state is MailState.FAILED
    assert db.session.get(Bounce, late.id) is None

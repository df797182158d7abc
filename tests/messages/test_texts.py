"""Text messages leave through a provider of the installation's own, or a file, and nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.config import ConfigError, from_environment
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.messages import queries, sending, services
from pbapp.messages.models import Mail, MailChannel, MailState


class Provider(HTTPServer):
    """A provider's web address on this machine: what it was sent, and what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answer = 202
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/texts"


class Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", self.server.address)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def provider(app: Flask) -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        before = app.extensions["pbapp"]
        app.extensions["pbapp"] = replace(
            before, sms_url=server.address, sms_token="secret", sms_from="Coatbridge"
        )
        yield server
        app.extensions["pbapp"] = before
        server.shutdown()


def write() -> Mail:
    mail = services.write(
        key="code",
        to="+447700900123",
        channel=MailChannel.SMS,
        template="vote_code",
        context={"code": "123456", "round": "Small grants"},
    )
    db.session.commit()
    assert mail is not None
    return mail


def test_a_text_goes_to_the_provider_once(provider: Provider) -> None:
    mail = write()
    jobs.run_due()
    sending.send(job_id=mail.id, mail=str(mail.id))
    ((headers, body),) = provider.got
    assert body == {
        "id": str(mail.id),
        "to": "+447700900123",
        "from": "Coatbridge",
        "text": "123456 is your code to vote in Small grants. It works once, for 20 minutes. "
        "Tell it to nobody.",
    }
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Idempotency-Key"] == str(mail.id)
    db.session.refresh(mail)
    assert mail.state is MailState.SENT


@pytest.mark.parametrize("answer", [503, 302])
def test_a_provider_that_is_down_or_points_elsewhere_gets_it_again_later(
    provider: Provider, answer: int
) -> None:
    mail, provider.answer = write(), answer
    jobs.run_due()
    db.session.refresh(mail)
    assert mail.state is MailState.WAITING
    assert queries.failing() == queries.Failing(waiting=1, failed=0)
    provider.answer = 202
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        jobs.run_due()
    db.session.refresh(mail)
    assert mail.state is MailState.SENT
    assert [body["id"] for _headers, body in provider.got] == [str(mail.id)] * 2


def test_a_file_takes_one_text_a_line_and_is_ours_alone(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    app.extensions["pbapp"] = replace(app.extensions["pbapp"], sms_file=file)
    write()
    jobs.run_due()
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["to"] == "+447700900123"
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_address_in_the_open_is_refused_and_without_one_there_are_no_texts(
    tmp_path: Path,
) -> None:
    env = {"PBAPP_SECRET_KEY": "x" * 32, "PBAPP_INSTANCE": str(tmp_path / "i")}
    assert not from_environment(env).sends_texts
    assert from_environment({**env, "PBAPP_SMS_URL": "https://sms.example.org"}).sends_texts
    for address in ("http://sms.example.org", "file:///etc/passwd", "sms.example.org"):
        with pytest.raises(ConfigError, match="https"):
            from_environment({**env, "PBAPP_SMS_URL": address})

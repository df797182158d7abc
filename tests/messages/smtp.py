"""A real mail server on this machine that keeps what it is given, and can refuse."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from pbapp.jobs.worker import load_jobs


class Inbox:
    """`messages` came in; `refuse` says no to all of them, `gone` to these addresses for good."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = False
        self.gone: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.gone:
            return self.gone[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return "451 try later"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        """To whom, each as often as a message came."""
        return sorted(str(message["To"]) for message in self.messages)


@contextmanager
def mail_server(app: Flask) -> Iterator[Inbox]:
    """The application sends its mail here."""
    load_jobs()
    box = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    before = app.extensions["pbapp"]
    app.extensions["pbapp"] = replace(before, mail_server=f"smtp://127.0.0.1:{port}")
    try:
        yield box
    finally:
        app.extensions["pbapp"] = before
        controller.stop()

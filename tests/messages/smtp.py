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
from aiosmtpd.smtp import SMTP
from flask import Flask

from pbapp.jobs.worker import load_jobs
from tests.served import LONG, wait_for


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


class _Server(Controller):
    """A mail server whose port is its own before anybody hears of it."""

    def __init__(self, handler: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        self.address = f"smtp://127.0.0.1:{port}"
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=LONG)
        self.talking: set[SMTP] = set()

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    def factory(self) -> SMTP:
        talking = self.talking

        class Counted(SMTP):
            def connection_made(self, transport: Any) -> None:
                talking.add(self)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                super().connection_lost(error)
                talking.discard(self)

        return Counted(self.handler, **self.SMTP_kwargs)


@contextmanager
def listening(handler: Any) -> Iterator[str]:
    """A mail server that asks `handler`, on this machine; its address."""
    server = _Server(handler)
    server.start()
    try:
        yield server.address
    finally:
        # A connection cut off in the middle would be complained of by whichever test comes next.
        wait_for(lambda: not server.talking)
        server.stop()


@contextmanager
def mail_server(app: Flask) -> Iterator[Inbox]:
    """The application sends its mail here."""
    load_jobs()
    box, before = Inbox(), app.extensions["pbapp"]
    with listening(box) as address:
        app.extensions["pbapp"] = replace(before, mail_server=address)
        try:
            yield box
        finally:
            app.extensions["pbapp"] = before

"""Links in e-mails are made from the request, so a request for another host is refused."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from tests.client import Browser
from tests.world import World


def test_a_forged_host_is_refused(stranger: Browser, world: World) -> None:
    answer = stranger.client.get("/account/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    stranger.get("/health", headers={"Host": "localhost:8000"})


def test_production_answers_to_its_public_name_alone(app: Flask) -> None:
    config = replace(
        app.extensions["pbapp"], mode="production", public_url="https://pb.example.org"
    )
    assert config.for_flask()["TRUSTED_HOSTS"] == ["pb.example.org"]

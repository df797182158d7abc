"""What a hostile client puts around a form: forged steps, many processes, NULs, fields twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from pbapp import clock, create_app
from pbapp.config import TESTING, Config
from pbapp.db import Base, db, write_transaction
from pbapp.web import limits
from tests.ballots import factories, walk
from tests.client import Browser
from tests.databases import fresh_database
from tests.world import World

SIGN_IN = "/account/password"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """An installation of its own, whose processes share nothing but the database."""
    made = Config(
        mode=TESTING,
        secret_key="a secret only for tests, of good length",
        database_url=f"sqlite:///{tmp_path / 'pbapp.sqlite3'}",
        instance=tmp_path / "instance",
        keys=tmp_path / "keys",
    )
    if request.param == "sqlite":
        yield made
    else:
        with fresh_database(request.getfixturevalue("postgresql")) as url:
            yield replace(made, database_url=url)


def process(config: Config) -> Flask:
    """The application as one more process has it."""
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def test_tries_are_counted_across_processes(config: Config) -> None:
    apps = [process(config) for _ in range(3)]
    with apps[0].app_context(), write_transaction():
        Base.metadata.create_all(db.engine)
    with time_machine.travel(clock.now(), tick=False):  # all within one stretch that is counted
        answers = [
            apps[number % 3]
            .test_client()
            .post(SIGN_IN, data={"email": "o@example.org", "password": "x"})
            .status_code
            for number in range(7)
        ]
    close(apps)
    assert answers[:5] == [422] * 5
    assert answers[5:] == [429, 429]


@time_machine.travel(NOON, tick=False)  # all within one hour that is counted
def test_a_forged_address_in_a_header_gives_no_more_tries(config: Config) -> None:
    """With no proxy of ours the header says nothing; with one, only its own last step does."""
    direct, behind = process(config), process(replace(config, trusted_proxies=1))
    with direct.app_context(), write_transaction():
        Base.metadata.create_all(db.engine)
    with direct.app_context(), write_transaction():
        for _ in range(60):
            limits.hit("code by network", "192.0.2.1", tries=60, seconds=3600)
        db.session.commit()

    def ask(app: Flask, seen_from: str, header: str) -> int:
        return (
            app.test_client()
            .post(
                "/account/sign-in",
                data={"email": "somebody@example.org"},
                headers={"X-Forwarded-For": header},
                environ_base={"REMOTE_ADDR": seen_from},
            )
            .status_code
        )

    assert ask(direct, "192.0.2.1", "203.0.113.5") == 429
    assert ask(behind, "127.0.0.1", "203.0.113.5, 192.0.2.1") == 429
    assert ask(behind, "127.0.0.1", "192.0.2.1, 203.0.113.5") == 303
    assert ask(direct, "203.0.113.5", "192.0.2.1") == 303
    close([direct, behind])


def close(apps: list[Flask]) -> None:
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_nul_bytes_are_refused_or_dropped_and_never_our_fault(
    world: World, stranger: Browser
) -> None:
    round = factories.open_round(world)
    page = walk.prove(stranger, round, name="Jo\0 Bell")
    assert page.status == 200
    review = walk.choose(stranger, round, "1")
    for fields, status in (
        ({"choice": ["1\0"]}, 422),
        ({"choice": ["1"], "key": "0" * 31 + "\0"}, 409),
    ):
        stranger.submit(review, fields, form="send", status=status)
    stranger.post(f"/rounds/{round.slug}/receipt\0", {}, status=404)
    page = stranger.get(f"/rounds/{round.slug}/receipt")
    stranger.submit(page, {"receipt": "K7FQ\0"}, status=422)
    assert factories.live(round) == []


def test_a_field_sent_twice_is_not_two_answers(world: World, stranger: Browser) -> None:
    round = factories.open_round(world)
    walk.prove(stranger, round)
    review = walk.choose(stranger, round, "1")
    stranger.submit(review, {"choice": ["1", "1"]}, form="send", status=422)
    keys = [dict(review.form("send").filled({}))["key"], "f" * 32]
    walk_on = stranger.submit(review, {"key": keys, "choice": ["1"]}, form="send")
    assert stranger.follow(walk_on).status == 200
    stranger.submit(review, {"key": keys[::-1], "choice": ["1"]}, form="send")
    assert factories.live(round) == [("1",)]

"""A half-filled form waits for whoever holds its link."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from pbapp import clock
from pbapp.web import drafts


def test_a_draft_comes_back_as_typed(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"name": ["Hall"], "priority": ["a", "b"]})
    assert drafts.load(token, "asset") == {"name": ["Hall"], "priority": ["a", "b"]}


def test_saving_again_keeps_the_link(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"name": ["Hal"]})
    assert drafts.save(kind="asset", fields={"name": ["Hall"]}, token=token) == token
    assert drafts.load(token, "asset") == {"name": ["Hall"]}


def test_secrets_are_not_kept(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"password": ["x"], "csrf_token": ["y"], "a": ["b"]})
    assert drafts.load(token, "asset") == {"a": ["b"]}


def test_a_draft_of_one_form_does_not_open_in_another(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"name": ["Hall"]})
    assert drafts.load(token, "proposal") is None
    assert drafts.save(kind="proposal", fields={}, token=token) != token
    assert drafts.load("guess", "asset") is None
    assert drafts.load(None, "asset") is None


def test_a_draft_is_forgotten_in_the_end(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"name": ["Hall"]})
    with time_machine.travel(clock.now() + timedelta(days=61), tick=False):
        assert drafts.load(token, "asset") is None
        assert drafts.forget_old() == 1


def test_a_draft_can_be_thrown_away(app: Flask) -> None:
    token = drafts.save(kind="asset", fields={"name": ["Hall"]})
    drafts.discard(token)
    assert drafts.load(token, "asset") is None

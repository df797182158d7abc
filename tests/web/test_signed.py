"""Keys in mailed addresses: read again, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.web.signed import Keys

MONTH = Keys("a test", timedelta(days=30))
FOREVER = Keys("a test that lasts")


def test_a_key_says_what_it_was_made_of_until_it_is_too_old(app: Flask) -> None:
    month, forever = MONTH.make(["one", 2]), FOREVER.make([3, 4])
    assert (MONTH.read(month), FOREVER.read(forever)) == (["one", 2], [3, 4])
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert (MONTH.read(month), FOREVER.read(forever)) == (None, [3, 4])


@pytest.mark.parametrize("key", [None, "", "nonsense", "a.b.c", "\0", "ł", "x" * 5000])
def test_what_we_did_not_make_says_nothing(app: Flask, key: str | None) -> None:
    assert MONTH.read(key) is None
    assert FOREVER.read(key) is None


def test_a_key_of_another_purpose_or_changed_by_one_sign_says_nothing(app: Flask) -> None:
    key = MONTH.make("one")
    assert Keys("another test", timedelta(days=30)).read(key) is None
    assert MONTH.read(("A" if key[0] != "A" else "B") + key[1:]) is None

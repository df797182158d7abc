"""A number in an address that no row can have leads to a page that is not there."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map

from pbapp.web.routing import LARGEST
from tests.client import Browser


def numbered(urls: Map) -> list[str]:
    """Every address with a number in it, other parts filled in."""
    return [
        re.sub(r"<(?!int)(?:\w+:)?\w+>", "x", rule.rule)
        for rule in urls.iter_rules()
        if "<int" in rule.rule
    ]


def test_no_page_takes_a_number_that_no_row_can_have(app: Flask) -> None:
    rules = numbered(app.url_map)
    assert len(rules) > 30
    matcher = app.url_map.bind("example.org")
    for rule in rules:
        address = re.sub(r"<int[^>]*>", str(LARGEST + 1), rule)
        for method in ("GET", "POST"):
            with suppress(NotFound, MethodNotAllowed):
                values = matcher.match(address, method=method)[1].values()
                assert not any(isinstance(value, int) for value in values), address


@pytest.mark.parametrize(
    "page", ["/rounds/small-grants/proposals/{}", "/boards/coatbridge/heard/{}"]
)
def test_a_number_too_large_for_a_row_is_not_found(stranger: Browser, world, page: str) -> None:
    for number in (LARGEST, LARGEST + 1, 10**30):
        stranger.get(page.format(number), 404)

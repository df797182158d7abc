"""What people and their programs send to the map and its form that they should not."""

from __future__ import annotations

import pytest

from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.web.forms import plain_text
from pbapp.web.models import Draft
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World

WHAT = {"kind": "place", "name": "Blairhill Hall", "summary": "A hall with a kitchen."}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def test_a_stale_token_loses_nothing_of_an_entry(stranger: Browser, world: World) -> None:
    sent = {**WHAT, "csrf_token": "stale"}
    page = stranger.post("/assets/new", sent, status=400, headers=SAME_SITE)
    kept = dict(page.form().filled({}))
    assert {name: kept[name] for name in WHAT} == WHAT
    where = stranger.follow(stranger.submit(page))
    assert where.form().filled({})


def test_an_entry_of_ten_megabytes_is_too_large(stranger: Browser, world: World) -> None:
    stranger.post("/assets/new", {**WHAT, "summary": "x" * 11_000_000}, status=413)
    assert db.session.query(Draft).count() == db.session.query(Asset).count() == 0


def test_a_name_that_turns_round_or_hides_letters_is_written_plainly(
    stranger: Browser, world: World
) -> None:
    odd = {**WHAT, "name": "Blair\u200bhill\u202e llaH\0\u2066\ufeff"}
    saved = stranger.submit(stranger.get("/assets/new"), odd, press="later=yes")
    token = (saved.location or "").partition("draft=")[2]
    page = stranger.get(f"/assets/new?draft={token}")
    assert dict(page.form().filled({}))["name"] == "Blairhill llaH"


def test_marks_that_make_a_flag_a_picture_or_a_word_stay() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    for meant in (flag, "\U0001f469\u200d\U0001f467 families", "\u0645\u06cc\u200c\u062e\u0648"):
        assert plain_text(meant) == meant
    assert plain_text("Hall\u200d \U0001f3f4\U000e0078\U000e007f") == "Hall \U0001f3f4"


@pytest.mark.parametrize(
    "query",
    [
        "ward=%00&kind=%00&priority=%00&q=%00",
        "ward=S13003048&ward=S13003051&kind=place&kind=x",
        "page=%D9%A1%D9%A2",
        "page=1_000",
        "page=1e309&q=" + "%F0%9F%92%A9" * 300,
        "q=%25%5C%27%22%3B--",
        "postcode=%00&near=nan,inf&lat=1e309&lon=NaN&radius=-1",
    ],
)
def test_no_address_of_the_map_is_our_fault(stranger: Browser, world: World, query: str) -> None:
    make_asset(world)
    for path in ("/assets", "/assets/map.json", "/assets.geojson", "/assets.csv", "/assets/embed"):
        stranger.get(f"{path}?{query}")

"""Hostile text in every field of an entry and of its ward stays text, wherever it is shown."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.models import AssetContact, AssetSession, AssetState, Confirmer, SessionUse
from pbapp.db import db
from pbapp.maps.builders import WardToDraw, draw_wards
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.sheets import gathering, making
from pbapp.sheets.layout import LAYOUTS
from tests.assets.canary import CANARY, canaries, inert, inert_json
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.world import World

PAGES = (
    "/assets",
    "/assets?q=window",
    "/assets/embed",
    "/assets/share",
    "/assets/{id}",
    "/assets/{id}/confirm",
    "/assets/{id}/report",
    "/assets/{id}/report",
    "/boards/coatbridge",
    "/boards/coatbridge/wards/S13003048",
    "/boards/coatbridge/wards/S13003048/sheet",
    "/boards/coatbridge/paper-form",
    "/assets/walkabout/coatbridge/",
)
OFFICERS = (
    *("/assets/{id}", "/assets/{id}/edit", "/desk/entries/{id}/keeper"),
    *("/assets/{id}/ties", "/assets/{id}/story/take-back"),
    *("/assets/{id}/status", "/desk/entries/{id}/same"),
    *("/desk", "/boards/coatbridge/gaps", "/desk/assets/import"),
)
DATA = (
    "/assets/map.json",
    "/assets.geojson",
    "/assets/{id}.geojson",
    "/assets.jsonld",
    "/openreferral/services?full=true",
)


@pytest.fixture
def hall(world: World) -> str:
    """An entry, its contact, its ward and its board, all with hostile names."""
    for area in world.wards.values():
        area.name = CANARY[:118] + str(area.number)
    world.board.place_name = CANARY[:60]
    asset = make_asset(world, main="poverty", **canaries())
    make_asset(world, **without_point(**canaries()))
    make_asset(world, state=AssetState.WAITING, **canaries())
    contact = {"name": CANARY, "phone": CANARY[:30], "email": "a@example.org"}
    asset.contact = AssetContact(consent_at=clock.now(), consent_by=Confirmer.GROUP, **contact)
    asset.sessions = [AssetSession(use=SessionUse.OPEN, days=1, opens=600, closes=660)]
    asset.description += "\nBEGIN:VALARM\r\nATTACH:javascript:window.sung=5"
    db.session.commit()
    return str(asset.id)


def test_it_stays_text_on_every_page(stranger: Browser, officer: Browser, hall: str) -> None:
    for browser, paths in ((stranger, PAGES), (officer, OFFICERS)):
        for path in paths:
            page = browser.get(path.format(id=hall))
            inert(page.html)
    assert "<img src=x onerror=window.sung=2>" in stranger.get(f"/assets/{hall}").text


def test_it_stays_text_in_what_programs_read(stranger: Browser, hall: str) -> None:
    for path in (*DATA, f"/assets/pins/coatbridge/{hall.replace('-', '')[:12]}"):
        answer = stranger.get(path.format(id=hall)).response
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "json" in answer.mimetype, path
        inert_json(answer.get_data(as_text=True))
    text = stranger.get("/assets.csv").response.get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert {row["name"] for row in rows} == {"'" + CANARY}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@\t" and cell]


def test_it_adds_no_line_to_a_calendar(stranger: Browser, hall: str) -> None:
    for path in ("/assets.ics", f"/assets/{hall}.ics"):
        lines = stranger.get(path).response.data.decode().split("\r\n")
        assert "BEGIN:VEVENT" in lines
        assert not [line for line in lines if line.startswith(("BEGIN:VALARM", "ATTACH"))]
        assert not [line for line in lines if "\n" in line or "\r" in line]


def test_it_stays_text_in_an_e_mail(app: Flask, world: World, hall: str) -> None:
    waits = {"submitter_email": "a@example.org", "state": AssetState.WAITING}
    entry = make_asset(world, **{**canaries(), **waits})
    services.acknowledge(asset=entry, fix_url="http://localhost/x")
    letter = put_into_words(db.session.scalars(select(Mail)).one())
    inert(letter.html)
    assert "<img src=x onerror=window.sung=2>" in letter.text
    assert "\n" not in letter.subject


def test_it_stays_text_on_paper(app: Flask, world: World, hall: str) -> None:
    facts = gathering.gather_ward(world.board, world.wards[7])
    html = making.page_of(facts, LAYOUTS["a4"], "en-GB")
    inert(html)
    assert "&lt;img src=x onerror=window.sung=2&gt;" in html


def test_a_wards_name_cannot_leave_its_string_in_a_drawn_map() -> None:
    square = [[-4.1, 55.8], [-4.0, 55.8], [-4.0, 55.9], [-4.1, 55.8]]
    shape = {"type": "Polygon", "coordinates": [square]}
    drawn = draw_wards([WardToDraw("S13003048", CANARY, shape)], label=CANARY)
    inert(drawn.script)
    assert "</script" not in drawn.script
    assert "\u2028" not in drawn.script

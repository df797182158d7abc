"""Sheets as PDF files: made once, kept until something changes, heard as well as seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.db import db
from pbapp.gaps.drawing import Frame
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.sheets import making, queries, services
from pbapp.sheets.gathering import WardSheet, digest_of, gather_form
from pbapp.sheets.landmarks import Landmark
from pbapp.sheets.layout import LAYOUTS
from pbapp.sheets.lines import Line
from pbapp.web.pdf import NoPdf, render_pdf
from tests import pdf
from tests.assets.factories import make_asset, make_official_boundaries, without_point
from tests.client import Browser, Page
from tests.world import World

ADDRESS = "/boards/coatbridge/wards/S13003048/sheet"
FORM = "/boards/coatbridge/paper-form"
LINE = Line(
    name="Example Hall",
    kind="A place or building",
    summary="A hall.",
    alert="",
    facts=(("Where", "By the canal"), ("Cost", "Free")),
    confirmed="Confirmed 1 May 2026",
    is_example=True,
    address="https://example.org/e/7K3M9QXA",
    lat=55.85,
    lon=-4.05,
)
NARROW = Frame(west=-4.1, north=55.9, narrow=0.56, scale=6000.0, width=348.0, height=612.0)
WIDE = replace(NARROW, width=700.0)
SHEET = WardSheet(
    board="Example Board",
    ward="Example North",
    lines=(*(replace(LINE, lat=55.83 + n / 100) for n in range(5)), replace(LINE, lat=None)),
    coming=(replace(LINE, name="<b>Library bus</b>", lat=None),),
    left_out=3,
    frame=NARROW,
    outlines=("M10 10L300 10L300 600Z",),
    landmarks=(Landmark("Example station", 55.82, -4.07),),
    credits=("Example attribution",),
    ward_address="https://example.org/boards/example/wards/S1",
    add_address="https://example.org/assets/new",
    help=("01236 000000",),
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The file is not what the test is about: it is written in no time. Gives the pages written."""
    pages: list[str] = []
    monkeypatch.setattr(making, "render_pdf", lambda html: pages.append(html) or b"%PDF-made")
    return pages


def ask(browser: Browser, variant: str = "a4", address: str = ADDRESS) -> Page:
    """Ask for a file and let the worker do its work; the page that says where it is."""
    load_jobs()
    sent = browser.submit(browser.get(address), {"variant": variant})
    jobs.run_due()
    db.session.expire_all()
    return browser.follow(sent)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # it asks it nothing
@pytest.mark.parametrize("variant", ["a4-large", "a3"])
def test_a_sheet_can_be_heard(app: Flask, variant: str) -> None:
    is_wide = "large" in variant
    sheet = replace(SHEET, frame=WIDE) if is_wide else SHEET
    with app.test_request_context():
        data = render_pdf(making.page_of(sheet, LAYOUTS[variant], "en-GB"))
    found = pdf.read(data)
    assert pdf.faults_of(found) == []
    assert found.language == "en-GB"
    headings = [text for level, text in found.headings if level < 3]
    assert headings[0].endswith("here in Example North")
    more = ["More on the web"] if is_wide else []  # else the codes are beside the map
    assert headings[1:] == [
        "On the map",
        "In this ward, not on the map",
        "Based elsewhere, but for people here",
        *more,
        "Something wrong or missing? Tell us",
    ]
    place = found.text.index("Add something to the map")
    assert (place < found.text.index("On the map")) is not is_wide
    assert [tag.text[:1] for tag in found.root.find("LI")][:6] == ["1", "2", "3", "4", "5", "E"]
    assert "<b>Library bus</b>" in found.text
    assert "There is no room for 3 more entries" in found.text
    assert "example.org/e/7K3M9QXA" in found.text
    assert ("297 x 420" if variant.startswith("a3") else "210 x 297") == page_size(data)


def page_size(data: bytes) -> str:
    import io

    from pypdf import PdfReader

    box = PdfReader(io.BytesIO(data)).pages[0].mediabox
    return f"{round(box.width * 0.3528)} x {round(box.height * 0.3528)}"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # it asks it nothing
def test_large_print_is_large(app: Flask) -> None:
    """Without the map, whose numbers are measured on the paper (test_numbers)."""
    with app.test_request_context():
        html = making.page_of(replace(SHEET, frame=None), LAYOUTS["a4-large"], "en-GB")
    assert min(pdf.sizes(render_pdf(html))) >= 18


def test_the_form_can_be_heard_too(app: Flask, world: World) -> None:
    with app.test_request_context():
        html = making.page_of(gather_form(world.board), LAYOUTS["a4-large"], "en-GB")
        data = render_pdf(html)
    found = pdf.read(data)
    assert pdf.faults_of(found) == []
    assert min(pdf.sizes(data)) >= 18
    assert found.text.count("What is it called?") == 3


def test_a_sheet_is_made_by_the_worker_and_fetched(
    stranger: Browser, world: World, quick: list[str]
) -> None:
    make_official_boundaries(world)
    make_asset(world, "Hall")
    sent = stranger.submit(stranger.get(ADDRESS), {"variant": "a3"})
    assert "Waiting for its turn" in stranger.follow(sent).text
    stranger.get(f"{ADDRESS}/a3.pdf", status=404)
    page = ask(stranger, "a3")
    assert page.links()["Download the file"] == f"{ADDRESS}/a3.pdf"
    assert "download>" not in page.html  # where it has aged meanwhile, the answer is a page
    got = stranger.get(f"{ADDRESS}/a3.pdf").response
    assert got.data == b"%PDF-made"
    assert got.headers["Content-Disposition"].endswith("coatbridge-S13003048-a3.pdf")
    assert "Hall" in quick[0]
    assert len(quick) == 1
    stranger.get(f"{ADDRESS}/a4", status=404)
    assert "Download the file" in ask(stranger, "a4-large", FORM).text


def test_a_kept_sheet_is_used_until_something_changes(
    stranger: Browser, world: World, quick: list[str]
) -> None:
    hall = make_asset(world, "Hall", **without_point())
    with time_machine.travel(clock.now().replace(day=3), tick=False) as time:
        for _press in range(3):
            ask(stranger)
        assert len(quick) == 1
        hall.name = "New name"
        db.session.commit()
        ask(stranger)  # minutes later: what changes all the time is not made anew each time
        assert len(quick) == 1
        time.shift(timedelta(minutes=11))
        # What was withdrawn is not handed out any more.
        old = stranger.get(f"{ADDRESS}/a4")
        assert "Something on this sheet has changed." in old.text
        assert old.links()["Ask for a new one"] == ADDRESS
        assert "Download the file" not in old.links()
        assert stranger.get(f"{ADDRESS}/a4.pdf", status=302).location == ADDRESS
        ask(stranger)
        assert len(quick) == 2
        assert "New name" in quick[1]
        time.shift(timedelta(days=9))
        ask(stranger)
        assert len(quick) == 2
        time.shift(timedelta(days=30))  # a new month: no date on paper is an old one
        ask(stranger)
        assert len(quick) == 3
        services.forget_old()
        assert queries.find_sheet(world.board.id, "S13003048", "a4", "en-GB") is not None
        time.shift(timedelta(days=33))
        services.forget_old()
        assert queries.find_sheet(world.board.id, "S13003048", "a4", "en-GB") is None


def test_who_asks_while_one_is_made_gets_that_one(stranger: Browser, world: World) -> None:
    for _press in range(2):
        stranger.submit(stranger.get(ADDRESS), {"variant": "a4"})
    assert queries.count_at_work() == 1


def test_the_worker_is_not_given_more_than_a_few_at_once(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    stranger.submit(stranger.get(ADDRESS), {"variant": "a4"})
    page = stranger.follow(stranger.submit(stranger.get(ADDRESS), {"variant": "a3"}))
    assert "Many sheets are being made just now" in page.text
    assert queries.count_at_work() == 1


def test_without_its_library_the_page_to_print_takes_its_place(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_html: str) -> bytes:
        raise NoPdf("libpango")

    monkeypatch.setattr(making, "render_pdf", missing)
    page = ask(stranger)
    assert "cannot make PDF files yet" in page.text
    assert ADDRESS in page.links().values()


def test_bad_input_is_refused(stranger: Browser, world: World) -> None:
    page = stranger.get(ADDRESS)
    for variant in ("", "a5", "../a4"):
        again = stranger.submit(page, {"variant": variant}, status=422)
        assert len(again.errors()) == 1
    stranger.submit(stranger.get(FORM), {"variant": "a3"}, status=422)
    stranger.post(ADDRESS, {"variant": "a4"}, status=400)  # without the token
    stranger.get(f"{ADDRESS}/a5", status=404)
    stranger.get(f"{ADDRESS}/a4.pdf", status=404)


def test_the_digest_is_the_same_for_the_worker_as_for_the_page(
    app: Flask, world: World, quick: list[str]
) -> None:
    make_asset(world, "Hall")
    from pbapp.sheets.gathering import gather_ward

    load_jobs()
    with app.test_request_context(headers={"Accept-Language": "en-GB"}):
        digest = digest_of(gather_ward(world.board, world.wards[7]))
        sheet = services.ask(
            board=world.board, subject="S13003048", variant="a4", language="en-GB", digest=digest
        )
        db.session.commit()
        id = sheet.id
    jobs.run_due()
    db.session.expire_all()
    kept = queries.find_sheet(world.board.id, "S13003048", "a4", "en-GB")
    assert kept is not None
    assert (kept.id, kept.digest) == (id, digest)

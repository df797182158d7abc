"""Ballot packs: what a paper says, and PDF files of it that can be heard as well as seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from pbapp.ballots.paper import printing
from pbapp.ballots.paper.models import PaperChannel
from pbapp.ballots.paper.sheet import sheet_of
from pbapp.ballots.paper.words import box_words, pot_words, pots_words
from pbapp.db import db
from pbapp.jobs import delivery
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.pdf import NoPdf, render_pdf
from tests import pdf
from tests.ballots import factories, papers
from tests.client import Browser
from tests.world import World

PACK = "/desk/rounds/small-grants/paper/pack"
WARD = "S1"


def sealed(**config: Any) -> Round:
    """A sealed round that stands in no database: all a paper asks for is its configuration."""
    given = {
        "vote_type": "approval",
        "max_choices": None,
        "within_pot": False,
        "pots": [
            {"id": "1", "name": "North", "budget_pence": 100_00, "ward": WARD, "priority": None},
            {"id": "2", "name": "South", "budget_pence": 200_00, "ward": "S2", "priority": None},
        ],
        "projects": [
            {"id": "1", "title": "Canal", "cost_pence": 50_00, "pot": "2"},
            {"id": "2", "title": "Park", "cost_pence": 60_00, "pot": "1"},
        ],
        **config,
    }
    round = Round(title="Small grants", config=given)
    round.sealed_at = factories.clock.now()
    return round


def test_a_paper_has_its_projects_under_their_pots() -> None:
    sheet = sheet_of(sealed())
    assert [(p.name, [x.id for x in p.projects]) for p in sheet.pots] == [
        ("North", ["2"]),
        ("South", ["1"]),
    ]
    assert [pot.name for pot in sheet_of(sealed(), WARD).pots] == ["North"]
    with pytest.raises(Refused, match="No pot"):
        sheet_of(sealed(), "S3")


def test_a_round_sealed_before_pots_were_told_apart_is_one_list() -> None:
    rows = [{"id": "1", "title": "Canal", "cost_pence": 50_00}]
    (pot,) = sheet_of(sealed(projects=rows)).pots
    assert (pot.budget_pence, len(pot.projects)) == (300_00, 1)


GUARDS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "as many boxes as you want", "cross"),
    ({"max_choices": 3}, "up to 3 boxes", "cross"),
    ({"min_choices": 3, "max_choices": 3}, "exactly 3 boxes", "cross"),
    ({"min_choices": 2, "max_choices": 3}, "at least 2 boxes. Put a cross in up to 3", "cross"),
    ({"vote_type": "choose-1"}, "a cross in one box", "cross"),
    ({"within_pot": True}, "may cost £100 at most", "cross"),
    ({"vote_type": "ordinal", "max_choices": 5}, "2 beside the next", "order"),
    (
        {"vote_type": "cumulative", "points_each": 10, "points_most": 4},
        "You have 10 points in all. Give one project 4 points at most.",
        "points",
    ),
]


def test_the_guards_are_in_words(app: Flask) -> None:
    with app.test_request_context():
        for config, words, over_the_boxes in GUARDS:
            sheet = sheet_of(sealed(**config))
            assert words in " ".join(pot_words(sheet, sheet.pots[0]))
            assert over_the_boxes in box_words(sheet)


def test_it_says_whether_one_pot_or_each(app: Flask) -> None:
    with app.test_request_context():
        assert "leave the others empty" in pots_words(sheet_of(sealed(pots_per_voter="one")))
        assert "Vote about each" in pots_words(sheet_of(sealed(pots_per_voter="each")))


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


def made(officer: Browser) -> Job:
    """The pack that was asked for last, made as the worker does."""
    from sqlalchemy import select

    jobs.run_due()
    db.session.expire_all()
    return db.session.scalars(select(Job).where(Job.kind == printing.PACK_JOB)).one()


def test_a_pack_is_made_and_fetched(world: World, officer: Browser, round: Round) -> None:
    papers.make_venue(world, round)
    papers.make_venue(world, round, "Post", PaperChannel.POST)
    page = officer.get(PACK)
    sent = officer.submit(page, {"copies": "120"}, form="make")
    assert "Waiting for its turn" in officer.follow(sent).text
    job = made(officer)
    text = officer.get(str(sent.location)).text
    for about in ("Ballot paper: Post", "Poster", "What is handed over where"):
        assert about in text
    answer = jobs.answer_of(job) or {}
    assert len(answer["files"]) == 4
    for place in range(4):
        file = delivery.open_file(job, place)
        assert file is not None
        found = pdf.read(file.data)
        assert pdf.faults_of(found) == [], file.name
    got = officer.get(f"{sent.location}/0").response
    assert got.headers["Content-Disposition"].endswith("ballot-paper-dunbeth-hall-ordinary-en.pdf")
    hall = pdf.read(got.data)
    assert hall.language == "en-GB"
    assert "Your vote: Small grants" in hall.headings[0][1]
    assert "Declaration" not in hall.text
    assert hall.text.index("Project 1") < hall.text.index("Project 6")
    assert "120" in pdf.read(delivery.open_file(job, 3).data).text  # type: ignore[union-attr]


def test_large_print_is_large(world: World, round: Round) -> None:
    from flask import current_app

    with current_app.test_request_context():
        html = printing.paper_page(round, None, True, False, "en")
    assert 'class="large"' in html
    sizes = pdf.sizes(render_pdf(html))
    assert min(sizes) >= 18, sizes


def test_without_its_library_the_page_to_print_takes_its_place(
    world: World, officer: Browser, round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_html: str) -> bytes:
        raise NoPdf("libpango")

    monkeypatch.setattr(printing, "render_pdf", missing)
    sent = officer.submit(officer.get(PACK), {"prints": ["ordinary"]}, form="make")
    made(officer)
    page = officer.get(str(sent.location))
    assert "cannot make PDF files yet" in page.text
    assert PACK in page.links().values()


def test_bad_input_keeps_the_form(world: World, officer: Browser, round: Round) -> None:
    page = officer.submit(
        officer.get(PACK), {"prints": [], "copies": "many"}, form="make", status=422
    )
    assert len(page.errors()) == 2
    ward = round.round_areas[0].area.gss_code
    page = officer.submit(officer.get(PACK), {"places": ward}, form="make", status=422)
    assert "No place of this ward" in page.errors()[0]


def test_a_pack_of_another_round_is_not_shown(
    world: World, officer: Browser, officer_elsewhere: Browser, round: Round
) -> None:
    sent = officer.submit(officer.get(PACK), {}, form="make")
    officer_elsewhere.get(str(sent.location), status=403)
    officer.get(f"{str(sent.location).rpartition('/')[0]}/{uuid4()}", status=404)
    officer.get(f"{sent.location}/0", status=404)  # not made yet


def test_a_place_of_one_ward_can_leave_out_the_pots_of_others(world: World) -> None:
    from flask import current_app

    round = factories.open_round(world, by_ward=True)
    ward = world.wards[7]
    place = papers.make_venue(world, round, "School", PaperChannel.CLASSROOM, area_id=ward.id)
    with current_app.test_request_context():
        whole = pdf.read(render_pdf(printing.paper_page(round, place, False, False, "en")))
        own = pdf.read(render_pdf(printing.paper_page(round, place, False, True, "en")))
    assert pdf.faults_of(whole) == pdf.faults_of(own) == []
    names = [area.name for area in world.wards.values()]
    assert [text for _level, text in whole.headings[1:4]] == names[:3]
    assert "Vote about each" in whole.text
    assert [level for level, _text in own.headings] == [1, 2]
    assert "Project 3" in own.text
    assert "Project 1" not in own.text

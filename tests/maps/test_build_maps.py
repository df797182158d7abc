"""Drawing the boards' maps ahead, and what a page finds of them."""

import gzip
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import render_template_string
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.worker import load_jobs
from pbapp.maps import queries, services
from pbapp.maps.building import boards_to_draw, build_maps
from pbapp.maps.commands import maps
from pbapp.maps.models import MapPart
from pbapp.places import services as places
from pbapp.places.models import BoundarySet
from pbapp.places.postcode_file import PostcodeRow
from pbapp.places.queries import postcode_credit
from tests.places.factories import collection, import_wards, saved, square, with_ward

PAGE = """{% from "components/ward_map.html" import ward_map, ward_map_head, ward_map_scripts
  with context %}{{ ward_map_head(part) }}{{ ward_map_scripts(part) }}
{% call ward_map(part, features_url="/x.geojson", label="Map",
                list_id="list") %}under{% endcall %}"""


@pytest.fixture
def boundaries(world, tmp_path):
    found = import_wards(world, saved(tmp_path, collection()))
    db.session.commit()
    return found


def part_of(board):
    return queries.find_part(queries.board_subject(board.id))


def test_every_board_with_boundaries_gets_its_map(world, boundaries):
    built = build_maps()
    assert [(one.name, one.is_new) for one in built] == [
        ("Airdrie Community Board", True),
        ("Coatbridge Community Board", True),
    ]
    part = part_of(world.board)
    assert part.attribution == "© Test."
    assert not part.is_schematic
    assert b"pbappMaps" in gzip.decompress(part.script_gz)


def test_a_map_names_whose_postcodes_placed_its_pins_once_there_are_real_ones(world, boundaries):
    build_maps()
    assert "Royal Mail" not in part_of(world.board).attribution  # the demo's are made up
    rows = [PostcodeRow("ML5 3AA", "S13003048", 55.867, -4.034)]
    places.import_postcodes(council=world.council.area, rows=rows)
    assert jobs_waiting() == 2  # one for the boundaries, one for these
    db.session.commit()
    build_maps()
    credit = part_of(world.board).attribution
    assert credit.startswith("© Test. Contains OS data © Crown copyright")
    assert "Royal Mail data © Royal Mail copyright and database right 20" in credit
    places.import_postcodes(council=world.council.area, rows=rows)
    assert jobs_waiting() == 2


def test_the_longest_words_of_an_operator_and_the_postcodes_fit_the_column():
    day = " Boundaries of 30 September 2026."
    room = MapPart.__table__.c.attribution.type.length
    assert BoundarySet.__table__.c.attribution.type.length + len(f".{day} ") <= room - len(
        postcode_credit()
    )


def jobs_waiting():
    query = select(func.count()).select_from(Job).where(Job.kind == services.BUILD)
    return db.session.scalar(query)


def test_a_board_is_drawn_with_its_neighbours(world, boundaries):
    coatbridge = next(b for b in boards_to_draw() if b.name == "Coatbridge Community Board")
    assert sorted(ward.code for ward in coatbridge.wards if not ward.is_neighbour) == [
        "S13003048",
        "S13003051",
        "S13003052",
    ]


def test_drawing_again_changes_nothing(world, boundaries):
    first = {one.name: one.digest for one in build_maps()}
    built_at = part_of(world.board).built_at
    again = build_maps()
    assert {one.name: one.digest for one in again} == first
    assert not any(one.is_new for one in again)
    assert part_of(world.board).built_at == built_at


def test_new_boundaries_change_the_address(world, boundaries, tmp_path):
    build_maps()
    before = part_of(world.board).digest
    ring = [[x, y - 0.001] for x, y in square(55.867, -4.034)]
    import_wards(world, saved(tmp_path, with_ward("S13003048", ring)))
    db.session.commit()
    build_maps()
    assert part_of(world.board).digest != before


def test_the_worker_draws_when_boundaries_were_imported(world, boundaries):
    load_jobs()
    jobs.run_due()
    done = db.session.scalars(select(Job).where(Job.kind == services.BUILD)).one()
    assert done.state is JobState.DONE
    assert part_of(world.board)


def test_maps_can_be_asked_for(world):
    asked = services.ask_for_maps()
    db.session.commit()
    load_jobs()
    jobs.run(asked.id)
    assert db.session.scalar(select(func.count()).select_from(MapPart)) == 0


def test_a_schematic_map_says_so(world, tmp_path):
    places.load_schematic(
        path=saved(tmp_path, collection()),
        council=world.council.area,
        name="Schematic",
        source="Drawn",
        attribution="Drawn by us",
    )
    db.session.commit()
    build_maps()
    part = part_of(world.board)
    assert part.is_schematic
    assert part.attribution == "Drawn by us."


def test_each_language_has_its_map_and_another_falls_back(app, world, boundaries, monkeypatch):
    config = app.extensions["pbapp"]
    monkeypatch.setitem(app.extensions, "pbapp", replace(config, languages=("en", "gd")))
    build_maps()
    subject = queries.board_subject(world.board.id)
    assert queries.find_part(subject, "gd").language == "gd"
    assert queries.find_part(subject, "pl").language == "en"
    for path in ("/assets", f"/boards/{world.board.slug}"):
        page = app.test_client().get(path, headers={"Accept-Language": "gd"}).text
        assert queries.find_part(subject, "gd").digest in page, path
    monkeypatch.setitem(app.extensions, "pbapp", replace(config, languages=("gd",)))
    build_maps()
    assert queries.find_part(subject, "en_GB").language == "gd"


def test_a_board_that_is_gone_leaves_no_map(world, boundaries):
    services.keep_part(
        subject="board/0",
        language="en",
        digest="0" * 32,
        script_gz=b"",
        attribution="",
        is_schematic=False,
    )
    db.session.commit()
    build_maps()
    assert queries.find_part("board/0") is None


def test_a_page_finds_its_map_in_one_small_query(world, boundaries, count_queries):
    build_maps()
    subject = queries.board_subject(world.board.id)
    count_queries.reset()
    assert queries.find_part(subject).digest
    assert count_queries.number == 1
    assert "script_gz" not in count_queries.statements[0]


def test_the_page_holds_the_map_with_its_source(app, world, boundaries):
    build_maps()
    part = part_of(world.board)
    with app.test_request_context("/"):
        text = render_template_string(PAGE, part=part)
    assert f'src="/maps/{part.digest}.js"' in text
    assert f'data-map="{part.digest}"' in text
    assert 'data-map-features="/x.geojson"' in text
    assert 'data-map-list="#list"' in text
    assert "© Test." in text
    assert "Schematic" not in text


def test_a_page_without_its_map_says_that_it_is_being_prepared(app):
    with app.test_request_context("/"):
        text = render_template_string(PAGE, part=None)
    assert "The map is being prepared" in text
    assert "under" in text
    assert "<script" not in text


def test_the_command_draws_and_tells(app, world, boundaries, monkeypatch):
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    first = CliRunner().invoke(maps, ["build"])
    assert "Coatbridge Community Board (en): drawn" in first.output
    assert "as before" in CliRunner().invoke(maps, ["build"]).output


def test_the_command_says_when_there_is_nothing_to_draw(app, world, monkeypatch):
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    assert "No board has boundaries" in CliRunner().invoke(maps, ["build"]).output

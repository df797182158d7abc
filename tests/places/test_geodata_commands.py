"""`pbapp geodata`, as an operator uses it."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.places import queries
from pbapp.places.coordinates import to_osgb36
from pbapp.places.models import BoundarySet, Postcode
from pbapp.redrawing.commands import geodata
from tests.places.factories import CENTRES, collection, saved, square, with_ward


@pytest.fixture
def run(app, monkeypatch):
    """Run a command against the test's database; gives its result."""
    monkeypatch.setattr("pbapp.create_app", lambda: app)

    def invoke(*arguments):
        db.session.commit()
        result = CliRunner().invoke(geodata, [str(argument) for argument in arguments])
        db.session.expire_all()
        return result

    return invoke


def test_boundaries_are_imported_and_their_attribution_is_shown(world, run, tmp_path):
    path = saved(tmp_path, collection(), "Wards_December_2024_BGC.geojson")
    result = run("import", path, "--dated", "2024-12-31")
    assert result.exit_code == 0, result.output
    assert "Imported 4 wards of North Lanarkshire" in result.output
    current = queries.current_boundary_set(world.council.area)
    assert current.name == "Wards December 2024 BGC"
    assert "database right 2024" in current.attribution
    assert queries.attribution(current).endswith("Boundaries of 31 December 2024.")


def test_a_broken_file_is_reported_and_nothing_is_loaded(world, run, tmp_path):
    result = run("import", saved(tmp_path, with_ward("S13003048", square(56.9, -4.4))))
    assert result.exit_code == 1
    assert "Nothing was changed" in result.stderr
    assert "from where it is" in result.stderr
    assert db.session.scalar(select(func.count()).select_from(BoundarySet)) == 0


@pytest.mark.parametrize(
    "name",
    [
        "/vsizip/wards.zip",
        "/vsicurl/http://127.0.0.1/wards.gpkg",
        "https://example.org/wards.geojson",
        "GPKG:wards.gpkg",
        "<OGRVRTDataSource></OGRVRTDataSource>",
    ],
)
@pytest.mark.parametrize("command", ["import", "postcodes"])
def test_only_files_are_opened(world, run, command, name):
    result = run(command, name)
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_a_new_council_comes_with_its_boundaries(app, run, tmp_path):
    data = collection()
    for feature in data["features"]:
        feature["properties"]["council_name"] = "North Lanarkshire"
    assert run("import", saved(tmp_path, data)).exit_code == 2
    result = run("import", saved(tmp_path, data), "--council", "s12000050")
    assert result.exit_code == 0, result.output
    council = queries.find_area("S12000050")
    assert council.name == "North Lanarkshire"
    assert len(queries.list_wards(council)) == 4


def test_postcodes_are_imported_and_checked_by_polygon(world, run, tmp_path):
    run("import", saved(tmp_path, collection()), "--name", "Squares")
    rows = ["postcode,ward_code,lat,lon", "ML5 3AA,S13003048,55.867,-4.034"]
    rows += ["ML5 3AB,S13003048,55.853,-4.057", "ML5 3AD,S13003051,,"]
    result = run("postcodes", saved(tmp_path, "\n".join(rows), "p.csv"))
    assert "3 new" in result.output
    found = json.loads(run("check", "--json").stdout)
    assert found == {
        "wards": 4,
        "postcodes": 2,
        "in_their_ward": 1,
        "share": 0.5,
        "boundary_set": "Squares",
    }
    assert "that is 50.00%" in run("check").output


def test_boundaries_in_the_old_longitude_and_latitude_are_recognised_by_postcodes(
    world, run, tmp_path
):
    code = "S13003048"
    true = square(*CENTRES[code])
    old = to_osgb36()
    ring = [list(reversed(old(lat, lon))) for lon, lat in true]
    run("import", saved(tmp_path, with_ward(code, ring)), "--name", "Old")
    (west, south), _, (east, north), *_ = true
    corners = [(south, west), (south, east), (north, west), (north, east)]
    inside = [
        (lat + (CENTRES[code][0] - lat) / 20, lon + (CENTRES[code][1] - lon) / 20)
        for lat, lon in corners
    ]
    rows = [f"ML5 3A{a},{code},{lat},{lon}" for a, (lat, lon) in zip("ABDE", inside, strict=True)]
    run("postcodes", saved(tmp_path, "\n".join(["postcode,ward_code,lat,lon", *rows]), "p.csv"))
    told = run("check").output
    assert "In their ward: 2, that is 50.00%." in told
    assert "As OSGB 36 (EPSG:4277) they would fit for 100.00%" in told


def test_bad_rows_are_listed_and_nothing_is_loaded(world, run, tmp_path):
    rows = ["postcode,ward_code", "ML5 3AA,S13003048"] + ["nonsense,S13003048"] * 30
    result = run("postcodes", saved(tmp_path, "\n".join(rows), "p.csv"))
    assert result.exit_code == 1
    assert "Line 3: “nonsense” is not a full postcode." in result.stderr
    assert "and 10 more" in result.stderr
    assert db.session.get(Postcode, "ML5 3AA") is None


def test_a_check_without_boundaries_says_what_to_do(world, run):
    result = run("check", "--json")
    assert result.exit_code == 1
    assert "pbapp geodata import" in result.stderr


@pytest.mark.parametrize("command", ["import", "postcodes", "check"])
def test_the_help_is_a_manual(command):
    result = CliRunner().invoke(geodata, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.split()) > 80

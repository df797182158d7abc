"""Importing boundaries: a good file replaces what is shown, a broken one changes nothing."""

import json

import pytest
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.jobs.models import Job
from pbapp.places import geojson_file, queries, services
from pbapp.places.importing import read_boundaries
from pbapp.places.models import Area, Boundary, BoundarySet
from pbapp.places.problems import FileProblems
from pbapp.refusal import Refused
from tests.places.factories import (
    CENTRES,
    COUNCIL,
    collection,
    import_wards,
    on_the_grid,
    saved,
    square,
    ward_feature,
    with_ward,
)

W7, W10, W11 = "S13003048", "S13003051", "S13003052"


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def problems_of(world, path):
    """What is said of a file that is refused; checks that nothing was changed."""
    before = [count(model) for model in (Area, BoundarySet, Boundary, Job)]
    with pytest.raises(FileProblems) as refused:
        import_wards(world, path)
    assert [count(model) for model in (Area, BoundarySet, Boundary, Job)] == before
    return refused.value.problems


# --- good files -------------------------------------------------------------------------------


def test_a_good_file_becomes_the_current_boundaries(world, tmp_path):
    boundary_set = import_wards(world, saved(tmp_path, collection()), name="Wards 2026")
    db.session.commit()
    assert queries.current_boundary_set(world.council.area) == boundary_set
    assert not boundary_set.is_schematic
    shapes = queries.list_boundaries(boundary_set)
    assert [shape.area.gss_code for shape in shapes] == sorted(CENTRES)
    first = shapes[0]
    assert 1.4 < first.area_km2 < 1.6
    assert (first.label_lat, first.label_lon) == pytest.approx(CENTRES[W7], abs=0.003)
    assert first.south <= 55.861 < 55.873 <= first.north


def test_maps_are_asked_to_be_redrawn_and_entries_to_be_looked_at(world, tmp_path):
    import_wards(world, saved(tmp_path, collection()))
    assert set(db.session.scalars(select(Job.kind))) == {"maps.build", "assets.wards"}


def test_areas_stay_the_same_and_new_wards_are_made(world, tmp_path):
    before = {ward.gss_code: ward.id for ward in queries.list_wards(world.council.area)}
    new = ward_feature("S13009999", square(55.90, -4.0), ward_name="New Ward", ward_number=22)
    import_wards(world, saved(tmp_path, collection(*collection()["features"], new)))
    db.session.commit()
    after = {ward.gss_code: ward for ward in queries.list_wards(world.council.area)}
    assert {code: after[code].id for code in before} == before
    assert (after["S13009999"].name, after["S13009999"].number) == ("New Ward", 22)


def test_earlier_boundaries_are_kept(world, tmp_path):
    first = import_wards(world, saved(tmp_path, collection()))
    ring = [[x, y - 0.001] for x, y in square(*CENTRES[W7])]
    second = import_wards(world, saved(tmp_path, with_ward(W7, ring)))
    db.session.commit()
    assert (first.is_current, second.is_current) == (False, True)
    assert len(queries.list_boundaries(first)) == 4


def test_importing_the_same_shapes_again_makes_them_current_and_doubles_nothing(world, tmp_path):
    first = import_wards(world, saved(tmp_path, collection()))
    ring = [[x, y - 0.001] for x, y in square(*CENTRES[W7])]
    import_wards(world, saved(tmp_path, with_ward(W7, ring)))
    again = import_wards(world, saved(tmp_path, collection()), name="A better name")
    db.session.commit()
    assert again.id == first.id
    assert again.is_current
    assert again.name == "A better name"
    assert count(BoundarySet) == 2


def test_the_british_national_grid_is_read_with_and_without_a_crs(world, tmp_path):
    plain = import_wards(world, saved(tmp_path, on_the_grid(collection())))
    assert queries.find_ward_by_point(*CENTRES[W10]) == world.wards[10]
    named = on_the_grid(collection())
    named["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    assert import_wards(world, saved(tmp_path, named)).id == plain.id


@pytest.mark.parametrize(
    ("code", "name", "council"),
    [
        ("WD24CD", "WD24NM", "LAD24CD"),
        ("wd22cd", "wd22nm", "lad22cd"),
        ("geoid", "name", None),
        ("CODE", "NAME", None),
        ("Census_Code", "Name", None),  # Ordnance Survey's Boundary-Line
        ("ONS_2010", "Name", None),  # the Boundary Commission's
        ("ward_code", "ward_name", None),
    ],
)
def test_the_fields_of_other_publishers_are_understood(world, tmp_path, code, name, council):
    features = []
    for ward in CENTRES:
        properties = {code: ward, name: f"Name of {ward}"} | ({council: COUNCIL} if council else {})
        features.append(ward_feature(ward) | {"properties": properties})
    import_wards(world, saved(tmp_path, collection(*features)))
    assert db.session.scalar(select(Area.name).where(Area.gss_code == W7)) == f"Name of {W7}"


@pytest.mark.parametrize("says_council", [True, False])
def test_a_file_of_the_whole_country_is_filtered(world, tmp_path, says_council):
    elsewhere = ward_feature("S13002900", square(57.1, -2.1), council_code="S12000033")
    features = [*collection()["features"], elsewhere]
    if not says_council:
        for feature in features:
            del feature["properties"]["council_code"]
    read = read_boundaries(
        saved(tmp_path, collection(*features)),
        council_code=COUNCIL,
        known=services.known_wards(world.council.area),
    )
    assert len(read.wards) == 4
    assert read.other_wards == 1


def test_a_hostile_ward_name_is_kept_as_words(world, tmp_path):
    features = collection()["features"]
    features[0]["properties"]["ward_name"] = "</script>\u0000<img src=x>\n" + "a" * 400
    import_wards(world, saved(tmp_path, collection(*features)))
    name = db.session.scalar(select(Area.name).where(Area.gss_code == W7))
    assert name.startswith("</script> <img src=x> aaa")
    assert len(name) == 120


# --- broken files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", "not valid JSON: line 1"),
        ("junk", "It is no GeoPackage and no zipped Shapefile either."),
        ("[1, 2]", "one object"),
        ('{"type": "Polygon"}', "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"type": "FeatureCollection", "features": [1]}', "not a feature"),
        ('{"type": "gdal_streamed_alg", "command_line": "gdal"}', "gdal_streamed_alg"),
        ("<OGRVRTDataSource></OGRVRTDataSource>", "XML"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": ' + "9" * 6000 + "}", "not valid JSON"),
        ("[" * 5000 + "]" * 5000, "thousands deep"),
        ('{"a": ' * 5000 + "1" + "}" * 5000, "thousands deep"),
    ],
)
def test_what_is_no_geojson_is_refused_in_words(world, tmp_path, text, words):
    (problem,) = problems_of(world, saved(tmp_path, text))
    assert words in problem


@pytest.mark.parametrize(
    ("start", "words"),
    [(b"PK\x03\x04", "zip"), (b"SQLite format 3\0", "GeoPackage"), (b"\xff", "UTF-8")],
)
def test_other_formats_are_named(world, tmp_path, start, words):
    path = tmp_path / "wards.geojson"
    path.write_bytes(start + b" " * 100)
    assert words in problems_of(world, path)[0]


@pytest.mark.parametrize(
    "position",
    ["[1e309, 55.8]", '["-4", "55"]', "[true, false]", "[-4]", "null", "[-4, " + "9" * 400 + "]"],
)
def test_a_position_must_be_two_finite_numbers(world, tmp_path, position):
    text = json.dumps(collection()).replace("[-4.043, 55.861]", position, 1)
    (problem,) = problems_of(world, saved(tmp_path, text))
    assert f"Ward {W7}, part 1, outer ring: position 1 is" in problem


def test_a_ring_must_be_closed_and_have_corners(world, tmp_path):
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, square(55.867, -4.034)[:4])))
    assert "the last one the same as the first" in problem


def test_points_and_lines_are_no_wards(world, tmp_path):
    features = collection()["features"]
    features[0]["geometry"] = {"type": "Point", "coordinates": [-4, 55.8]}
    features[1]["geometry"] = None
    said = problems_of(world, saved(tmp_path, collection(*features)))
    assert "is a Point" in said[0]
    assert "is nothing" in said[1]


def test_every_missing_ward_is_named(world, tmp_path):
    features = [
        f for f in collection()["features"] if f["properties"]["ward_code"] not in (W7, W11)
    ]
    said = problems_of(world, saved(tmp_path, collection(*features, exceededTransferLimit=True)))
    assert said[:2] == [
        f"Ward {W7} (Coatbridge North) is not in the file.",
        f"Ward {W11} (Coatbridge South) is not in the file.",
    ]
    assert "first page" in said[2]


def test_a_ward_twice_is_refused(world, tmp_path):
    data = collection(*collection()["features"], ward_feature(W7))
    (problem,) = problems_of(world, saved(tmp_path, data))
    assert problem.startswith(
        f"Ward {W7} is in the file 2 times. If each time is a part of it, merge"
    )


def test_a_file_without_the_councils_wards_says_what_it_looked_for(world, tmp_path):
    data = collection({"type": "Feature", "properties": {"colour": "red"}, "geometry": None})
    (problem,) = problems_of(world, saved(tmp_path, data))
    assert "Its fields are: colour" in problem
    assert "WDyyCD" in problem


def test_a_ring_that_crosses_itself_is_found_with_its_place(world, tmp_path):
    bow = [[-4.043, 55.861], [-4.025, 55.873], [-4.025, 55.861], [-4.043, 55.873], [-4.043, 55.861]]
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, bow)))
    assert problem.startswith(f"Ward {W7} (Coatbridge North): part 1, outer ring crosses itself at")
    assert "-4.034" in problem
    assert "55.867" in problem


def test_a_hole_outside_its_ward_is_refused(world, tmp_path):
    data = collection()
    data["features"][0]["geometry"]["coordinates"].append(square(55.9, -4.1))
    (problem,) = problems_of(world, saved(tmp_path, data))
    assert "a hole outside the outer ring" in problem


def test_wards_that_overlap_are_both_named_with_the_place(world, tmp_path):
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, square(55.853, -4.050))))
    assert f"Wards {W7} and {W10} overlap by" in problem or f"{W10} and {W7} overlap" in problem
    assert "around latitude 55.8" in problem


def test_a_hair_of_overlap_is_let_through(world, tmp_path):
    data = with_ward(W7, square(CENTRES[W11][0] + 2 * 0.006 - 0.000001, CENTRES[W11][1]))
    import_wards(world, saved(tmp_path, data))


def test_a_gap_between_the_wards_is_found(world, tmp_path):
    about = [[-4.1, 55.82], [-3.95, 55.82], [-3.95, 55.9], [-4.1, 55.9], [-4.1, 55.82]]
    data = collection()
    holes = [list(reversed(square(*centre))) for code, centre in CENTRES.items() if code != W7]
    holes.append(list(reversed(square(55.885, -4.02))))
    data["features"][0]["geometry"]["coordinates"] = [about, *holes]
    (problem,) = problems_of(world, saved(tmp_path, data))
    assert problem.startswith("No ward covers 1.")
    assert "latitude 55.88" in problem
    assert "--allow-gaps" in problem
    path, known = saved(tmp_path, data), services.known_wards(world.council.area)
    assert read_boundaries(path, council_code=COUNCIL, known=known, allow_gaps=True).wards


def test_an_area_that_is_not_the_stated_one_is_refused(world, tmp_path):
    features = collection()["features"]
    features[0]["properties"]["area_km2"] = 15.2
    (problem,) = problems_of(world, saved(tmp_path, collection(*features)))
    assert f"Ward {W7} would be 1.51 km², but the file says it is 15.20 km²." == problem


def test_a_speck_is_no_ward(world, tmp_path):
    speck = [[-4.034, 55.867], [-4.0339, 55.867], [-4.0339, 55.8671], [-4.034, 55.867]]
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, speck)))
    assert "no ward is that size" in problem


def test_wards_under_each_others_codes_are_found(world, tmp_path):
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, square(56.2, -4.4))))
    assert "is drawn 4" in problem
    assert "km from where it is" in problem


def test_latitude_before_longitude_is_said(world, tmp_path):
    data = collection()
    for feature in data["features"]:
        feature["geometry"]["coordinates"] = [
            [[y, x] for x, y in ring] for ring in feature["geometry"]["coordinates"]
        ]
    (problem,) = problems_of(world, saved(tmp_path, data))
    assert "the wrong way round" in problem


def test_other_coordinates_are_refused(world, tmp_path):
    named = {"type": "name", "properties": {"name": "EPSG:3857"}}
    (problem,) = problems_of(world, saved(tmp_path, collection(crs=named)))
    assert "EPSG:3857" in problem
    grid = {"type": "name", "properties": {"name": "EPSG:27700"}}
    (problem,) = problems_of(world, saved(tmp_path, collection(crs=grid)))
    assert "that is EPSG:4326, but the file says EPSG:27700" in problem
    far = [[x + 100, y] for x, y in square(*CENTRES[W7])]
    (problem,) = problems_of(world, saved(tmp_path, with_ward(W7, far)))
    assert problem.startswith(f"Ward {W7}: The first numbers run from 95.957")
    assert "neither longitude and latitude in Britain" in problem
    grid = {"type": "name", "properties": {"name": "EPSG:4277"}}
    (problem,) = problems_of(world, saved(tmp_path, collection(crs=grid)))
    assert problem.endswith("(EPSG:3857). Export the file again in EPSG:4326.")


def test_too_many_corners_are_refused(world, tmp_path, monkeypatch):
    monkeypatch.setattr(geojson_file, "MAX_POSITIONS", 10)
    (problem,) = problems_of(world, saved(tmp_path, collection()))
    assert "corners" in problem
    assert "BGC" in problem


def test_a_file_too_large_is_not_even_read(world, tmp_path, monkeypatch):
    monkeypatch.setattr(geojson_file, "MAX_BYTES", 10)
    (problem,) = problems_of(world, saved(tmp_path, collection()))
    assert "is the most we read" in problem


# --- schematic --------------------------------------------------------------------------------


def load_schematic(world, path):
    return services.load_schematic(
        path=path, council=world.council.area, name="Schematic", source="Drawn", attribution="Us"
    )


def test_official_boundaries_take_the_schematics_place_and_keep_it(world, tmp_path):
    drawn = load_schematic(world, saved(tmp_path, collection()))
    assert drawn.is_current
    ring = [[x, y - 0.001] for x, y in square(*CENTRES[W7])]
    official = import_wards(world, saved(tmp_path, with_ward(W7, ring)))
    assert (drawn.is_current, official.is_current) == (False, True)
    load_schematic(world, saved(tmp_path, collection()))
    db.session.commit()
    assert (drawn.is_current, official.is_current) == (False, True)


def test_the_schematic_cannot_be_passed_off_as_official(world, tmp_path):
    load_schematic(world, saved(tmp_path, collection()))
    with pytest.raises(Refused, match="schematic drawing"):
        import_wards(world, saved(tmp_path, collection()))


def test_a_schematic_map_says_so_first(world, tmp_path):
    drawn = load_schematic(world, saved(tmp_path, collection()))
    assert queries.attribution(drawn) == "Schematic, not ward boundaries. Us."

"""A ward from a point: by official boundaries only."""

import pytest

from pbapp.db import db
from pbapp.places import queries, services
from pbapp.places.polygons import contains
from tests.places.factories import collection, import_wards, saved, ward_feature

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
HOLE = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
ISLAND = [[10, 10], [11, 10], [11, 11], [10, 11], [10, 10]]


def test_a_polygon_holds_what_is_in_it_and_not_in_its_hole():
    shape = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    assert contains(shape, 3, 3)
    assert not contains(shape, 1.5, 1.5)
    assert not contains(shape, 5, 3)
    assert not contains(shape, 3, -1)


def test_a_multipolygon_holds_what_is_in_any_part():
    shape = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]}
    assert contains(shape, 10.5, 10.5)
    assert contains(shape, 0.5, 0.5)
    assert not contains(shape, 7, 7)


def test_a_point_on_a_shared_edge_is_in_one_of_the_two():
    left = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 4], [0, 4], [0, 0]]]}
    right = {"type": "Polygon", "coordinates": [[[2, 0], [4, 0], [4, 4], [2, 4], [2, 0]]]}
    assert contains(left, 1, 2) + contains(right, 1, 2) == 1


def test_the_ward_of_a_point_is_found_with_official_boundaries(world, tmp_path, count_queries):
    import_wards(world, saved(tmp_path, collection()))
    db.session.commit()
    count_queries.reset()
    assert queries.find_ward_by_point(55.867, -4.034) == world.wards[7]
    assert count_queries.number == 1
    assert queries.find_ward_by_point(55.853, -4.057) == world.wards[10]
    assert queries.find_ward_by_point(56.5, -4.0) is None


@pytest.mark.parametrize("lat", [float("nan"), float("inf"), 1e308])
def test_no_point_at_all_is_in_no_ward(world, tmp_path, lat):
    import_wards(world, saved(tmp_path, collection()))
    assert queries.find_ward_by_point(lat, -4.034) is None


def test_a_schematic_drawing_never_gives_a_ward(world, tmp_path):
    services.load_schematic(
        path=saved(tmp_path, collection()),
        council=world.council.area,
        name="Schematic",
        source="Drawn",
        attribution="Drawn",
    )
    current = queries.current_boundary_set(world.council.area)
    assert current.is_schematic
    assert len(queries.list_boundaries(current)) == 4
    assert queries.find_ward_by_point(55.867, -4.034) is None


def test_only_the_current_boundaries_count(world, tmp_path):
    import_wards(world, saved(tmp_path, collection()))
    shifted = [[x + 0.003, y] for x, y in ward_feature("S13003051")["geometry"]["coordinates"][0]]
    moved = collection(
        *(f for f in collection()["features"] if f["properties"]["ward_code"] != "S13003051"),
        ward_feature("S13003051", shifted),
    )
    assert queries.find_ward_by_point(55.853, -4.0655) == world.wards[10]
    import_wards(world, saved(tmp_path, moved))
    assert queries.find_ward_by_point(55.853, -4.0655) is None

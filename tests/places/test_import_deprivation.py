"""Importing data zones: all of a file, or nothing and every bad row named."""

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.places import queries, services
from pbapp.places.deprivation_file import read_zones
from pbapp.places.models import DataZone, DeprivationSet
from pbapp.places.problems import FileProblems
from pbapp.refusal import Refused
from tests.places.factories import collection, import_wards, saved, square
from tests.places.test_geodata_commands import run  # noqa: F401 — a fixture

W7, W10 = "S13003048", "S13003051"
HEAD = "dz11_code,simd2020v2_decile,simd2020v2_quintile,Total_population,lat,lon,ward_code"
GOOD = f"S01011357,2,1,760,55.867,-4.034,{W7}"


def table(folder, *rows, head=HEAD):
    return saved(folder, "\n".join([head, *rows]) + "\n", "simd.csv")


def read(path, ward_at=lambda lat, lon: None):
    return read_zones(path, ward_codes=[W7, W10], ward_at=ward_at)


def problems_of(path):
    with pytest.raises(FileProblems) as refused:
        read(path)
    return refused.value.problems


def take(world, *paths):
    for path in paths:
        services.import_deprivation(
            council=world.council.area,
            rows=read(path).rows,
            name="SIMD",
            source="A test",
            attribution="© Test",
        )
        db.session.commit()
    return queries.find_deprivation(world.council.area)


# --- the file -----------------------------------------------------------------------------------


def test_a_table_is_read(tmp_path):
    found = read(table(tmp_path, GOOD, "S01011358,3,2,500,55.85,-4.06,S13009999"))
    (zone,) = found.rows
    assert (zone.code, zone.ward_code, zone.people) == ("S01011357", W7, 760)
    assert (zone.decile, zone.quintile) == (2, 1)
    assert (found.elsewhere, found.edition) == (1, "SIMD 2020v2")


@pytest.mark.parametrize(
    ("head", "edition"),
    [
        ("Data_Zone,SIMD2020v2_Decile,SIMD2020v2_Quintile,Total_population", "SIMD 2020v2"),
        ("DataZone,Overall_SIMD16_decile,Overall_SIMD16_quintile,TotPop2014", "SIMD 16"),
        ("DataZone2011Code,Decilev2,Quintilev2,SAPE2017", None),
    ],
)
def test_other_years_headings_are_understood(tmp_path, head, edition):
    rows = f'S01011357,2,1,"1,760",55.867,-4.034,{W7}'
    found = read(table(tmp_path, rows, head=f"{head},Latitude,Longitude,ward_code"))
    assert [(zone.people, zone.decile) for zone in found.rows] == [(1760, 2)]
    assert found.edition == edition


def test_a_fifth_is_worked_out_from_a_tenth(tmp_path):
    rows = [f"S0101135{d},{d},50,55.8,-4,{W7}" for d in range(1, 10)]
    found = read(table(tmp_path, *rows, head="DataZone,Decile,population,lat,lon,ward_code"))
    assert [zone.quintile for zone in found.rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5]


def test_shapes_give_the_middle_and_the_boundaries_the_ward(world, tmp_path):
    import_wards(world, saved(tmp_path, collection()))
    db.session.commit()
    properties = {"DataZone": "S01011357", "SAPE2017": 700, "Quintilev2": 1, "Decilev2": 1}
    zone = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [square(55.853, -4.057)]},
    }
    far = json.loads(json.dumps(zone).replace("55.8", "57.8"))
    path = saved(tmp_path, {"type": "FeatureCollection", "features": [zone, far]}, "z.geojson")
    found = read(path, queries.wards_by_point(world.council.area))
    assert [row.ward_code for row in found.rows] == [W10]
    assert found.rows[0].lat == pytest.approx(55.853, abs=0.006)
    assert found.elsewhere == 1


def test_a_zipped_shapefile_is_read(tmp_path):
    import geopandas

    properties = {"DataZone": "S01011357", "SAPE2017": 700, "Quintilev2": 2, "ward_code": W7}
    geometry = {"type": "Polygon", "coordinates": [square(55.853, -4.057)]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    frame = geopandas.GeoDataFrame.from_features([feature], crs=4326).to_crs(27700)
    frame.to_file(tmp_path / "SG_SIMD.shp", driver="ESRI Shapefile")
    with zipfile.ZipFile(tmp_path / "simd.zip", "w") as zipped:
        for part in ("shp", "shx", "dbf", "prj"):
            zipped.write(tmp_path / f"SG_SIMD.{part}", f"SG_SIMD.{part}")
    (zone,) = read(tmp_path / "simd.zip").rows
    assert (zone.lat, zone.lon) == pytest.approx((55.853, -4.057), abs=0.01)
    with zipfile.ZipFile(tmp_path / "simd.zip", "w") as zipped:  # no .prj: the numbers say it
        for part in ("shp", "shx", "dbf"):
            zipped.write(tmp_path / f"SG_SIMD.{part}", f"SG_SIMD.{part}")
    (zone,) = read(tmp_path / "simd.zip").rows
    assert (zone.people, zone.quintile, zone.decile) == (700, 2, None)
    assert (zone.lat, zone.lon) == pytest.approx((55.853, -4.057), abs=0.01)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"nonsense,1,1,760,55.8,-4.0,{W7}", "“nonsense” is not the code of a data zone"),
        (f"S01011357,11,1,760,55.8,-4.0,{W7}", "decile is “11”"),
        (f"S01011357,1,0,760,55.8,-4.0,{W7}", "quintile is “0”"),
        (f"S01011357,,,760,55.8,-4.0,{W7}", "neither quintile nor decile"),
        (f"S01011357,1,5,760,55.8,-4.0,{W7}", "in fifth 5, but in tenth 1"),
        (f"S01011357,1,1,-5,55.8,-4.0,{W7}", "people is “-5”"),
        (f"S01011357,1,1,1_000,55.8,-4.0,{W7}", "people is “1_000”"),
        (f"S01011357,1,1,١٢,55.8,-4.0,{W7}", "people is “١٢”"),
        (f"S01011357,1,1,760,nan,-4.0,{W7}", "not in Britain"),
        (f"S01011357,1,1,760,1e309,-4.0,{W7}", "not in Britain"),
        (f"S01011357,1,1,760,-4.0,55.8,{W7}", "not in Britain"),
        (f"S01011357,1,1,760,,,{W7}", "has no lat and lon"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, row, words):
    (problem,) = problems_of(table(tmp_path, GOOD.replace("357", "358"), row))
    assert problem.startswith("Line 3: ")
    assert words in problem


def test_a_zone_twice_is_refused(tmp_path):
    assert "in the file twice" in problems_of(table(tmp_path, GOOD, GOOD))[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("colour\nred\n", "no column of data zones"),
        (f"{HEAD}\n", "No row"),
        ("Data_Zone,SIMD2020v2_Decile\nS01011357,1\n", "A table needs lat and lon; or take"),
        ("<OGRVRTDataSource/>", "XML"),
        ('{"type": "gdal_streamed_alg"}', "gdal_streamed_alg"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, text, words):
    assert words in problems_of(saved(tmp_path, text, "simd.csv"))[0]


@given(st.lists(st.lists(st.text(max_size=10), max_size=8), max_size=4))
def test_any_table_is_read_or_refused_in_words(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("any") / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([HEAD.split(","), *rows])
    with pytest.raises(FileProblems):
        read(path)


# --- what is kept -------------------------------------------------------------------------------


def test_a_later_file_takes_the_place_of_the_one_before(world, tmp_path):
    first = table(tmp_path, GOOD, f"S01011358,9,5,500,55.85,-4.06,{W10}")
    assert len(take(world, first).zones) == 2
    second = take(world, table(tmp_path, GOOD.replace("760", "800")))
    assert [zone.population for zone in second.zones] == [800]
    assert db.session.scalar(select(func.count()).select_from(DataZone)) == 1
    assert db.session.scalar(select(func.count()).select_from(DeprivationSet)) == 1


def test_a_ward_that_went_away_meanwhile_is_refused(world, tmp_path):
    rows = read(table(tmp_path, GOOD)).rows
    with pytest.raises(Refused, match=W7):
        services.import_deprivation(
            council=world.wards[7], rows=rows, name="x", source="x", attribution="x"
        )


def test_the_command_says_what_it_took(world, run, tmp_path):  # noqa: F811
    path = table(tmp_path, GOOD, "S01011358,3,2,500,55.85,-4.06,S13009999")
    result = run("deprivation", path, "--dated", "2020-01-28")
    assert result.exit_code == 0, result.output
    assert "Imported 1 data zones of North Lanarkshire with 760 people: “SIMD 2020v2”" in (
        result.output
    )
    assert "Left out 1 data zones of other councils." in result.output
    found = queries.find_deprivation(world.council.area)
    assert found.dated_on.isoformat() == "2020-01-28"
    assert "Scottish Government" in found.attribution


def test_the_command_lists_what_is_wrong(world, run, tmp_path):  # noqa: F811
    result = run("deprivation", table(tmp_path, GOOD.replace("760", "many")))
    assert result.exit_code == 1
    assert "Line 2: people is “many”" in result.stderr
    assert queries.find_deprivation(world.council.area) is None


@pytest.mark.shared
@pytest.mark.parametrize("name", ["nl_simd2020_datazones.csv", "nl_simd2020_datazones.geojson"])
def test_the_real_zones_are_read_whole(shared, name):
    import csv

    with (shared / "geodata/nl_ward_deprivation_summary.csv").open() as file:
        wards = {row["ward_number"]: int(row["pop2017"]) for row in csv.DictReader(file)}
    codes = [f"S130030{n}" for n in range(42, 63)] + ["S13003134"]
    found = read_zones(shared / f"geodata/{name}", ward_codes=codes, ward_at=lambda lat, lon: None)
    assert len(found.rows) == 447
    assert sum(row.people for row in found.rows) == sum(wards.values())
    assert sum(row.people for row in found.rows if row.ward_code == W7) == wards["7"]

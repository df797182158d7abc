"""Boundaries as a GeoPackage or a zipped Shapefile: known by content, and nothing else opened."""

import re
import sqlite3
import warnings
import zipfile
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from pbapp.places import shapefile, wkb, zips
from pbapp.places.coordinates import said_by_prj
from pbapp.places.importing import KnownWard, read_boundaries
from pbapp.places.problems import FileProblems
from tests.places.factories import CENTRES, COUNCIL, NAMES, collection, saved

PARTS = ("shp", "shx", "dbf", "prj")
KNOWN = [KnownWard(code, NAMES[code], centre) for code, centre in CENTRES.items()]


def read(path):
    return read_boundaries(path, council_code=COUNCIL, known=KNOWN)


def problem_of(path):
    with pytest.raises(FileProblems) as refused:
        read(path)
    return refused.value.problems[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The small world's wards as good files of each kind and system of coordinates."""
    import geopandas

    folder = tmp_path_factory.mktemp("wards")
    degrees = geopandas.GeoDataFrame.from_features(collection(), crs=4326)
    degrees = degrees.rename(columns={"ward_code": "WD24CD", "ward_name": "WD24NM"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # DBF shortens the names of fields
        for epsg in (4326, 27700, 3857, 4258):
            frame = degrees.to_crs(epsg)
            frame.to_file(folder / f"{epsg}.gpkg", driver="GPKG", layer="wards")
            frame.to_file(folder / f"{epsg}.shp", driver="ESRI Shapefile")
            with zipfile.ZipFile(folder / f"{epsg}.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
                for part in ("shp", "shx", "dbf", "prj", "cpg"):
                    zipped.write(folder / f"{epsg}.{part}", f"Wards/WD_{epsg}.{part.upper()}")
    return folder


def rezipped(folder, tmp_path, **changes):
    """The good zip with parts replaced (bytes) or left out (None)."""
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        parts = {part: (folder / f"4326.{part}").read_bytes() for part in PARTS} | changes
        for part, content in parts.items():
            if content is not None:
                zipped.writestr(f"wards.{part}", content)
    return path


# --- good files -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["gpkg", "zip"])
@pytest.mark.parametrize("epsg", [4326, 27700, 3857, 4258])
def test_each_kind_of_file_gives_the_same_wards(folder, kind, epsg):
    found = read(folder / f"{epsg}.{kind}")
    assert found.epsg == epsg
    assert {ward.code: ward.name for ward in found.wards} == {k.code: k.name for k in KNOWN}
    for ward in found.wards:
        assert (ward.label_lat, ward.label_lon) == pytest.approx(CENTRES[ward.code], abs=0.003)


def test_the_digest_does_not_depend_on_the_kind(folder, tmp_path):
    plain = read(saved(tmp_path, collection()))
    assert read(folder / "4326.gpkg").digest == plain.digest


@pytest.mark.parametrize("epsg", [4326, 27700, 3857])
def test_without_a_prj_the_numbers_say_which_coordinates_they_are(folder, tmp_path, epsg):
    parts = {part: (folder / f"{epsg}.{part}").read_bytes() for part in ("shp", "shx", "dbf")}
    for prj in (None, b" "):
        assert read(rezipped(folder, tmp_path, **parts, prj=prj)).epsg == epsg


def test_a_geopackage_that_came_without_a_system_is_known_by_its_numbers(folder, tmp_path):
    unsaid = (
        "UPDATE gpkg_spatial_ref_sys SET organization = 'GDAL', organization_coordsys_id = 99999"
    )
    assert read(changed(folder, tmp_path, unsaid)).epsg == 4326


@pytest.mark.parametrize(
    "prj",
    [
        '\ufeffPROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936"]]',
        'PROJCS["OSGB_1936_British_National_Grid",GEOGCS["x"]]',
        'PROJCRS["OSGB36 / British National Grid",BASEGEOGCRS["OSGB36"]]',
        'COMPD_CS["Grid and height",PROJCS["OSGB 1936 / British National Grid",GEOGCS["x"]]]',
    ],
)
def test_the_grid_is_known_by_its_names(prj):
    assert said_by_prj(prj) == 27700


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [
        ("UTF-8", None),
        ("UTF-8", b"UTF-8"),
        ("UTF-8", b"65001"),
        ("ISO-8859-1", None),
        ("ISO-8859-1", b"ISO-8859-1"),
        ("ISO-8859-1", b"1252"),
    ],
)
def test_names_are_read_as_they_are_written(folder, tmp_path, encoding, cpg):
    name = "Sgìr' Ùige".encode(encoding)
    dbf = (folder / "4326.dbf").read_bytes()
    old = b"Coatbridge North"
    dbf = dbf.replace(old, name.ljust(len(old)))
    changes = {"dbf": dbf} if cpg is None else {"dbf": dbf, "cpg": cpg}
    assert "Sgìr' Ùige" in {ward.name for ward in read(rezipped(folder, tmp_path, **changes)).wards}


def test_of_several_layers_the_one_with_the_wards_is_taken(folder, tmp_path):
    import geopandas

    path = tmp_path / "several.gpkg"
    path.write_bytes((folder / "4326.gpkg").read_bytes())
    wards = geopandas.read_file(path)
    council = wards[:1].assign(WD24CD=COUNCIL)
    houses = geopandas.GeoDataFrame(
        {"CODE": list(CENTRES) * 2}, geometry=[Point(-4, 55)] * 8, crs=4326
    )
    for name, frame in (("a_council", council), ("houses", houses)):
        frame.to_file(path, layer=name, driver="GPKG")
    assert {ward.code for ward in read(path).wards} == set(CENTRES)


def test_of_two_layers_alike_the_operator_says_which(folder, tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for name in ("Fine", "coarse"):
            for part in PARTS:
                zipped.write(folder / f"4326.{part}", f"{name}/{name}.{part}")
            zipped.writestr(f"{name}/._{name}.shp", b"from a Mac")
        zipped.writestr("half.shp", b"")
    assert "2 layers with such codes: fine, coarse. Say which one to take: --layer" in problem_of(
        path
    )
    layered = read_boundaries(path, council_code=COUNCIL, known=KNOWN, layer="Coarse")
    assert len(layered.wards) == 4
    with pytest.raises(FileProblems, match="no layer “medium”"):
        read_boundaries(path, council_code=COUNCIL, known=KNOWN, layer="medium")
    with zipfile.ZipFile(path, "w") as zipped:
        for year in ("2017", "2022"):
            for part in PARTS:
                zipped.write(folder / f"4326.{part}", f"{year}/Wards.{part}")
    assert "2 layers with such codes: 2017/wards, 2022/wards." in problem_of(path)


@pytest.mark.parametrize("kind", ["gpkg", "zip"])
def test_a_files_name_says_nothing(folder, tmp_path, kind):
    path = tmp_path / "wards.vrt"
    path.write_bytes((folder / f"4326.{kind}").read_bytes())
    assert len(read(path).wards) == 4


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["gpkg", "zip"])
def test_the_official_wards_come_through_whole(shared, tmp_path, kind):
    import geopandas

    official = shared / "geodata/nl_wards_2022.geojson"
    frame = geopandas.read_file(official).to_crs(27700)
    path = tmp_path / "wards.gpkg"
    if kind == "gpkg":
        frame.to_file(path, driver="GPKG")
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame.to_file(tmp_path / "wards.shp", driver="ESRI Shapefile")
        path = tmp_path / "wards.zip"
        with zipfile.ZipFile(path, "w") as zipped:
            for part in PARTS:
                zipped.write(tmp_path / f"wards.{part}", f"wards.{part}")
    found = read_boundaries(path, council_code=COUNCIL, known=KNOWN)
    assert len(found.wards) == 21
    assert sum(ward.area_km2 for ward in found.wards) == pytest.approx(472.33, abs=0.2)


# --- zips -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../wards.shp", "/etc/wards.shp", "..\\wards.shp", "c:\\w.shp"])
def test_names_that_point_outside_the_zip_are_refused(tmp_path, name):
    path = tmp_path / "wards.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(name, b"x")
    assert "points outside it" in problem_of(path)


def test_a_zip_bomb_is_not_unpacked(folder, tmp_path):
    path = rezipped(folder, tmp_path, shp=bytes(30_000_000))
    assert re.search(r"would unpack to 30 MB out of \d+ kB", problem_of(path))


def test_a_zip_that_broke_on_the_way_is_said(folder, tmp_path):
    broken = bytearray((folder / "4326.zip").read_bytes())
    broken[120:160] = bytes(40)
    path = tmp_path / "broken.zip"
    path.write_bytes(broken)
    assert "Download or zip it again" in problem_of(path)


def test_a_zip_with_a_file_without_a_name_is_refused(folder, tmp_path):
    broken = bytearray((folder / "4326.zip").read_bytes())
    broken[broken.rindex(b"PK\x01\x02") + 46] = 0  # where the last name begins, it ends
    path = tmp_path / "wards.zip"
    path.write_bytes(broken)
    assert "without a name" in problem_of(path)


def test_a_spreadsheet_is_named(tmp_path):
    path = tmp_path / "wards.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("[Content_Types].xml", b"<Types/>")
    assert "Save the table as CSV" in problem_of(path)


def test_a_zip_that_is_large_altogether_is_refused(folder, monkeypatch):
    monkeypatch.setattr(shapefile, "MAX_UNPACKED", 100)
    assert "would unpack to" in problem_of(folder / "4326.zip")


def test_a_zip_of_very_many_files_is_refused(folder, monkeypatch):
    monkeypatch.setattr(zips, "MAX_MEMBERS", 2)
    assert "The zip holds 5 files" in problem_of(folder / "4326.zip")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shx": None}, "lacks parts of its Shapefile: .shx"),
        ({"shp": None}, "holds no Shapefiles"),
        ({"shp": b"<OGRVRTDataSource></OGRVRTDataSource>"}, "is not a Shapefile"),
        ({"shp": b"\x00\x00\x27\x0a" + bytes(200)}, "Shapefile"),
        ({"dbf": b"nonsense"}, ".dbf cannot be read"),
        ({"prj": b'PROJCS["WGS_1984_Web_Mercator",GEOGCS["x"]]'}, "EPSG:4326, but the file says"),
        ({"prj": b'GEOGCS["GCS_OSGB_1936"]'}, "“GCS_OSGB_1936”. We read longitude and latitude"),
        ({"prj": b"+proj=tmerc +nadgrids=/etc/passwd"}, "The file says its coordinates are"),
    ],
)
def test_a_broken_shapefile_is_refused_in_words(folder, tmp_path, changes, words):
    assert words in problem_of(rezipped(folder, tmp_path, **changes))


def test_a_shapefile_that_was_not_zipped_is_named(folder):
    assert "Zip it with its .shx" in problem_of(folder / "4326.shp")


# --- GeoPackages ------------------------------------------------------------------------------


def changed(folder, tmp_path, *statements):
    path = tmp_path / "changed.gpkg"
    path.write_bytes((folder / "4326.gpkg").read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        # The file's triggers want functions that only GDAL has.
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


@pytest.mark.parametrize(
    "view",
    [
        f"CREATE VIEW wards AS {ENDLESS} SELECT i AS ward_code, i AS geom FROM n",
        "CREATE VIEW wards AS SELECT load_extension('x') AS ward_code, 1 AS geom",
    ],
)
def test_a_table_that_would_run_something_is_not_read(folder, tmp_path, view):
    path = changed(folder, tmp_path, "DROP TABLE wards", "DROP TABLE IF EXISTS rtree_wards_geom")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(view)
        connection.commit()
    assert "GeoPackage" in problem_of(path)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE gpkg_contents", "cannot be read as one"),
        ("ALTER TABLE wards RENAME COLUMN WD24CD TO colour", "no layers with the field of codes"),
        ("UPDATE wards SET geom = x'4750'", "is nothing"),
        ("UPDATE wards SET geom = x'47500001e61000000103000000ffffffff'", "ends too early"),
        ("UPDATE gpkg_geometry_columns SET srs_id = 4326, column_name = 'no'", "is nothing"),
    ],
)
def test_a_broken_geopackage_is_refused_in_words(folder, tmp_path, statement, words):
    assert words in problem_of(changed(folder, tmp_path, statement))


def test_a_geopackage_whose_own_error_is_no_text_is_refused_in_words(folder, tmp_path):
    path = changed(
        folder,
        tmp_path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'no', name = CAST(x'd6d6' AS TEXT) WHERE name = 'wards'",
    )
    assert "cannot be read as one" in problem_of(path)


def test_half_a_geopackage_is_refused_in_words(folder, tmp_path):
    whole = (folder / "4326.gpkg").read_bytes()
    path = tmp_path / "half.gpkg"
    path.write_bytes(whole[: len(whole) // 2])
    assert "GeoPackage" in problem_of(path)


# --- well-known binary --------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_any_bytes_are_a_shape_or_are_refused(data):
    try:
        found = wkb.to_geojson(data)
    except wkb.BadShape:
        return
    assert found["type"]


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("flavour", ["iso", "extended"])
@pytest.mark.parametrize("order", [0, 1])
def test_shapes_are_read_as_shapely_writes_them(dimensions, flavour, order):
    import shapely

    shape = shapely.from_wkt(
        "MULTIPOLYGON Z (((0 0 1, 4 0 1, 4 4 1, 0 0 1), (2 1 1, 3 1 1, 3 2 1, 2 1 1)))"
    )
    data = shapely.to_wkb(
        shapely.force_2d(shape) if dimensions == 2 else shape, flavor=flavour, byte_order=order
    )
    outer, hole = [[0, 0], [4, 0], [4, 4], [0, 0]], [[2, 1], [3, 1], [3, 2], [2, 1]]
    assert wkb.to_geojson(data) == {"type": "MultiPolygon", "coordinates": [[outer, hole]]}


def test_what_is_no_polygon_keeps_its_name():
    import shapely

    assert wkb.to_geojson(shapely.to_wkb(shapely.Point(1, 2))) == {"type": "Point"}

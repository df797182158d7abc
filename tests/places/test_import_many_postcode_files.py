"""Postcodes as publishers pack them: several files, a zip, a folder."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.places.postcode_file import read_postcodes
from pbapp.places.problems import FileProblems
from pbapp.places.queries import POSTCODE, is_postcode, tidy_postcode
from tests.places.factories import COUNCIL

W7, W10 = "S13003048", "S13003051"
ML = f'"ML5 3AA",10,272800,664800,"S92000003","","","","{COUNCIL}","{W7}"\n'
G = f'"G69 6AA",10,271000,663000,"S92000003","","","","{COUNCIL}","{W10}"\n'
GLASGOW = '"G1 1AA",10,259000,665000,"S92000003","","","","S12000049","S13002976"\n'
SMALL = (
    "Postcode,PostcodeDistrict,DateOfIntroduction,DateOfDeletion,GridReferenceEasting,"
    "GridReferenceNorthing,Latitude,Longitude,SplitIndicator,CouncilArea2019Code,"
    "ElectoralWard2022Code,DataZone2011Code,DataZone2022Code\n"
    f"ML5 3AA,ML5,01/08/1973 00:00:00,,272800,664800,55.85,-4.03,N,{COUNCIL},{W7},S01011357,\n"
    f"ML5 3AB,ML5,01/08/1973 00:00:00,11/05/1993 00:00:00,272800,664800,55.85,-4.03,N,{COUNCIL},"
    f"{W7},S01011357,\n"
)
ONSPD = (
    "pcd,pcd2,pcds,dointr,doterm,oslaua,osward,oseast1m,osnrth1m,lat,long\n"
    f"ML5 3AA,ML5  3AA,ML5 3AA,198001,,{COUNCIL},{W7},272800,0664800,55.85,-4.03\n"
    f"ML5 3AB,ML5  3AB,ML5 3AB,198001,199606,{COUNCIL},{W7},272800,0664800,55.85,-4.03\n"
    f"G69 6AA,G69  6AA,G69 6AA,198001,,{COUNCIL},{W10},,,99.999999,0.000000\n"
)


def read(*paths):
    return read_postcodes(*paths, ward_codes=[W7, W10], council_code=COUNCIL)


def zipped(folder, **files):
    path = folder / "download.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/") + ".csv", content)
    return path


def test_code_point_open_is_read_out_of_its_zip(tmp_path):
    headers = "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\nPostcode,Quality,E,N,C,R,L,CC,DC,Ward\n"
    path = zipped(
        tmp_path, Doc__headers=headers, Data__CSV__ml=ML, Data__CSV__g=G + GLASGOW, Data__notes="x"
    )
    found = read(path)
    assert {row.postcode: row.ward_code for row in found.rows} == {"ML5 3AA": W7, "G69 6AA": W10}
    assert found.rows[0].lat == pytest.approx(55.8429, abs=0.0005)
    assert found.elsewhere == 1
    assert found.passed_over == ("notes.csv",)


def test_the_scottish_directory_is_read_out_of_its_zip(tmp_path):
    large = SMALL.replace("ML5 3A", "ML5 9Z")
    found = read(zipped(tmp_path, SmallUser=SMALL, LargeUser=large))
    assert sorted(row.postcode for row in found.rows) == ["ML5 3AA", "ML5 9ZA"]
    assert found.ended == 2


def test_the_onss_directory_is_read_once_out_of_its_zip(tmp_path):
    twice = {"Data__ONSPD_NOV": ONSPD, "Data__multi_csv__ONSPD_ML": ONSPD, "Documents__LA": "a,b\n"}
    found = read(zipped(tmp_path, **twice))
    assert [(row.postcode, row.lat) for row in found.rows] == [
        ("ML5 3AA", 55.85),
        ("G69 6AA", None),
    ]
    assert found.ended == 1
    assert found.passed_over == ()
    alone = {name: text for name, text in twice.items() if "multi_csv" in name or "LA" in name}
    assert read(zipped(tmp_path, **alone)).rows == found.rows


def test_a_ward_that_we_do_not_know_is_named_once(tmp_path):
    (tmp_path / "ml.csv").write_text(ML.replace(W7, "S13003046") * 300 + G)
    with pytest.raises(FileProblems) as refused:
        read(tmp_path / "ml.csv")
    (problem,) = refused.value.problems
    assert problem.startswith("Line 1: S13003046 is no ward of")
    assert "299 more rows are for it. Take a file of the same year" in problem


def test_several_files_and_a_folder_are_read_together(tmp_path):
    for name, content in (("ml.csv", ML), ("g.csv", G), ("readme.txt", "no")):
        (tmp_path / name).write_text(content)
    assert len(read(tmp_path / "ml.csv", tmp_path / "g.csv").rows) == 2
    assert len(read(tmp_path).rows) == 2


def test_a_bad_row_is_named_with_its_file(tmp_path):
    (tmp_path / "g.csv").write_text(G)
    (tmp_path / "ml.csv").write_text(ML + G.replace(W10, W7))
    with pytest.raises(FileProblems) as refused:
        read(tmp_path)
    assert refused.value.problems == [
        f"ml.csv, line 2: G69 6AA is in ward {W7} here and in ward {W10} on g.csv, line 1."
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a": "colour,size\nred,1\n"}, "No row"),
        ({"Doc__a": ML}, "no CSV file with postcodes"),
        ({"..__a": ML}, "points outside it"),
        ({"a": "x" * 200_000}, "100,000 letters"),
        ({"a": "1" * 30_000_000}, "No such file is that empty"),
    ],
)
def test_a_zip_of_something_else_is_refused_in_words(tmp_path, files, words):
    with pytest.raises(FileProblems) as refused:
        read(zipped(tmp_path, **files))
    assert words in refused.value.problems[0]


def test_a_file_named_itself_must_hold_postcodes(tmp_path):
    (tmp_path / "ml.csv").write_text(ML)
    (tmp_path / "other.csv").write_text("colour\nred\n")
    with pytest.raises(FileProblems) as refused:
        read(tmp_path / "ml.csv", tmp_path / "other.csv")
    assert refused.value.problems[0].startswith("other.csv: The first line names no postcode")


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(FileProblems) as refused:
        read(tmp_path)
    assert "no CSV or zip file" in refused.value.problems[0]


@given(st.lists(st.lists(st.text(max_size=12), max_size=11), max_size=6))
def test_any_table_is_read_or_refused_in_words(tmp_path_factory, table):
    import csv

    path = tmp_path_factory.mktemp("any") / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([["postcode", "ward_code", "lat", "lon"], *table])
    try:
        found = read(path)
    except FileProblems:
        return
    assert all(is_postcode(row.postcode) for row in found.rows)


@given(st.from_regex(POSTCODE, fullmatch=True), st.sampled_from(["", " ", "-", ".", "\u00a0"]))
def test_however_a_postcode_is_typed_it_is_the_same(postcode, between):
    typed = between.join(postcode.replace(" ", "").lower())
    assert is_postcode(typed)
    assert tidy_postcode(typed) == postcode

"""Importing postcodes: all of a file, or nothing and every bad line named."""

import pytest
from sqlalchemy import func, select

from pbapp.db import db
from pbapp.places import queries, services
from pbapp.places.models import Postcode
from pbapp.places.postcode_file import read_postcodes
from pbapp.places.problems import FileProblems
from pbapp.refusal import Refused
from tests.places.factories import COUNCIL, saved


def take(world, path, **options):
    council = world.council.area
    codes = [ward.gss_code for ward in queries.list_wards(council)]
    read = read_postcodes(path, ward_codes=codes, council_code=COUNCIL)
    taken = services.import_postcodes(council=council, rows=read.rows, **options)
    db.session.commit()
    return read, taken


def csv(tmp_path, *lines):
    return saved(tmp_path, "\n".join(lines) + "\n", "postcodes.csv")


def problems_of(world, path):
    before = db.session.scalar(select(func.count()).select_from(Postcode))
    with pytest.raises(FileProblems) as refused:
        take(world, path)
    assert db.session.scalar(select(func.count()).select_from(Postcode)) == before
    return refused.value.problems


def test_postcodes_are_taken_with_their_ward_and_place(world, tmp_path):
    path = csv(tmp_path, "postcode,ward_code,lat,lon", "ml5 3aa,S13003048,55.867,-4.034")
    _, taken = take(world, path)
    assert (taken.added, taken.moved, taken.removed) == (1, 0, 0)
    assert queries.find_ward_by_postcode("ML5 3AA") == world.wards[7]
    assert db.session.get(Postcode, "ML5 3AA").lat == 55.867


def test_importing_again_changes_only_what_changed(world, tmp_path):
    header = "postcode,ward_code"
    take(world, csv(tmp_path, header, "ML5 3AA,S13003048", "ML5 3AB,S13003048"))
    _, taken = take(world, csv(tmp_path, header, "ML5 3AA,S13003051", "ML5 3AB,S13003048"))
    assert (taken.added, taken.moved, taken.unchanged) == (0, 1, 1)
    assert queries.find_ward_by_postcode("ML5 3AA") == world.wards[10]


def test_replacing_removes_the_rest_but_never_the_made_up_ones(world, tmp_path):
    header = "postcode,ward_code"
    take(world, csv(tmp_path, header, "ML5 3AA,S13003048", "ML5 3AB,S13003048"))
    _, taken = take(world, csv(tmp_path, header, "ML5 3AB,S13003048"), replace=True)
    assert taken.removed == 1
    assert queries.find_ward_by_postcode("ML5 3AA") is None
    assert queries.find_ward_by_postcode("ZZ7 1AA") == world.wards[7]


@pytest.mark.parametrize(
    "lines",
    [
        ("pcds,osward,oseast1m,osnrth1m,doterm", "ML5 3AA,S13003048,272800,664800,"),
        (
            "Postcode,DateOfDeletion,GridReferenceEasting,GridReferenceNorthing,Latitude,Longitude,"
            "CouncilArea2019Code,ElectoralWard2022Code",
            "ML5 3AA,,272800,664800,55.85,-4.03,S12000050,S13003048",
        ),
        ("PCD,WD24CD", "ML5 3AA,S13003048"),
        ('"ML5 3AA",10,272800,664800,"S92000003","","","","S12000050","S13003048"',),
        (
            "pcd7,pcd8,pcds,dointr,doterm,lad25cd,wd25cd,east1m,north1m,lat,long",
            "ML5 3AA,ML5  3AA,ML5 3AA,198001,,S12000050,S13003048,272800,664800,55.85,-4.03",
        ),
        ("pcds,laua,ward", "ML5 3AA,S12000050,S13003048"),
        (
            "Postcode,Eastings,Northings,Admin_district_code,Admin_ward_code",
            "ML5 3AA,272800,664800,S12000050,S13003048",
        ),
        (
            "Postcode,ElectoralWard2022Code,ElectoralWard2017Code",
            "ML5 3AA,S13003048,S13003051",
        ),
        ("PC,PQ,EA,NO,WC", "Postcode,Quality,Eastings,Northings,Ward", "ML5 3AA,10,0,0,S13003048"),
        ("\ufeffpostcode;".replace(";", ",ward_code"), "ML5 3AA,S13003048"),
    ],
    ids=[
        *("onspd", "spd", "short", "code-point open", "onspd 2025", "nspl", "long headings"),
        *("two years", "two headings", "bom"),
    ],
)
def test_the_files_of_each_publisher_are_understood(world, tmp_path, lines):
    take(world, csv(tmp_path, *lines))
    assert queries.find_ward_by_postcode("ML5 3AA") == world.wards[7]


def test_a_grid_reference_becomes_latitude_and_longitude(world, tmp_path):
    path = csv(tmp_path, "pcds,osward,oseast1m,osnrth1m", "ML5 3AA,S13003048,273000,665000")
    take(world, path)
    found = db.session.get(Postcode, "ML5 3AA")
    assert (found.lat, found.lon) == pytest.approx((55.860, -4.030), abs=0.01)


def test_what_is_not_ours_is_left_out_and_counted(world, tmp_path):
    read, taken = take(
        world,
        csv(
            tmp_path,
            "pcds,osward,doterm",
            "ML5 3AA,S13003048,",
            "AB10 1AA,S13002842,",
            "ML5 3AB,S13003048,202001",
            "ML5 3AD,,",
            "",
        ),
    )
    assert (read.elsewhere, read.ended, read.without_ward) == (1, 1, 1)
    assert taken.added == 1


def test_of_a_split_postcode_the_larger_part_counts(world, tmp_path):
    header = "Postcode,ElectoralWard2022Code"
    read, _ = take(world, csv(tmp_path, header, "ML5 3AAA,S13003048", "ML5 3AAB,S13003051"))
    assert (read.parts, read.elsewhere) == (1, 0)
    assert queries.find_ward_by_postcode("ML5 3AA") == world.wards[7]


def test_every_bad_row_is_named_by_its_line(world, tmp_path):
    said = problems_of(
        world,
        csv(
            tmp_path,
            "postcode,ward_code,lat,lon,council_code",
            "ML5 3AA,S13003048,55.8,-4.0,",
            "ML5,S13003048,55.8,-4.0,",
            "ML5 3AB,Ward 7,55.8,-4.0,",
            "ML5 3AD,S13003048,north,-4.0,",
            "ML5 3AE,S13003048,155.8,-4.0,",
            "ML5 3AF,S13003048,nan,-4.0,",
            "ML5 3AG,S13000001,55.8,-4.0,S12000050",
            "ML5 3AA,S13003051,55.8,-4.0,",
        ),
    )
    assert [problem.split(":")[0] for problem in said] == [f"Line {n}" for n in (3, 4, 5, 7, 8, 9)]
    assert "“ML5” is not a full postcode" in said[0]
    assert "“Ward 7” is not a ward code" in said[1]
    assert "Take a file of the same year as the ward boundaries" in said[-2]
    assert "in ward S13003048 on line 2" in said[-1]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "empty"),
        (("name,ward_code", "Hall,S13003048"), "no postcode column"),
        (("postcode,street", "ML5 3AA,Main Street"), "no ward column"),
        (("postcode,ward_code", "AB10 1AA,S13002842"), "No row"),
    ],
)
def test_a_file_of_something_else_is_refused(world, tmp_path, lines, words):
    assert words in problems_of(world, csv(tmp_path, *lines))[0]


def test_bytes_that_are_no_text_are_refused(world, tmp_path):
    path = tmp_path / "postcodes.csv"
    path.write_bytes(b"postcode,ward_code\n\xff\xfe,\xff\n")
    assert "UTF-8" in problems_of(world, path)[0]
    path.write_bytes(b"SQLite format 3\0")
    assert "download them in that form" in problems_of(world, path)[0]


def test_a_ward_that_went_away_meanwhile_is_refused(world, tmp_path):
    path = csv(tmp_path, "postcode,ward_code", "ML5 3AA,S13003048")
    read = read_postcodes(path, ward_codes=["S13003048"], council_code=COUNCIL)
    with pytest.raises(Refused, match="S13003048"):
        services.import_postcodes(council=world.wards[7], rows=read.rows)

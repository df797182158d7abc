"""Words folded, sought, mistyped; and where things are, in words. No database in the first half."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from pbapp.assets.finding.folding import fold, search_text, stems, words_in
from pbapp.assets.finding.nearness import Landmarks, Mark, compass, metres
from pbapp.assets.finding.services import keep_findable
from pbapp.assets.finding.wanted import Wanted
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetTerm,
    Precision,
    Vocabulary,
    Where,
)
from pbapp.assets.place_words import beside, distance, where_in_words
from pbapp.assets.queries import list_published
from pbapp.db import db
from tests.assets.factories import make_asset, without_point
from tests.client import QueryCounter
from tests.world import World


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Café ŁÓDŹ", "cafe lodz"),
        ("St. Mary\u2019s, Whifflet", "st marys whifflet"),
        ("Menȝies Straße Ærø", "menzies strasse aero"),
        ("a\0b \u202ec\u200bd\n\te", "ab cd e"),
        ("  %_\\' ", ""),
        ("walking-football", "walking football"),
        ("Comhairle Ghàidhlig", "comhairle ghaidhlig"),
        ("carers\u00b4, men\u02bcs, o'neill\uff07s", "carers mens oneills"),
        ("\x00!a`B-c\x7f\r_9\x85", "ab c 9"),
    ],
)
def test_what_people_write_differently_is_alike(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_words_are_few_and_none_is_endless() -> None:
    assert words_in("a " * 50 + "x" * 9000) == ["a", "x" * 40]
    assert len(words_in(" ".join(f"w{n}" for n in range(50)))) == 8
    assert [stems(w) for w in ("halls", "churches", "glass", "bus", "gas", "day")] == [
        *(("hall",), ("church",), ("glass",), ("bus",), ("gas",), ("day",))
    ]
    assert stems("library") == stems("libraries") == ("library", "librarie")
    assert search_text("The Hall", "Soup, soup") == " the hall | soup "


@pytest.mark.parametrize(
    ("lat", "lon", "point"),
    [(1, 0, 0), (1, 1, 1), (0, 1, 2), (-1, 1, 3), (-1, 0, 4), (-1, -1, 5), (0, -1, 6), (1, -1, 7)],
)
def test_the_compass_has_eight_points(lat: int, lon: int, point: int) -> None:
    assert compass(lat, lon) == compass(lat * 999, lon * 1001) == point


def test_distances_are_said_as_people_say_them(app: Flask) -> None:
    with app.test_request_context():
        said = [distance(m) for m in (20, 74, 76, 260, 320, 899, 940, 960, 1300, 1700, 2100)]
        assert said == [
            *("50 m", "50 m", "100 m", "250 m", "300 m", "900 m", "900 m"),
            *("1 km", "1½ km", "1½ km", "2 km"),
        ]
        assert distance(60, is_vague=True) == "100 m"
        assert beside("the station", 212, 212) == "300 m north-east of the station"
        assert beside("the station", -1000, 0, is_vague=True) == "About 1 km south of the station"
        assert beside("the station", 10, -10) == "Beside the station"
        assert beside("the station", 100, 50, is_vague=True) == "Near the station"


def test_the_nearest_landmark_is_found_across_the_grid() -> None:
    marks = [Mark(f"m{n}", 55.8 + n * 0.0031, -4.0 - n * 0.0047, f"m{n}") for n in range(40)]
    landmarks = Landmarks(marks)
    for lat, lon in ((55.81, -4.01), (55.8359, -4.0539), (55.86, -4.1), (55.9, -4.15)):
        far, name = min((metres(lat, lon, m.lat, m.lon), m.name) for m in marks)
        found = landmarks.nearest(lat, lon)
        assert (found.name if found else None) == (name if far <= 2000 else None)
    assert landmarks.nearest(57.0, -4.0) is None
    assert landmarks.nearest(55.8, -4.0, but="m0") == marks[1]


STATION = Landmarks([Mark("Sunnyside station", 55.8650, -4.0380, "sunnyside station")])


def test_where_something_is_is_never_said_more_exactly_than_it_shows(
    app: Flask, world: World
) -> None:
    def said(landmarks: Landmarks = STATION, **values: object) -> str:
        asset = make_asset(world, "Hall", **values)
        with app.test_request_context():
            return where_in_words(asset, landmarks, wards=3)

    assert said() == "300 m north-east of Sunnyside station"
    assert said(shown_as=Precision.STREET) == "About 300 m north-east of Sunnyside station"
    assert said(where_kind=Where.POSTCODE, postcode="ZZ7 1AA").startswith("About 300 m")
    assert said(**without_point()) == "In Coatbridge North"
    home = without_point(shown_as=Precision.WARD, is_home=True, exact_lat=55.0, exact_lon=-4.0)
    assert said(**home) == "In Coatbridge North"
    everywhere = without_point(where_kind=Where.NOWHERE, area_id=None)
    assert said(**everywhere) == "No fixed place"
    some = [AssetArea(area_id=world.wards[number].id) for number in (10, 7, 11)]
    assert said(**everywhere, serves=some[:2]) == (
        "No fixed place, for Coatbridge North, Coatbridge West"
    )
    some = [AssetArea(area_id=world.wards[number].id) for number in (10, 7, 11)]
    assert said(**everywhere, serves=some) == "All over Coatbridge, or online"
    gift = without_point(kind=AssetKind.INDIVIDUAL)
    assert said(**gift) == "Somewhere in Coatbridge"
    assert said(Landmarks()) == "In Coatbridge North"
    middle = said(Landmarks(), where_kind=Where.POSTCODE, postcode="ZZ7 1AA")
    assert middle == "In Coatbridge North, near the middle of ZZ7 1AA"
    itself = Landmarks(
        [Mark("Hall", 55.8671, -4.0341, "hall"), Mark("Park", 55.8671, -4.05, "park")]
    )
    assert said(itself) == "1 km east of Park"


# --- searching ----------------------------------------------------------------------------------


def names(world: World, words: str) -> list[str]:
    return [a.name for a in list_published(Wanted(world.board.id, words=words)).assets]


def test_exact_comes_before_beginnings_and_those_before_mistyped(world: World) -> None:
    make_asset(world, "Liberty Club", summary="")
    make_asset(world, "Reading Room", summary="", description="Beside the library hall")
    make_asset(world, "Librarys End", summary="A street that somebody mistyped")
    make_asset(world, "Library", summary="")
    make_asset(world, "Toy Library", summary="")
    make_asset(world, "Football", summary="")
    assert names(world, "library") == ["Library", "Toy Library", "Librarys End", "Reading Room"]
    assert names(world, "toy libraries") == ["Toy Library"]
    assert names(world, "LIB") == [
        *("Liberty Club", "Library", "Librarys End", "Toy Library", "Reading Room")
    ]
    assert names(world, "ball") == ["Football", "Reading Room"]
    assert names(world, "the library of toys") == ["Toy Library"]
    assert names(world, "somewhere with toys for my library") == ["Toy Library"]
    # A slip is forgiven, and what has the word in its name still comes first.
    assert names(world, "libary") == ["Library", "Toy Library", "Reading Room"]
    inside = list_published(Wanted(world.board.id, words="ball")).search
    assert (inside.meant, inside.unknown) == ("", "")
    # What is written as one word is found where it is written as two; and the other way about.
    assert names(world, "toylibrary") == ["Toy Library"]
    assert names(world, "foot ball")[0] == "Football"
    # No good guess at all of the words is better than a bad one.
    assert list_published(Wanted(world.board.id, words="swimming libary")).search.meant == ""


def test_one_and_many_find_each_other(world: World) -> None:
    make_asset(world, "Story Time", summary="", description="In both libraries, for a party")
    make_asset(world, "Allotment", summary="", description="Part of the park")
    assert names(world, "library") == names(world, "libraries") == ["Story Time"]
    assert names(world, "parties") == ["Story Time"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("libary", "library"), ("lirbary", "library"), ("llibrary", "library"), ("kafe", "cafe")],
)
def test_typing_mistakes_are_forgiven_and_said(world: World, typed: str, meant: str) -> None:
    make_asset(world, "Library", summary="")
    make_asset(world, "Café", summary="")
    found = list_published(Wanted(world.board.id, words=typed))
    assert [fold(a.name) for a in found.assets] == [meant]
    assert (found.search.meant, found.search.unknown) == (meant, typed)
    assert list_published(Wanted(world.board.id, words=meant)).search.meant == ""


def test_names_of_wards_groups_and_terms_find_what_is_theirs(world: World) -> None:
    make_asset(world, "Canal", area_id=world.wards[10].id, summary="")
    toilet = make_asset(world, "Hall", summary="", organisation_id=world.group.id)
    toilet.terms = [AssetTerm(vocabulary=Vocabulary.ACCESS, slug="toilet")]
    gift = without_point(kind=AssetKind.INDIVIDUAL, area_id=world.wards[10].id)
    make_asset(world, "Mending", summary="", **gift)
    assert names(world, "coatbridge west") == ["Canal"]
    assert names(world, "accessible toilets") == ["Hall"]
    assert names(world, "canal friends") == ["Hall"]
    assert names(world, "coatbrige west") == ["Canal"]
    assert names(world, "mending") == ["Mending"]


def test_a_search_takes_no_more_queries_where_there_is_more(
    world: World, count_queries: QueryCounter
) -> None:
    def queries(words: str) -> int:
        count_queries.reset()
        names(world, words)
        return count_queries.number

    make_asset(world, "Hall 0")
    few = queries("hal libary")
    for number in range(1, 12):
        make_asset(world, f"Hall {number}")
    assert queries("hal libary") == few <= 10


def test_an_entry_stays_findable_whoever_changes_it(world: World) -> None:
    asset: Asset = make_asset(world, "Éire Hall", summary="")
    assert asset.sort_name == "eire hall"
    asset.name, asset.story, asset.story_rights = "Tír na nÓg", "Of a king", "Told by the club"
    db.session.commit()
    assert names(world, "king") == ["Tír na nÓg"]
    asset.story = asset.story_rights = ""
    db.session.commit()
    assert names(world, "king") == []
    assert names(world, "eire") == []
    assert names(world, "tir na nog") == ["Tír na nÓg"]


def test_entries_from_before_are_made_findable_by_and_by(world: World) -> None:
    asset = make_asset(world, "Éire Hall", summary="")
    before = asset.version
    asset.reminder_stage = 1
    db.session.commit()
    assert asset.version == before
    db.session.execute(update(Asset).values(search_text="", sort_name=""))
    db.session.commit()
    assert names(world, "eire") == []
    assert (keep_findable(), keep_findable()) == (1, 0)
    assert names(world, "eire") == ["Éire Hall"]

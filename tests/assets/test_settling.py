"""New boundaries and postcodes: entries follow within their board, and never leave it unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pbapp import clock
from pbapp.assets.keeping.undoing import undo
from pbapp.assets.models import Asset, AssetKind, Confirmer, Precision, Where
from pbapp.assets.settling import queries, services
from pbapp.assets.settling.queries import Found
from pbapp.assets.words import part
from pbapp.audit.models import Event
from pbapp.audit.queries import list_revisions
from pbapp.boards.models import Council
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.jobs.worker import load_jobs
from pbapp.places import services as places
from pbapp.places.postcode_file import PostcodeRow
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, make_official_boundaries, without_point
from tests.client import Browser
from tests.world import World

REPORT = "/desk/assets/wards"


def at(world: World, number: int) -> dict[str, float | None]:
    """The middle of a ward, as an entry's place."""
    lat, lon = world.wards[number].centre_lat, world.wards[number].centre_lon
    return {"lat": lat, "lon": lon, "exact_lat": lat, "exact_lon": lon}


def settle(world: World) -> None:
    """What the worker does after boundaries have come in."""
    load_jobs()
    asked = jobs.ask(kind=places.WARDS_JOB, arguments={"area_id": world.council.area_id})
    db.session.commit()
    assert jobs.run(asked.id)


def ward_of(asset: Asset) -> str:
    found = db.session.get_one(Asset, asset.id)
    return found.area.name if found.area else ""


@pytest.fixture
def drawn(world: World) -> World:
    make_official_boundaries(world)
    return world


def test_an_entry_follows_the_new_boundary_and_its_history_says_so(
    officer: Browser, drawn: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = make_asset(drawn, "Example Hall", **at(drawn, 10))
    right = make_asset(drawn, "Right", **at(drawn, 7))
    said = make_asset(drawn, "Said", **without_point())
    settle(drawn)
    assert [ward_of(one) for one in (moved, right, said)] == [
        "Coatbridge West",
        "Coatbridge North",
        "Coatbridge North",
    ]
    (revision,) = list_revisions("asset", str(moved.id))
    assert revision.changes["area"] == ["Coatbridge North", "Coatbridge West"]
    history = officer.get(f"/assets/{moved.id}").text
    assert "because ward boundaries changed: “Squares”" in history
    assert "It goes back when the boundaries or postcodes from before are brought" in history
    with pytest.raises(Refused, match="came with new boundaries"):
        undo(asset=moved, number=1, as_a=Confirmer.OFFICER, by=drawn.officer)
    page = officer.get(REPORT)
    assert "Example Hall Coatbridge North Coatbridge West" in page.text
    assert "Right" not in page.links()
    event = db.session.query(Event).filter_by(verb="entries.settled").one()
    assert event.facts == {"looked_at": 2, "moved": 1, "gone_on": 0, "outside": 0}

    def look(council: Council) -> tuple[list[Found], int]:
        """Somebody changes an entry while we look."""
        found, number = queries.look(council)
        return [replace(one, version=one.version - 1) for one in found], number

    monkeypatch.setattr(services, "look", look)
    right.area_id = drawn.wards[10].id
    settle(drawn)
    assert ward_of(right) == "Coatbridge West"


def test_what_lies_outside_the_board_stays_and_is_listed_until_it_is_edited(
    officer: Browser, drawn: World
) -> None:
    airdrie = make_asset(drawn, "In Airdrie", **at(drawn, 9))
    nowhere = {"lat": 55.7, "lon": -4.3, "exact_lat": 55.7, "exact_lon": -4.3}
    lost = make_asset(drawn, "In the sea", **nowhere)
    settle(drawn)
    assert ward_of(airdrie) == ward_of(lost) == "Coatbridge North"
    page = officer.get(REPORT)
    assert "In Airdrie Coatbridge North Airdrie Central" in page.text
    assert "In the sea Coatbridge North No ward of the council" in page.text
    assert page.links()["In Airdrie"] == f"/assets/{airdrie.id}/edit"
    db.session.get_one(Asset, lost.id).updated_at = clock.now()
    db.session.commit()
    assert "In the sea" not in officer.get(REPORT).text


def test_a_home_moves_without_anybody_reading_where_it_is(officer: Browser, drawn: World) -> None:
    place = {**at(drawn, 10), "lat": None, "lon": None, "is_home": True}
    home = make_asset(drawn, "Home", shown_as=Precision.WARD, **place)
    gift = make_asset(drawn, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    settle(drawn)
    assert ward_of(home) == "Coatbridge West"
    assert ward_of(gift) == "Coatbridge North"
    assert "55.8" not in officer.get(REPORT).html


def test_a_postcode_that_changes_ward_takes_its_entries_along(world: World) -> None:
    hall = make_asset(world, where_kind=Where.POSTCODE, postcode="ZZ7 1AA")
    row = PostcodeRow("ZZ7 1AA", world.wards[11].gss_code, 55.85, -4.02)
    places.import_postcodes(council=world.council.area, rows=[row])
    db.session.commit()
    load_jobs()
    job = db.session.query(Job).filter_by(kind=places.WARDS_JOB).one()
    assert jobs.run(job.id)
    assert ward_of(hall) == "Coatbridge South"
    (revision,) = list_revisions("asset", str(hall.id))
    assert part(revision.by) == "because the list of postcodes changed"
    places.import_postcodes(council=world.council.area, rows=[row])
    assert db.session.query(Job).filter_by(kind=places.WARDS_JOB).count() == 1


def test_a_drawing_moves_nothing(world: World) -> None:
    make_official_boundaries(world, schematic=True)
    hall = make_asset(world, **at(world, 10))
    settle(world)
    assert ward_of(hall) == "Coatbridge North"


def test_the_report_is_for_moderators(
    officer: Browser,
    resident: Browser,
    second_officer: Browser,
    stranger: Browser,
    world: World,
) -> None:
    assert "Nothing has changed since entries were added." in officer.get(REPORT).text
    assert officer.get("/desk").links()["Entries and new boundaries"] == REPORT
    for other in (resident, second_officer):
        other.get(REPORT, status=403)
    assert "/sign-in" in stranger.get(REPORT, status=303).location

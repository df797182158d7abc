"""A council is redrawn: its wards have new codes, one is split, and everything follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pbapp import clock
from pbapp.assets.models import Asset, AssetArea, AssetKind
from pbapp.audit.queries import list_revisions
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.jobs.worker import load_jobs
from pbapp.messages import following
from pbapp.messages.models import Follow
from pbapp.news.models import LetterState, Newsletter
from pbapp.places import queries as places
from pbapp.places import services as wards
from pbapp.places.models import Postcode
from pbapp.redrawing.commands import geodata
from pbapp.rounds.models import PhaseKind, Round
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.places.factories import CENTRES, HALF_LAT, HALF_LON, collection, saved, ward_feature
from tests.rounds.factories import make_round
from tests.world import World

NORTH, WEST, SOUTH, AIRDRIE = "S13003048", "S13003051", "S13003052", "S13003050"
NEW_NORTH, CANAL, LOCHS = "S13009001", "S13009002", "S13009003"
SINCE = ("--redrawn", "2026-05-07")
SPLIT = ("--became", f"{WEST}={CANAL},{LOCHS}")
Run = Callable[..., Result]


def half(of: str, is_upper: bool) -> list[list[float]]:
    """The upper or the lower half of a ward's square."""
    lat, lon = CENTRES[of]
    south, north = (lat, lat + HALF_LAT) if is_upper else (lat - HALF_LAT, lat)
    west, east = lon - HALF_LON, lon + HALF_LON
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Boundaries from before and after: North goes on under a new code, West is two wards."""
    after = collection(
        ward_feature(NEW_NORTH, half(NORTH, True), ward_name="Coatbridge North"),
        ward_feature(CANAL, half(WEST, True), ward_name="Coatbridge Canal"),
        ward_feature(LOCHS, half(WEST, False), ward_name="Coatbridge Lochs"),
        ward_feature(SOUTH),
        ward_feature(AIRDRIE),
    )
    return saved(tmp_path, collection(), "before.geojson"), saved(tmp_path, after, "after.geojson")


@pytest.fixture
def run(world: World, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`pbapp geodata` in a council that has the boundaries from before."""
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    monkeypatch.setattr("pbapp.create_app", lambda: app)

    def invoke(*arguments: Any) -> Result:
        db.session.commit()
        result = CliRunner().invoke(geodata, [str(argument) for argument in arguments])
        db.session.expire_all()
        return result

    assert invoke("import", files[0]).exit_code == 0
    return invoke


def work() -> None:
    """What the worker does after boundaries have come in."""
    load_jobs()
    db.session.commit()
    query = select(Job).where(Job.kind == wards.WARDS_JOB).order_by(Job.asked_at.desc(), Job.id)
    for asked in db.session.scalars(query).all():
        jobs.run(asked.id)
    db.session.expire_all()


def ward_of(asset: Asset) -> str:
    found = db.session.get_one(Asset, asset.id)
    return found.area.name if found.area else ""


def wards_here(world: World) -> list[str]:
    return [ward.name for ward in list_wards(world.board)]


def subjects_of(world: World) -> dict[str, list[str]]:
    """Address to the codes of the wards it follows."""
    rows = db.session.scalars(select(Follow).order_by(Follow.address, Follow.subject)).all()
    codes = {
        f"ward {world.board.id}/{ward.id}": ward.gss_code
        for ward in places.list_wards(world.council.area)
    }
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.address, []).append(codes.get(row.subject, row.subject))
    return found


def test_everything_in_a_ward_follows_it_and_goes_back_with_the_former_boundaries(
    world: World, run: Run, files: tuple[Path, Path], stranger: Browser, officer: Browser
) -> None:
    before, after = files
    lat, lon = CENTRES[WEST]
    hall = make_asset(world, "Hall", lat=CENTRES[NORTH][0] + 0.001, lon=CENTRES[NORTH][1])
    said = make_asset(world, "Said", **without_point())
    gift = make_asset(world, "Knits", kind=AssetKind.INDIVIDUAL, **without_point())
    canal = make_asset(world, "Towpath", lat=lat + 0.002, lon=lon, area_id=world.wards[10].id)
    lost = make_asset(world, "Somewhere", **without_point(area_id=world.wards[10].id))
    van = make_asset(world, "Van", **without_point())
    van.serves = [AssetArea(area_id=world.wards[10].id)]
    draft = make_round(world)
    draft.is_public = False
    audience = f"ward {world.board.id}/{{}}"
    for number, who in ((7, "north"), (10, "west")):
        subject = audience.format(world.wards[number].id)
        following.follow(subject=subject, address=f"{who}@example.org", is_proven=True)
    letters = [
        Newsletter(
            board_id=world.board.id,
            audience=audience.format(world.wards[number].id),
            title="News",
            text="Much.",
            language="en",
            written_by_id=world.officer.id,
            changed_at=clock.now(),
            state=LetterState.WAITING,
            send_at=clock.now(),
        )
        for number in (7, 10)
    ]
    db.session.add_all(letters)

    untold = run("import", after)
    assert untold.exit_code == 1
    assert "see what would happen: --redrawn DAY --dry-run" in untold.stderr
    unnamed = run("import", after, *SINCE)
    assert f"--became {WEST}=CODE,CODE" in unnamed.stderr
    assert f"New in the file: {CANAL} (Coatbridge Canal), {LOCHS} (C" in unnamed.stderr
    assert NORTH not in unnamed.stderr
    early = run("import", after, "--redrawn", "2999-01-01", *SPLIT)
    assert "The new wards begin on 2999-01-01" in early.stderr

    tried = run("import", after, *SINCE, *SPLIT, "--dry-run")
    assert tried.exit_code == 0, tried.output
    for line in (
        f"Ends: {NORTH} Coatbridge North. It becomes {NEW_NORTH} Coatbridge North.",
        f"It becomes {CANAL} Coatbridge Canal, {LOCHS} Coatbridge Lochs.",
        "has now: Coatbridge Canal, Coatbridge Lochs, Coatbridge North.",
        "goes along: the round “Small grants”.",
        "follow these wards and go along: 2.",
        "1 postcodes wait for their new ward",
        "Of 5 entries with a place or without a ward now, 3 would be in the ward of the same name, "
        "1 would move to another ward of their board, and 1 would wait for a moderator.",
        "  - Somewhere: Coatbridge West, then its ward has to be chosen.",
        "Nothing was kept: this was a dry run.",
    ):
        assert line in tried.output, line
    assert places.find_area(NEW_NORTH) is None
    assert wards_here(world) == ["Coatbridge North", "Coatbridge South", "Coatbridge West"]

    done = run("import", after, *SINCE, *SPLIT)
    assert done.exit_code == 0, done.output
    work()
    assert wards_here(world) == [
        *("Coatbridge Canal", "Coatbridge Lochs", "Coatbridge North", "Coatbridge South"),
    ]
    new = places.find_area(NEW_NORTH)
    assert new is not None
    assert new.number == 7
    assert ward_of(hall) == ward_of(said) == "Coatbridge North"
    assert db.session.scalars(places.former_ids(new)).all() == [world.wards[7].id]
    assert hall.area_id == said.area_id == gift.area_id == new.id
    assert (ward_of(canal), ward_of(lost)) == ("Coatbridge Canal", "Coatbridge West")
    assert sorted(link.area.name for link in van.serves) == ["Coatbridge Canal", "Coatbridge Lochs"]
    assert not list_revisions("asset", str(hall.id))
    report = officer.get("/desk/assets/wards").text
    assert "Towpath Coatbridge West Coatbridge Canal" in report
    assert "Hall" not in report
    assert "Somewhere Coatbridge West Its ward is no more. Choose the one it is in now." in report
    assert {link.area.gss_code for link in db.session.get_one(Round, draft.id).round_areas} == {
        *(NEW_NORTH, CANAL, LOCHS, SOUTH),
    }
    assert subjects_of(world) == {
        "north@example.org": [NEW_NORTH],
        "west@example.org": [CANAL, LOCHS],
    }
    assert letters[0].audience == audience.format(new.id)
    assert (letters[0].state, letters[1].state) == (LetterState.WAITING, LetterState.DRAFT)
    assert places.look_up_postcode("ZZ7 1AA").ward is new
    assert places.look_up_postcode("ZZ10 1AA").ward is None

    # Old addresses: a bookmark, a printed code, a filter.
    for old in (NORTH, NORTH.lower(), "7"):
        moved = stranger.get(f"/boards/coatbridge/wards/{old}", status=302)
        assert moved.location == f"/boards/coatbridge/wards/{NEW_NORTH}"
    gone = stranger.get(f"/boards/coatbridge/wards/{WEST}", status=410)
    assert "7 May 2026, when the council was redrawn" in gone.text
    assert gone.links()["Coatbridge Lochs"] == f"/boards/coatbridge/wards/{LOCHS}"
    stranger.get(f"/boards/coatbridge/wards/{WEST}/sheet", status=410)
    assert "Hall" in stranger.get(f"/assets?ward={NORTH}").links()
    assert f"“{WEST}” is not a ward of Coatbridge" in stranger.get(f"/assets?ward={WEST}").text

    # Back again.
    assert "see what would happen: --redrawn DAY" in run("import", before).stderr
    back = run("import", before, *SINCE)
    assert back.exit_code == 0, back.output
    assert f"Is back: {WEST} Coatbridge West." in back.output
    work()
    assert wards_here(world) == ["Coatbridge North", "Coatbridge South", "Coatbridge West"]
    assert hall.area_id == said.area_id == gift.area_id == world.wards[7].id
    assert {ward_of(canal), ward_of(lost)} == {"Coatbridge West"}
    assert [link.area_id for link in van.serves] == [world.wards[10].id]
    assert subjects_of(world) == {"north@example.org": [NORTH], "west@example.org": [WEST]}
    for postcode, number in (("ZZ7 1AA", 7), ("ZZ10 1AA", 10)):
        assert db.session.get_one(Postcode, postcode).area_id == world.wards[number].id
    stranger.get(f"/boards/coatbridge/wards/{WEST}")


def test_a_ward_does_not_end_under_a_round_that_runs(
    world: World, run: Run, files: tuple[Path, Path], stranger: Browser
) -> None:
    _before, after = files
    round = make_round(world, PhaseKind.VOTING)
    refused = run("import", after, *SINCE, *SPLIT)
    assert refused.exit_code == 1
    assert "These rounds run in wards that would end: “Small grants”." in refused.stderr
    assert places.find_area(NEW_NORTH) is None
    # Its result is out: it stays as it was held, and its ward is still called by its name.
    for phase in round.phases:
        phase.starts_at -= timedelta(days=100)
        phase.ends_at = phase.ends_at and phase.ends_at - timedelta(days=100)
    round.certified_at = clock.now()
    retired = run("import", after, *SINCE, "--retire", WEST)
    assert retired.exit_code == 0, retired.output
    assert "It becomes nothing." in retired.output
    assert f"New, and of no board: {CANAL} Coatbridge Canal." in retired.output
    assert {link.area_id for link in db.session.get_one(Round, round.id).round_areas} == {
        world.wards[number].id for number in (7, 10, 11)
    }
    assert wards_here(world) == ["Coatbridge North", "Coatbridge South"]
    gone = stranger.get(f"/boards/coatbridge/wards/{WEST}", status=410)
    assert "What was in it is now in" not in gone.text

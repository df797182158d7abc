"""An edit is taken back: every part of it, by whom it may be, and not over a later one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from pbapp.assets import services
from pbapp.assets.entry import Contact
from pbapp.assets.keeping import closing, trusting, undoing
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetState,
    Confirmer,
    Cost,
    JoinBy,
    Precision,
    Status,
    Vocabulary,
)
from pbapp.assets.snapshot import entry_of, raw_of
from pbapp.assets.times import Session
from pbapp.assets.vocabulary import TERMS
from pbapp.audit.models import Revision
from pbapp.db import db
from pbapp.refusal import Refused
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.web.test_uploads import jpeg_with_gps
from tests.world import World


def change(asset: Asset, as_a: Confirmer = Confirmer.OFFICER, **values: Any) -> Revision:
    entry = replace(entry_of(asset), **values)
    services.edit(asset=asset, entry=entry, version=asset.version, as_a=as_a)
    db.session.commit()
    return newest(asset)


def newest(asset: Asset) -> Revision:
    rows = db.session.query(Revision).filter_by(subject_id=str(asset.id))
    return rows.order_by(Revision.number.desc()).first()  # type: ignore[return-value]


def undo(asset: Asset, number: int, as_a: Confirmer = Confirmer.OFFICER) -> None:
    undoing.undo(asset=asset, number=number, as_a=as_a, by=None)
    db.session.commit()


def everything(world: World) -> dict[str, Any]:
    return {
        "kind": AssetKind.ASSOCIATION,
        "name": "Other",
        "summary": "Other",
        "description": "Other",
        "opening": "Other",
        "access": "Other",
        "website": "https://example.org",
        "lat": 55.8534,
        "lon": -4.057,
        "ward_code": "S13003051",
        "where_words": "Behind the church",
        "shown_as": Precision.STREET,
        "main": world.priorities["poverty"].id,
        "supports": [world.priorities["mental-health"].id],
        "serves": ["S13003052"],
        "cost": Cost.PAID,
        "cost_words": "£1",
        "age_from": 5,
        "age_to": 9,
        "eligibility": "Children",
        "join_by": JoinBy.BOOKING,
        "story": "Once",
        "story_rights": "Ann tells it",
        "terms": {one: list(TERMS[one])[:2] for one in Vocabulary},
        "sessions": [
            Session(1, 600, 660, None, 1, None, None, "open", ""),
            Session(2, 600, 660, None, 2, date(2026, 1, 6), date(2027, 1, 6), "free", "Hall"),
        ],
    }


def test_everything_that_can_be_typed_is_undone_and_undone_again(world: World) -> None:
    asset = make_asset(world, main="digital-inclusion", website="https://example.com")
    change(asset, contact=Contact("Ann", "01236 1", "", has_consent=True))
    before, exact = raw_of(asset), (asset.exact_lat, asset.exact_lon)
    change(asset, **everything(world))
    after = raw_of(asset)
    assert {part for part in after if after[part] == before[part]} == {"photo_id"}
    first = newest(asset).number
    for _ in range(2):
        undo(asset, first)
    assert raw_of(asset) == before
    assert (asset.exact_lat, asset.exact_lon) == exact
    assert newest(asset).undoes == first
    assert asset.contact
    assert asset.contact.name == "Ann"
    undo(asset, newest(asset).number)
    assert raw_of(asset) == after
    kept = [row.raw for row in db.session.query(Revision)] + [
        row.changes for row in db.session.query(Revision)
    ]
    assert "Ann" not in str([one for one in kept if one]).replace("Ann tells it", "")
    assert "55.8534" not in str(newest(asset).raw)  # the street shows, so the street is kept


def test_a_photo_comes_back(world: World, officer: Browser) -> None:
    asset = make_asset(world)
    page = officer.get(f"/assets/{asset.id}/edit")
    fields = {"photo_alt": "A hall", "ward": "S13003048"}
    officer.submit(page, {**fields, "photo": (BytesIO(jpeg_with_gps()), "hall.jpg")})
    had = asset.photo_id
    assert had is not None
    page = officer.get(f"/assets/{asset.id}/edit")
    officer.submit(page, {"drop_photo": "y", "ward": "S13003048"})
    assert asset.photo_id is None
    undo(asset, newest(asset).number)
    assert asset.photo_id == had


def test_a_later_change_of_the_same_stands_in_the_way(world: World, officer: Browser) -> None:
    asset = make_asset(world)
    first = change(asset, summary="One", opening="Mondays").number
    other = change(asset, access="A ramp").number
    change(asset, summary="Two")
    page = officer.get(f"/assets/{asset.id}")
    actions = [form.get("action") for form in page.root.iter("form")]
    assert f"/assets/{asset.id}/history/{first}/undo" not in actions
    officer.post(f"/assets/{asset.id}/history/{other}/undo", officer.token())
    assert asset.access == ""
    assert asset.summary == "Two"
    refused = officer.post(f"/assets/{asset.id}/history/{first}/undo", officer.token())
    assert "changed again since" in officer.follow(refused).text
    assert "Undone" in officer.get(f"/assets/{asset.id}").text
    with pytest.raises(Refused, match="no such change"):
        undo(asset, 99)


def test_closing_is_undone_too(world: World) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    closing.set_status(asset=asset, status=Status.CLOSED, as_a=Confirmer.GROUP, why="Sold")
    undo(asset, newest(asset).number, Confirmer.GROUP)
    assert (asset.status, asset.alert, asset.state) == (Status.ACTIVE, "", AssetState.PUBLISHED)
    undo(asset, newest(asset).number)
    assert (asset.status, asset.alert) == (Status.CLOSED, "Sold")


@pytest.mark.parametrize("is_trusted", [True, False])
def test_what_a_group_undoes_goes_the_way_of_its_edits(world: World, is_trusted: bool) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    if is_trusted:
        trusting.trust(
            board=world.board, organisation=world.group, reason="Yes", by=world.officer, url=""
        )
    number = change(asset, Confirmer.GROUP, summary="One").number
    asset.state = AssetState.PUBLISHED
    undo(asset, number, Confirmer.GROUP)
    assert (asset.state is AssetState.PUBLISHED) is is_trusted


def test_trust_does_not_bring_back_what_an_officer_took_out(world: World) -> None:
    asset = make_asset(world, organisation_id=world.group.id)
    trusting.trust(
        board=world.board, organisation=world.group, reason="Yes", by=world.officer, url=""
    )
    number = change(asset, summary="Without the name").number
    undo(asset, number, Confirmer.GROUP)
    assert asset.state is AssetState.WAITING


def test_who_may_undo(
    world: World,
    stranger: Browser,
    resident: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
) -> None:
    asset = make_asset(world, submitted_by_id=world.resident.id)
    number = change(asset, summary="One").number
    path = f"/assets/{asset.id}/history/{number}/undo"
    stranger.post(path, stranger.token(), status=303)
    for browser in (resident, officer_elsewhere, board_member):
        browser.post(path, browser.token(), status=403)
    assert asset.summary == "One"
    assert "Undo this change" not in resident.get(f"/assets/{asset.id}").text

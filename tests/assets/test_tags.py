"""The tag of a file: it changes with all that the file says, and is known before the file is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetPriority,
    AssetSession,
    AssetTerm,
    Confirmer,
    Vocabulary,
)
from pbapp.assets.outgoing import rows
from pbapp.db import db
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
FILES = ("/assets.csv", "/assets.geojson", "/assets.jsonld", "/assets.ics")


def test_a_file_that_one_has_is_not_made_again(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_asset(world, "Hall", sessions=[AssetSession(days=2, opens=600, closes=720)])
    kept = {path: stranger.get(path).response.headers["ETag"] for path in FILES}
    monkeypatch.setattr(rows, "each", None)
    for path, tag in kept.items():
        again = stranger.get(path, status=304, headers={"If-None-Match": tag}).response
        assert (again.data, again.headers["ETag"]) == (b"", tag)


def test_a_tag_changes_with_everything_that_the_file_says(
    stranger: Browser, officer: Browser, world: World
) -> None:
    hall = make_asset(world, "Hall")

    def tag(query: str = "") -> str:
        return stranger.get(f"/assets.csv{query}").response.headers["ETag"]

    def is_agreed(asset: Asset) -> None:
        asset.contact = AssetContact(
            name="Pat", consent_at=NOW, consent_by=Confirmer.OFFICER, email="pat@example.org"
        )

    link = {"priority_id": world.priorities["poverty"].id, "is_main": True}
    changes: list[Callable[[Asset], object]] = [
        lambda a: setattr(a, "alert", "Flooded"),
        lambda a: setattr(a, "eligibility", "Everybody"),
        lambda a: a.sessions.append(AssetSession(days=2, opens=600, closes=720)),
        lambda a: setattr(a.sessions[0], "note", "Tea"),
        lambda a: a.terms.append(AssetTerm(vocabulary=Vocabulary.ACCESS, slug="toilet")),
        lambda a: a.serves.append(AssetArea(area_id=world.wards[10].id)),
        lambda a: a.priorities.append(AssetPriority(**link)),
        is_agreed,
        lambda a: setattr(world.wards[10], "name", "Another name"),
        lambda a: setattr(world.priorities["poverty"], "name", "Another priority"),
        lambda a: setattr(a, "organisation_id", world.group.id),
        lambda a: setattr(world.group, "name", "Another group"),
        lambda a: make_asset(world, "Another hall"),
        lambda a: a.sessions.clear(),
    ]
    with time_machine.travel(NOW, tick=False):
        seen = [tag()]
        for change in changes:
            change(hall)
            db.session.commit()
            seen.append(tag())
        assert tag("?kind=culture") not in seen
        assert tag() == seen[-1] == officer.get("/assets.csv").response.headers["ETag"]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        seen.append(tag())
    assert len(set(seen)) == len(changes) + 2

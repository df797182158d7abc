"""What everybody may see of where something is, and what is kept with consent only."""

from __future__ import annotations

from typing import Any

import pytest

from pbapp.assets import services
from pbapp.assets.entry import Contact, Entry
from pbapp.assets.models import Asset, AssetKind, Cost, Precision, Vocabulary
from pbapp.assets.times import Session
from pbapp.assets.writing import readable
from pbapp.db import db, write_transaction
from pbapp.refusal import Refused
from tests.assets.factories import HALL, make_official_boundaries
from tests.world import World


def entry(**values: Any) -> Entry:
    return Entry(**{"kind": AssetKind.PLACE, "name": "Hall", **values})


def kept(world: World, **values: Any) -> Asset:
    with write_transaction():
        asset = services.submit(board=world.board, entry=entry(**values))
        db.session.commit()
    return asset


def refusal(world: World, **values: Any) -> str | None:
    with pytest.raises(Refused) as refused, write_transaction():
        services.submit(board=world.board, entry=entry(**values))
    return refused.value.field


def test_an_exact_place_shows_as_it_is(world: World) -> None:
    make_official_boundaries(world)
    asset = kept(world, lat=HALL[0], lon=HALL[1])
    assert (asset.lat, asset.lon) == (asset.exact_lat, asset.exact_lon) == HALL


def test_a_street_shows_near_it_and_two_of_the_street_look_alike(world: World) -> None:
    make_official_boundaries(world)
    one = kept(world, lat=55.8670, lon=-4.0340, shown_as=Precision.STREET)
    other = kept(world, lat=55.8672, lon=-4.0342, shown_as=Precision.STREET)
    assert (one.lat, one.lon) == (other.lat, other.lon) == (55.867, -4.0335)
    assert one.exact_lat == 55.8670


def test_a_postcode_shows_its_middle(world: World) -> None:
    make_official_boundaries(world)
    values = {"lat": HALL[0], "lon": HALL[1], "shown_as": Precision.POSTCODE}
    known = kept(world, postcode="ZZ7 1AA", **values)
    assert (known.lat, known.postcode) == (55.867, "ZZ7 1AA")
    unknown = kept(world, **values)
    assert (unknown.lat, unknown.lon) != HALL
    assert unknown.postcode is None


@pytest.mark.parametrize("values", [{"shown_as": Precision.WARD}, {"is_home": True}])
def test_of_a_home_only_the_ward_shows(world: World, values: dict[str, Any]) -> None:
    make_official_boundaries(world)
    asset = kept(world, lat=HALL[0], lon=HALL[1], postcode="ZZ7 1AA", **values)
    assert (asset.lat, asset.lon, asset.postcode) == (None, None, None)
    assert (asset.area_id, asset.exact_lat) == (world.wards[7].id, HALL[0])
    assert "55.8" not in str(readable(asset))


def test_whom_to_ask_is_kept_with_their_consent_only(world: World) -> None:
    code = world.wards[7].gss_code
    someone = {"name": "Ann Example", "phone": "01236 000000"}
    assert refusal(world, ward_code=code, contact=Contact(**someone)) == "contact_consent"
    asset = kept(world, ward_code=code, contact=Contact(**someone, has_consent=True))
    assert asset.contact is not None
    assert asset.contact.consent_at is not None
    assert "Ann" not in str(readable(asset))


def test_an_entry_keeps_all_that_was_said(world: World) -> None:
    asset = kept(
        world,
        ward_code=world.wards[7].gss_code,
        serves=[world.wards[10].gss_code],
        cost=Cost.FREE,
        age_from=12,
        terms={Vocabulary.ACCESS: ["toilet", "step_free"]},
        sessions=[Session(2, 600, 720), Session(2, 600, 720)],
        story="It was a school once.",
        story_rights="Told by the heritage group",
    )
    told = readable(asset)
    assert told["access_terms"] == "step_free, toilet"
    assert told["sessions"] == "TU 10:00–12:00"
    assert told["serves"] == world.wards[10].name
    assert (told["ages"], told["cost"]) == ("12–", "free")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"terms": {Vocabulary.ACCESS: ["nonsense"]}}, "access"),
        ({"serves": ["nonsense"]}, "serves"),
        ({"sessions": [Session(0, 600, 720)]}, "sessions"),
        ({"sessions": [Session(1, 720, 600)]}, "sessions"),
        ({"sessions": [Session(1, 600, 720, every=2)]}, "sessions"),
        ({"age_from": 20, "age_to": 10}, "age_to"),
        ({"story": "Once"}, "story_rights"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, values: dict[str, Any], field: str
) -> None:
    assert refusal(world, ward_code=world.wards[7].gss_code, **values) == field

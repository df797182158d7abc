"""Is it here already: by name, website, phone or spot."""

from __future__ import annotations

from typing import Any

import pytest

from pbapp import clock
from pbapp.assets.adding.doubles import list_likely
from pbapp.assets.entry import Contact, Entry, Spot
from pbapp.assets.models import AssetContact, AssetKind, AssetState, Confirmer, Where
from tests.assets.factories import HALL, make_asset
from tests.client import Browser
from tests.world import World

NAMED = "Whifflet Community Hall"


@pytest.fixture
def here(world: World) -> None:
    asset = make_asset(world, NAMED, website="https://www.Example.org/hall/")
    asset.contact = AssetContact(
        phone="+44 1236 000000", consent_at=clock.now(), consent_by=Confirmer.GROUP
    )
    make_asset(world, "Whifflet Community Hall", state=AssetState.WAITING)
    make_asset(
        world, "A gift", kind=AssetKind.INDIVIDUAL, lat=None, lon=None, where_kind=Where.WARD
    )


def likely(world: World, ward: int, name: str, point: Any = None, **values: Any) -> list[str]:
    lat, lon = point or (None, None)
    spot = Spot(Where.POINT if point else Where.WARD, world.wards[ward], lat, lon)
    entry = Entry(AssetKind.PLACE, name, **values)
    return [reason for one in list_likely(world.board, entry, spot) for reason in one.reasons]


def test_the_same_thing_is_found_by_what_it_says(world: World, here: None) -> None:
    assert likely(world, 7, "The whiflet community hall") == ["nearly the same name"]
    assert likely(world, 10, "Hall, Whifflet Community") == ["nearly the same name"]
    assert likely(world, 10, "Whiflet Comunity Hall") == []  # another ward, another name
    assert likely(world, 10, "X", website="http://example.org/hall") == ["the same website"]
    assert likely(world, 10, "X", website="https://example.org/other") == []
    phone = Contact(phone="01236 000 000", has_consent=True)
    assert likely(world, 10, "X", contact=phone) == ["the same phone number"]
    near = (HALL[0] + 0.0002, HALL[1])
    assert likely(world, 10, "Whifflet Hall", near) == ["the same spot and a similar name"]
    assert likely(world, 10, "Dunbeth Bowling Hall", near) == []
    assert likely(world, 7, "A gift") == []


@pytest.mark.parametrize("ward", [7, 10])
def test_of_a_gift_nothing_is_said(world: World, here: None, ward: int) -> None:
    spot = Spot(Where.WARD, world.wards[ward])
    for name in ("A gift", "A gitf"):
        assert list_likely(world.board, Entry(AssetKind.INDIVIDUAL, name), spot) == []


def test_who_says_it_is_this_one_comes_to_its_correction(
    resident: Browser, world: World, here: None
) -> None:
    from tests.assets.test_add import at_check

    page = at_check(resident, website="https://example.org/hall")
    assert "the same website" in page.text
    assert "It is another: send mine" in page.text
    link = next(url for words, url in page.links().items() if words.startswith("It is this one"))
    assert resident.get(link).h1

"""Which ward an entry is in, and what is said where we cannot tell."""

from __future__ import annotations

from typing import Any

import pytest

from pbapp.assets.entry import Entry, Spot, place
from pbapp.assets.models import AssetKind, Where
from pbapp.refusal import Refused
from tests.assets.factories import HALL, make_official_boundaries
from tests.world import World


def spot(world: World, kind: AssetKind = AssetKind.PLACE, **values: Any) -> Spot:
    return place(Entry(kind=kind, name="Hall", **values), world.board)


def refusal(world: World, kind: AssetKind = AssetKind.PLACE, **values: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        spot(world, kind, **values)
    return refused.value


def test_a_point_has_its_ward_by_official_boundaries_whatever_was_said(world: World) -> None:
    make_official_boundaries(world)
    code = world.wards[10].gss_code
    found = spot(world, lat=HALL[0], lon=HALL[1], postcode="ZZ10 1AA", ward_code=code)
    assert (found.where_kind, found.area) == (Where.POINT, world.wards[7])


def test_a_point_outside_the_board_is_refused(world: World) -> None:
    make_official_boundaries(world)
    assert refusal(world, lat=55.866, lon=-3.982).field == "lat"


def test_nothing_is_derived_from_a_drawing(world: World) -> None:
    make_official_boundaries(world, schematic=True)
    assert refusal(world, lat=HALL[0], lon=HALL[1]).field == "ward"
    said = spot(world, lat=HALL[0], lon=HALL[1], ward_code=world.wards[10].gss_code)
    assert (said.area, said.lat) == (world.wards[10], HALL[0])


def test_beside_a_drawing_a_postcode_tells_the_ward_of_a_point(world: World) -> None:
    found = spot(world, lat=HALL[0], lon=HALL[1], postcode="zz10 1aa")
    assert (found.area, found.postcode) == (world.wards[10], "ZZ10 1AA")


def test_a_postcode_gives_its_ward_and_its_middle(world: World) -> None:
    found = spot(world, postcode="zz71aa")
    assert (found.where_kind, found.area) == (Where.POSTCODE, world.wards[7])
    assert (found.lat, found.postcode) == (55.867, "ZZ7 1AA")


def test_an_unknown_postcode_is_our_gap_and_the_ward_is_the_way_round(world: World) -> None:
    refused = refusal(world, postcode="ZZ99 9ZZ")
    assert (refused.field, "The gap is ours" in str(refused)) == ("postcode", True)
    found = spot(world, postcode="ZZ99 9ZZ", ward_code=world.wards[7].gss_code)
    assert (found.where_kind, found.area) == (Where.WARD, world.wards[7])


@pytest.mark.parametrize("typed", ["hello", "K1A0B1", "Z", "١٢٣ ٤٥", "' OR 1=1 --"])
def test_what_is_no_postcode_is_asked_for_again(world: World, typed: str) -> None:
    refused = refusal(world, postcode=typed)
    assert (refused.field, "full postcode" in str(refused)) == ("postcode", True)


def test_a_postcode_outside_the_board_says_where_it_is(world: World) -> None:
    refused = refusal(world, postcode="ZZ9 1AA")
    assert str(refused) == "ZZ9 1AA is in Airdrie Central. That is outside Coatbridge."


def test_a_ward_of_another_board_cannot_be_chosen(world: World) -> None:
    assert refusal(world, ward_code=world.wards[9].gss_code).field == "ward"
    assert refusal(world, ward_code="nonsense").field == "ward"


def test_it_may_have_no_one_place_but_somebody_must_say_so(world: World) -> None:
    assert spot(world, everywhere=True) == Spot(Where.NOWHERE)
    assert refusal(world).field == "ward"


def test_a_persons_gift_is_never_pinned_and_keeps_no_postcode(world: World) -> None:
    gift = AssetKind.INDIVIDUAL
    assert refusal(world, gift, lat=HALL[0], lon=HALL[1]).field == "ward"
    found = spot(world, gift, postcode="ZZ7 1AA")
    assert found == Spot(Where.WARD, world.wards[7])


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (float("nan"), -4.0),
        (55.8, float("inf")),
        (91.0, -4.0),
        (55.8, -181.0),
        (-4.03, 55.86),  # swapped
        (0.0, 0.0),
    ],
)
def test_a_point_that_cannot_be_here_is_refused(world: World, lat: float, lon: float) -> None:
    assert refusal(world, lat=lat, lon=lon).field == "lat"

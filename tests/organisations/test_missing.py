"""What a bid of an amount still needs in a group's passport."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.organisations.passport import host_of, missing_for
from pbapp.organisations.passport.models import Item, ItemState, Kept
from pbapp.organisations.passport.queries import ASKED_FROM, asked_for
from tests.organisations.factories import make_group, make_hosting, make_item
from tests.world import World

BASICS = [Item.CONSTITUTION, Item.BANK]
FROM_1000 = [*BASICS, Item.INSURANCE, Item.SAFEGUARDING, Item.LAND]


@pytest.mark.parametrize(
    ("pence", "items"),
    [
        (400_00, BASICS),
        (999_99, BASICS),
        (1_000_00, FROM_1000),
        (9_999_99, FROM_1000),
        (10_000_00, [*FROM_1000, Item.ACCOUNTS]),
    ],
)
def test_a_larger_bid_needs_more(pence: int, items: list[Item]) -> None:
    assert asked_for(pence) == items


def test_every_item_is_asked_from_some_amount_on() -> None:
    assert set(ASKED_FROM) == set(Item)


def test_only_what_was_checked_and_still_counts_is_not_missing(world: World) -> None:
    group, today = world.group, clock.today()
    make_item(group, Item.CONSTITUTION, until=today)
    make_item(group, Item.BANK, until=today - timedelta(days=1))
    make_item(group, Item.INSURANCE, Kept.WAITING)
    make_item(group, Item.SAFEGUARDING, Kept.NOT_ACCEPTED)

    found = missing_for(group, 5_000_00)

    assert [(one.item, one.state, one.is_up_to_group) for one in found] == [
        (Item.BANK, ItemState.EXPIRED, True),
        (Item.INSURANCE, ItemState.WAITING, False),
        (Item.SAFEGUARDING, ItemState.NOT_ACCEPTED, True),
        (Item.LAND, ItemState.NOT_GIVEN, True),
    ]
    assert {one.organisation for one in found} == {group}


def test_a_host_that_agreed_stands_in_for_constitution_and_bank(world: World) -> None:
    host = make_group()
    make_item(host, Item.CONSTITUTION)
    hosting = make_hosting(world.group, host, agreed=False)
    assert host_of(world.group) is None
    assert [one.item for one in missing_for(world.group, 500_00)] == BASICS

    hosting.agreed_at = clock.now()

    assert host_of(world.group) is host
    found = missing_for(world.group, 500_00)
    assert [(one.item, one.organisation) for one in found] == [(Item.BANK, host)]

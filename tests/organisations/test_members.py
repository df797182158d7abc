"""Who may act for a group."""

from __future__ import annotations

import pytest

from pbapp.organisations import queries, services
from pbapp.organisations.models import OrganisationKind
from pbapp.refusal import Refused
from tests.world import World


def test_a_member_may_act_for_their_group_and_no_other(world: World) -> None:
    other = services.set_up(kind=OrganisationKind.GROUP, name="Example Choir")
    assert queries.is_member(world.group_member.id, world.group.id)
    assert not queries.is_member(world.group_member.id, other.id)
    assert not queries.is_member(world.resident.id, world.group.id)
    assert not queries.is_member(world.resident.id, None)


def test_a_new_member_is_among_the_groups_people(world: World) -> None:
    services.add_member(organisation=world.group, account=world.resident)
    assert queries.list_members(world.group.id) == [world.group_member, world.resident]
    assert queries.list_groups_of(world.resident.id) == [world.group]


def test_somebody_who_belongs_already_is_not_added_twice(world: World) -> None:
    with pytest.raises(Refused, match="already belongs"):
        services.add_member(organisation=world.group, account=world.group_member)


def test_a_funder_is_not_a_group_to_send_in_proposals_for(world: World) -> None:
    services.add_member(organisation=world.funder, account=world.resident)
    assert queries.list_groups_of(world.resident.id) == []


def test_an_organisation_needs_a_name(world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.set_up(kind=OrganisationKind.GROUP, name="  ")
    assert refused.value.field == "name"

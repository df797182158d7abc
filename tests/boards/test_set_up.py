"""Setting up a council with its boards, by the commands and the demo."""

from __future__ import annotations

import pytest

from pbapp.audit.models import Event
from pbapp.boards import queries, services
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.places.models import Area, AreaType
from pbapp.refusal import Refused
from tests.world import World


def test_a_second_council_is_set_up_with_data_alone(world: World) -> None:
    area = Area(area_type=AreaType.COUNCIL, gss_code="S12000030", name="Stirling")
    ward = Area(area_type=AreaType.WARD, gss_code="S13003136", name="Trossachs", number=1)
    db.session.add_all([area, ward])
    db.session.flush()

    council = services.set_up_council(area=area, name="Stirling Council", help_phone="0")
    board = services.set_up_board(
        council=council, slug="trossachs", name="Trossachs", place_name="Trossachs", wards=[ward]
    )

    found = queries.find_board("trossachs")
    assert found is board
    assert [ward.name for ward in queries.list_wards(board)] == ["Trossachs"]
    verbs = [event.verb for event in db.session.query(Event).order_by(Event.number)]
    assert verbs == ["council.set_up", "board.set_up"]


@pytest.mark.parametrize("slug", ["", "Coat bridge", "../desk", "a--b", "-a", "å", "a" * 61])
def test_an_address_that_would_not_work_is_refused(world: World, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        services.set_up_board(council=world.council, slug=slug, name="B", place_name="B", wards=[])
    assert refused.value.field == "slug"


def test_two_boards_cannot_share_an_address(world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.set_up_board(
            council=world.council, slug="coatbridge", name="B", place_name="B", wards=[]
        )
    assert refused.value.field == "slug"


def test_a_role_belongs_to_one_board_and_is_given_once(world: World) -> None:
    services.add_member(board=world.board, account=world.resident, role=Role.APPRAISER)

    assert queries.roles_by_board(world.resident.id) == {world.board.id: {Role.APPRAISER}}
    with pytest.raises(Refused):
        services.add_member(board=world.board, account=world.resident, role=Role.APPRAISER)

"""A group sends in a proposal."""

from __future__ import annotations

import pytest
import time_machine

from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.organisations.models import MemberRole, OrganisationKind
from pbapp.proposals import services
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.services import Cost
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from tests.proposals.factories import content, make_proposal
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def test_a_proposal_waits_and_its_costs_add_up(world: World, round: Round) -> None:
    proposal = make_proposal(world, round)
    assert proposal.state is ProposalState.SUBMITTED
    assert proposal.cost_pence == 1_000_50 == sum(li.amount_pence for li in proposal.cost_lines)
    assert [line.position for line in proposal.cost_lines] == [1, 2]
    event = db.session.query(Event).filter_by(verb="proposal.submitted").one()
    assert (event.actor, event.board_id) == (world.group_member.actor, world.board.id)


def test_each_gets_the_next_number_of_its_own_round(world: World, round: Round) -> None:
    other = make_round(world, slug="other")
    numbers = [make_proposal(world, r).number for r in (round, round, other, round)]
    assert numbers == [1, 2, 1, 3]


def test_a_withdrawn_number_is_not_given_again(world: World, round: Round) -> None:
    services.withdraw(proposal=make_proposal(world, round), by=world.group_member)
    assert make_proposal(world, round).number == 2


def test_a_second_click_gives_the_same_proposal(world: World, round: Round) -> None:
    text = content(world)
    first, second = (
        services.submit(round=round, organisation=world.group, content=text, by=world.group_member)
        for _ in range(2)
    )
    assert first is second
    assert db.session.query(Proposal).count() == 1


def test_the_same_title_again_later_is_refused(world: World, round: Round) -> None:
    first = make_proposal(world, round)
    with (
        time_machine.travel(first.submitted_at + 2 * services.SAME_CLICK, tick=False),
        pytest.raises(Refused) as refused,
    ):
        make_proposal(world, round, title=first.title.upper())
    assert refused.value.field == "title"


def test_another_group_may_have_the_same_title(world: World, round: Round) -> None:
    other = organisations.set_up(kind=OrganisationKind.GROUP, name="Example Choir")
    organisations.add_member(organisation=other, account=world.group_member, role=MemberRole.LEAD)
    first = make_proposal(world, round)
    assert make_proposal(world, round, group=other, title=first.title).number == 2


@pytest.mark.parametrize(
    "who", ["resident", "officer", "second_officer", "officer_elsewhere", "board_member"]
)
def test_only_a_member_of_the_group_sends_in_for_it(world: World, round: Round, who: str) -> None:
    with pytest.raises(Refused, match="members of the group"):
        services.submit(
            round=round,
            organisation=world.group,
            content=content(world),
            by=getattr(world, who),
        )


@pytest.mark.parametrize(
    "during", [PhaseKind.REVIEW, PhaseKind.VOTING, PhaseKind.COUNTING, PhaseKind.PUBLISHED]
)
def test_after_the_last_day_nothing_is_taken(world: World, during: PhaseKind) -> None:
    late = make_round(world, during, slug="late")
    with pytest.raises(Refused, match="cannot be sent in"):
        make_proposal(world, late)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"costs": ()}, "costs"),
        ({"costs": (Cost("Nothing", 0),)}, "costs"),
        ({"costs": (Cost("A hall", 10_000_00), Cost("A roof", 5_000_01))}, "costs"),
        ({"minimum_pence": 1_000_51}, "minimum"),
        ({"minimum_pence": 0}, "minimum"),
        ({"priority_id": None}, "priority"),
        ({"priority_id": 999_999}, "priority"),
        ({"area_id": 999_999}, "ward"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, round: Round, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        make_proposal(world, round, **values)
    assert refused.value.field == field
    assert db.session.query(Proposal).count() == 0


def test_too_dear_says_how_much_and_what_the_most_is(world: World, round: Round) -> None:
    with pytest.raises(Refused) as refused:
        make_proposal(world, round, costs=(Cost("A hall", 15_000_01),))
    assert "£15,000.01" in str(refused.value)
    assert "£15,000 at most" in str(refused.value)


def test_without_a_limit_of_its_own_a_project_may_ask_for_the_pot(world: World) -> None:
    round = make_round(world, slug="no-limit", max_cost_pence=None)
    assert make_proposal(world, round, costs=(Cost("All", 100_000_00),)).number == 1
    with pytest.raises(Refused, match="£100,000 at most"):
        make_proposal(world, round, costs=(Cost("More", 100_000_01),))


def test_a_neighbours_ward_is_refused(world: World, round: Round) -> None:
    with pytest.raises(Refused) as refused:
        make_proposal(world, round, area_id=world.wards[9].id)
    assert refused.value.field == "ward"


def test_the_database_too_refuses_a_proposal_without_cost(world: World, round: Round) -> None:
    from pbapp.db import flush

    proposal = make_proposal(world, round)
    proposal.cost_pence = 0
    with pytest.raises(Refused) as refused:
        flush()
    assert refused.value.field == "costs"

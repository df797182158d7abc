"""What other rooms ask of results: only what is public, in few queries."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.results import queries
from tests.client import QueryCounter
from tests.results.factories import counted_round
from tests.world import World


def test_the_last_result_of_a_board(world: World, count_queries: QueryCounter):
    assert queries.last_result(world.board) is None
    counted_round(world)
    db.session.expire_all()
    board = world.board
    assert board.id
    count_queries.reset()
    last = queries.last_result(board)
    assert last is not None
    assert count_queries.number <= 2, count_queries.statements
    assert last.ballots == 65
    assert last.total == 10_000_00
    assert [row.title for row in last.winners][:2] == ["Walking football", "Warm room at the hall"]
    assert queries.last_result(world.other_board) is None


def test_money_by_priority_of_a_board(world: World):
    counted_round(world)
    counted_round(world, slug="second")
    got = queries.money_by_priority(world.board)
    poverty = got[world.priorities["poverty"].id]
    assert (poverty.money, poverty.funded, poverty.listed) == (14_000_00, 4, 4)
    digital = got[world.priorities["digital-inclusion"].id]
    assert (digital.money, digital.funded, digital.listed) == (0, 0, 2)


def test_awards_of_a_priority_a_ward_and_a_group(world: World):
    count = counted_round(world)
    poverty = queries.awards_of_priority(world.priorities["poverty"])
    assert [row.title for row in poverty] == ["Warm room at the hall", "School uniform bank"]
    assert poverty[0].count.round is count.round
    assert [row.title for row in queries.awards_in_ward(world.wards[10])] == ["Walking football"]
    assert len(queries.awards_of_group(world.group.id)) == 3
    assert [row.project_key for row in queries.winners(count.round)] == ["2", "1", "4"]


def test_the_outcome_of_one_proposal(world: World):
    counted_round(world)
    proposal = db.session.scalars(select(Proposal).where(Proposal.number == 3)).one()
    row = queries.outcome_of(proposal)
    assert row is not None
    assert not row.is_funded


def test_nothing_of_it_before_the_result_is_public(world: World):
    count = counted_round(world, published=False)
    proposal = db.session.scalars(select(Proposal).where(Proposal.number == 1)).one()
    assert queries.last_result(world.board) is None
    assert queries.money_by_priority(world.board) == {}
    assert queries.awards_of_priority(world.priorities["poverty"]) == []
    assert queries.outcome_of(proposal) is None
    assert len(queries.winners(count.round)) == 3  # asked for by who may see it: no page of ours

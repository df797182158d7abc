"""The voting table and declarations: one voters' list, and paper is final."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pbapp.ballots import queries, services
from pbapp.ballots.models import Voter
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.paper import tables
from pbapp.ballots.paper.models import PaperChannel, Venue, WhySetAside
from pbapp.ballots.roll import services as roll
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Method, Round
from tests.ballots import factories, papers
from tests.client import QueryCounter
from tests.world import World

JO = {"name": "Jo Bell", "postcode": "ZZ7 1AA", "age_band": "25"}


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def hall(world: World, round: Round) -> Venue:
    return papers.make_venue(world, round)


@pytest.fixture
def post(world: World, round: Round) -> Venue:
    return papers.make_venue(world, round, "Post", PaperChannel.POST)


def test_somebody_new_joins_the_same_voters_list(
    world: World, round: Round, hall: Venue, keys: Path
) -> None:
    papers.mark(world, round, keys, hall)
    voter = db.session.query(Voter).one()
    assert (voter.method, voter.assurance) == (Method.TABLE, 3)
    assert paper_queries.has_voted_on_paper(round.id, voter.id)
    with pytest.raises(roll.NotOneOfOne, match="has voted on paper"):
        factories.admit(round, keys, voter.area_id, email="jo@example.org", **JO)
    db.session.rollback()
    with pytest.raises(Refused, match="voted on paper already"):
        papers.mark(world, round, keys, hall, name="JO  Béll")


def test_a_vote_at_a_table_takes_the_place_of_one_online_and_is_final(
    world: World, round: Round, hall: Venue, keys: Path
) -> None:
    voter = factories.admit(round, keys, **JO)
    other = factories.admit(round, keys)
    factories.cast(round, keys, voter, "1")
    factories.cast(round, keys, other, "2")
    assert papers.mark(world, round, keys, hall).voted_online
    with pytest.raises(services.VotedOnPaper):
        factories.cast(round, keys, voter, "3")
    db.session.rollback()
    factories.cast(round, keys, other, "4")
    factories.close(round)
    assert tables.settle(round=round, keys=keys) == 1
    assert tables.settle(round=round, keys=keys) == 0
    db.session.commit()
    assert factories.live(round) == [("4",)]
    assert queries.turnout_by_ward(round, keys) == {voter.area_id: 2}
    assert tables.marked_by_ward(round) == {voter.area_id: 1}


def test_a_posted_paper_of_somebody_who_voted_online_is_set_aside(
    world: World, round: Round, post: Venue, keys: Path
) -> None:
    voter = factories.admit(round, keys, **JO)
    factories.cast(round, keys, voter, "1")
    with pytest.raises(Refused, match="Set it aside"):
        papers.mark(world, round, keys, post)
    db.session.rollback()
    tables.set_aside(round=round, venue=post, reason=WhySetAside.VOTED_ONLINE, by=world.officer)
    db.session.commit()
    counts = paper_queries.accounting(round)[0]
    assert (counts.set_aside, counts.marked) == (1, 0)
    assert factories.live(round) == [("1",)]


def test_a_mark_and_a_ballot_are_never_written_together(
    world: World, round: Round, hall: Venue, keys: Path, count_queries: QueryCounter
) -> None:
    """Side by side, the two rows would say whose the vote was that the paper replaced."""
    voter = factories.admit(round, keys, **JO)
    factories.cast(round, keys, voter, "1")
    count_queries.reset()
    papers.mark(world, round, keys, hall)
    assert {"roll", "roll_mark"} == tables_written(count_queries)
    count_queries.reset()
    assert tables.settle(round=round, keys=keys) == 1
    db.session.commit()
    assert tables_written(count_queries) == {"ballot"}


def tables_written(counter: QueryCounter) -> set[str]:
    wrote = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
    return {found[1] for s in counter.statements if (found := wrote.match(s))}


def test_a_posted_paper_is_final_too(
    world: World, round: Round, post: Venue, hall: Venue, keys: Path
) -> None:
    papers.mark(world, round, keys, post)
    with pytest.raises(Refused, match="voted on paper already"):
        papers.mark(world, round, keys, hall)


def test_father_and_son_of_one_name_vote_once_each(
    world: World, round: Round, hall: Venue, keys: Path
) -> None:
    papers.mark(world, round, keys, hall, age_band="25")
    papers.mark(world, round, keys, hall, age_band="55")
    assert len(paper_queries.list_marked(round)) == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [({"postcode": "ZZ9 1AA"}, "postcode"), ({"postcode": "K1A0B1"}, "postcode")],
)
def test_somebody_from_elsewhere_is_refused(
    world: World, round: Round, hall: Venue, keys: Path, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        papers.mark(world, round, keys, hall, **values)
    assert refused.value.field == field


def test_a_round_sealed_without_tables_has_none(world: World, keys: Path) -> None:
    round = factories.open_round(world, guards={"methods": ["email"]})
    venue = papers.make_venue(world, round)
    with pytest.raises(Refused, match="no voting at tables"):
        papers.mark(world, round, keys, venue)
    db.session.rollback()
    factories.close(round)
    with pytest.raises(Refused, match="no voting at tables"):
        papers.open_batch(world, round, venue, 1)


def test_what_was_set_aside_is_among_the_returned(
    world: World, round: Round, post: Venue, keys: Path
) -> None:
    tables.set_aside(round=round, venue=post, reason=WhySetAside.NOT_ELIGIBLE, by=world.officer)
    papers.mark(world, round, keys, post)
    factories.close(round)
    papers.open_batch(world, round, post, 1)
    assert paper_queries.accounting(round)[0].misses_returns
    papers.open_batch(world, round, post, 1, issued=2, returned=1)
    assert not paper_queries.accounting(round)[0].misses_returns

"""From a box of papers to ballots: declared, read twice, settled, checked, accepted once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.ballots.models import Ballot, Channel
from pbapp.ballots.paper import queries
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import Act, BatchKind, PaperBatch, PaperChannel, PaperEntry, Venue
from pbapp.boards.models import Membership
from pbapp.db import db
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from pbapp.results import freezing, reckoning
from pbapp.results import services as results
from pbapp.rounds.models import Profile, Round
from tests.ballots import factories, papers
from tests.world import World

PILE = ["1", "1 2", "2", "x", "1 6"]


@pytest.fixture
def round(world: World) -> Round:
    return factories.open_round(world)


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def hall(world: World, round: Round) -> Venue:
    venue = papers.make_venue(world, round)
    factories.close(round)
    return venue


@pytest.fixture
def third(world: World) -> Account:
    return papers.third_officer(world)


@pytest.fixture
def batch(world: World, round: Round, hall: Venue) -> PaperBatch:
    return papers.open_batch(world, round, hall, len(PILE))


def read_by_two(world: World, round: Round, batch: PaperBatch) -> None:
    papers.key(round, batch, world.officer, PILE)
    papers.key(round, batch, world.second_officer, PILE)


def accept(world: World, round: Round, batch: PaperBatch, keys: Path, note: str = "Snow") -> int:
    number = paper.accept(round=round, batch=batch, keys=keys, by=world.officer, note=note)
    db.session.commit()
    return number


def refused(**arguments: object) -> str:
    call = arguments.pop("call")
    with pytest.raises(Refused) as found:
        call(**arguments)  # type: ignore[operator]
    db.session.rollback()
    return found.value.message


def test_no_box_is_opened_before_voting_closes(world: World, round: Round) -> None:
    venue = papers.make_venue(world, round)
    with pytest.raises(Refused, match="when voting has closed"):
        papers.open_batch(world, round, venue, 10)


@pytest.mark.parametrize(
    "counts", [{"issued": 11}, {"issued": 9}, {"spoiled": 1}, {"issued": 9, "spoiled": -1}]
)
def test_what_was_declared_has_to_add_up(
    world: World, round: Round, hall: Venue, counts: dict[str, int]
) -> None:
    given = {"issued": 10, "spoiled": 0, "returned": 0, **counts}
    values = {"round": round, "venue": hall, "kind": BatchKind.PAPERS, "used": 10, **given}
    assert refused(call=paper.open_batch, by=world.officer, **values)


def test_two_readings_that_agree_become_ballots_once(
    world: World, round: Round, batch: PaperBatch, third: Account, keys: Path
) -> None:
    read_by_two(world, round, batch)
    papers.check_sample(round, batch, third)
    assert factories.live(round) == []
    assert accept(world, round, batch, keys) == 4
    assert accept(world, round, batch, keys) == 0
    assert factories.live(round) == [("1",), ("1", "2"), ("1", "6"), ("2",)]
    rows = list(db.session.scalars(select(Ballot)))
    assert {row.channel for row in rows} == {Channel.PAPER}
    assert {row.assurance for row in rows} == {3}
    assert queries.accepted_papers(round) == queries.paper_ballots(round) == 4
    verbs = [event.verb for event in db.session.scalars(select(Event).order_by(Event.number))]
    assert verbs[-3:] == ["paper.batch_opened", "paper.sample_drawn", "paper.accepted"]


def test_the_database_itself_refuses_a_paper_that_counts_twice(
    world: World,
    round: Round,
    batch: PaperBatch,
    third: Account,
    keys: Path,
) -> None:
    """Whatever the code forgets to ask."""
    read_by_two(world, round, batch)
    papers.check_sample(round, batch, third)
    accept(world, round, batch, keys)
    batch.accepted_at = batch.accepted_by_id = None
    db.session.commit()
    with pytest.raises(IntegrityError):
        accept(world, round, batch, keys)
    db.session.rollback()
    assert len(factories.live(round)) == 4


def test_one_person_cannot_enter_both_copies(world: World, round: Round, batch: PaperBatch) -> None:
    papers.key(round, batch, world.officer, ["1"])
    paper.key_paper(round=round, batch=batch, serial=1, typed="1", by=world.officer)  # twice
    assert len(list(db.session.scalars(select(PaperEntry)))) == 1
    values = {"round": round, "batch": batch, "serial": 1, "by": world.officer}
    assert "Another person" in refused(call=paper.key_paper, typed="2", **values)
    db.session.add(
        PaperEntry(batch_id=batch.id, serial=1, copy=2, keyed_by_id=world.officer.id, content="{}")
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_nothing_is_accepted_before_it_is_whole(
    world: World, round: Round, batch: PaperBatch, third: Account, keys: Path
) -> None:
    values = {"round": round, "batch": batch, "keys": keys, "by": world.officer, "note": "Snow"}
    papers.key(round, batch, world.officer, PILE)
    papers.key(round, batch, world.second_officer, PILE[:-1])
    assert "read by two people" in refused(call=paper.accept, **values)
    paper.key_paper(round=round, batch=batch, serial=5, typed="3", by=world.second_officer)
    db.session.commit()
    assert "in doubt" in refused(call=paper.accept, **values)
    again = {"round": round, "batch": batch, "serial": 5, "typed": "1 6"}
    for reader in (world.officer, world.second_officer):
        assert "third person" in refused(call=paper.resolve, by=reader, **again)
    paper.resolve(by=third, **again)
    db.session.commit()
    assert "sample" in refused(call=paper.accept, **values)
    papers.check_sample(round, batch, third)
    assert "Say why" in refused(call=paper.accept, **{**values, "note": ""})
    assert "voting lead" in refused(call=paper.accept, **{**values, "by": third})
    assert accept(world, round, batch, keys) == 4


def test_the_sample_is_not_checked_by_its_readers_and_a_fault_goes_to_a_third(
    world: World, round: Round, batch: PaperBatch, third: Account, keys: Path
) -> None:
    read_by_two(world, round, batch)
    serial = paper.draw_sample(round=round, batch=batch, by=world.officer)[0]
    assert paper.draw_sample(round=round, batch=batch, by=third) == [serial]
    db.session.commit()
    values = {"round": round, "batch": batch, "serial": serial, "agrees": False}
    assert "already" in refused(call=paper.reread, by=world.officer, **values)
    paper.reread(by=third, **values)
    db.session.commit()
    assert [p.serial for p in papers.progress(batch).doubted] == [serial]
    paper.resolve(round=round, batch=batch, serial=serial, typed="3", by=third)
    db.session.commit()
    assert accept(world, round, batch, keys) in (4, 5)
    assert ("3",) in factories.live(round)


def test_somebody_with_a_project_in_the_vote_reads_no_paper(
    world: World, round: Round, batch: PaperBatch, third: Account
) -> None:
    db.session.add(Member(organisation=world.group, account_id=third.id, role=MemberRole.MEMBER))
    db.session.commit()
    values = {"round": round, "batch": batch, "serial": 1, "typed": "1", "by": third}
    assert "others have to read" in refused(call=paper.key_paper, **values)
    papers.key(round, batch, world.officer, ["1"])
    papers.key(round, batch, world.second_officer, ["2"])
    assert "Somebody else" in refused(call=paper.resolve, **values)


@pytest.mark.faults(26)
def test_an_officer_removed_midway_leaves_the_batch_open(
    world: World, round: Round, batch: PaperBatch, third: Account, keys: Path
) -> None:
    papers.key(round, batch, world.officer, PILE)
    papers.key(round, batch, world.second_officer, PILE[:2])
    for membership in db.session.scalars(
        select(Membership).where(Membership.account_id == world.second_officer.id)
    ):
        db.session.delete(membership)
    db.session.commit()
    values = {"round": round, "batch": batch, "serial": 3, "typed": "2"}
    assert "Only officers" in refused(call=paper.key_paper, by=world.second_officer, **values)
    assert batch.is_open
    assert factories.live(round) == []
    with pytest.raises(Refused, match="still open"):
        results.may_be_counted(round)
    for serial in (3, 4, 5):  # somebody else goes on where they stopped
        paper.key_paper(round=round, batch=batch, serial=serial, typed=PILE[serial - 1], by=third)
    db.session.commit()
    assert papers.progress(batch).is_whole


def test_a_batch_is_opened_again_or_voided_by_two_people_with_a_reason(
    world: World, round: Round, batch: PaperBatch, third: Account, keys: Path
) -> None:
    read_by_two(world, round, batch)
    papers.check_sample(round, batch, third)
    accept(world, round, batch, keys)
    ask = {"round": round, "batch": batch, "by": world.officer}
    assert "Say why" in refused(call=paper.ask_for, act=Act.REOPEN, reason=" ", **ask)
    paper.ask_for(act=Act.REOPEN, reason="A paper was torn", **ask)
    db.session.commit()
    agree = {"round": round, "batch": batch, "keys": keys}
    assert "second person" in refused(call=paper.agree_to, by=world.officer, **agree)
    assert len(factories.live(round)) == 4
    paper.agree_to(by=world.second_officer, **agree)
    db.session.commit()
    assert factories.live(round) == []
    for reader in (world.officer, world.second_officer):
        paper.read_again(round=round, batch=batch, serial=1, by=reader)
        paper.key_paper(round=round, batch=batch, serial=1, typed="3", by=reader)
    db.session.commit()
    papers.check_sample(round, batch, third)
    assert accept(world, round, batch, keys) == 4
    assert ("3",) in factories.live(round)
    paper.ask_for(act=Act.VOID, reason="The box was not sealed", **ask)
    paper.agree_to(by=third, **agree)
    db.session.commit()
    assert factories.live(round) == []
    assert "void" in refused(call=paper.ask_for, act=Act.REOPEN, reason="No", **ask)
    results.may_be_counted(round)


def test_after_the_count_no_paper_comes_or_goes(
    world: World, round: Round, batch: PaperBatch, hall: Venue, third: Account, keys: Path
) -> None:
    read_by_two(world, round, batch)
    papers.check_sample(round, batch, third)
    accept(world, round, batch, keys)
    profile = results.freeze(round=round, by_ward={}, actor="test")
    db.session.commit()
    assert profile.ballots == 4
    values = {"round": round, "batch": batch, "by": third}
    said = refused(call=paper.ask_for, act=Act.VOID, reason="Late", **values)
    assert "sealed for the count" in said
    with pytest.raises(Refused, match="sealed for the count"):
        papers.open_batch(world, round, hall, 3)


# --- totals of signed sheets -----------------------------------------------------------------


@pytest.fixture
def small(world: World) -> Round:
    return factories.open_round(world, guards={"profile": Profile.SMALL})


@pytest.fixture
def sheets(world: World, small: Round) -> Venue:
    venue = papers.make_venue(world, small)
    factories.close(small)
    return venue


def test_totals_of_signed_sheets_count_and_are_declared(
    world: World, small: Round, sheets: Venue, third: Account, keys: Path
) -> None:
    young = papers.make_venue(world, small, "Card site", PaperChannel.PARTNER)
    for venue, totals in ((sheets, {"1": 3, "2": 7}), (young, {"2": 4, "3": 1})):
        batch = papers.open_batch(world, small, venue, 8, BatchKind.TOTALS)
        for reader in (world.officer, world.second_officer):
            values = {"round": small, "batch": batch, "by": reader}
            paper.key_totals(totals=totals, **values)
        accept(world, small, batch, keys)
    found = results.freeze(round=small, by_ward={}, actor="test")
    [counted] = results.count(round=found.round, actor="test")
    db.session.commit()
    assert found.ballots == 16
    assert "16 of these rows stand for papers" in freezing.unpack(found).decode()
    assert reckoning.reckon_other(official=counted) is None
    votes = {row.project_key: row.votes for row in counted.allocations}
    assert votes == {"1": 3, "2": 11, "3": 1, "4": 0, "5": 0, "6": 0}
    assert [(d.channel, d.papers) for d in queries.declared_totals(small)] == [
        (PaperChannel.HALL, 8),
        (PaperChannel.PARTNER, 8),
    ]


def test_totals_that_differ_go_to_a_third_person(
    world: World, small: Round, sheets: Venue, third: Account
) -> None:
    batch = papers.open_batch(world, small, sheets, 8, BatchKind.TOTALS)
    for reader, votes in ((world.officer, 3), (world.second_officer, 4)):
        paper.key_totals(round=small, batch=batch, totals={"1": votes}, by=reader)
    db.session.commit()
    assert not papers.progress(batch).is_ready
    paper.resolve(round=small, batch=batch, serial=0, totals={"1": 4}, by=third)
    db.session.commit()
    assert papers.progress(batch).is_ready


def test_tally_sheets_are_for_small_rounds(
    world: World, round: Round, hall: Venue, keys: Path
) -> None:
    """A partner's own vote may be declared in a round of any size."""
    with pytest.raises(Refused, match="for small rounds"):
        papers.open_batch(world, round, hall, 8, BatchKind.TOTALS)
    db.session.rollback()
    partner = papers.make_venue(world, round, "Card site", PaperChannel.PARTNER)
    assert papers.open_batch(world, round, partner, 8, BatchKind.TOTALS).number == 1


def test_totals_are_for_counts_that_only_add_up(world: World) -> None:
    rule = {"name": "equalshares", "completion": "none"}
    round = factories.open_round(world, rule=rule, guards={"profile": Profile.SMALL})
    venue = papers.make_venue(world, round)
    factories.close(round)
    with pytest.raises(Refused, match="needs every paper"):
        papers.open_batch(world, round, venue, 8, BatchKind.TOTALS)

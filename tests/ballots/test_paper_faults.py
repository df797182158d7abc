"""Faults 25 and 26: table and phone at the same moment; an officer removed is in test_paper."""

from __future__ import annotations

from collections import Counter

import pytest

from pbapp.accounts.models import Account
from pbapp.ballots import services
from pbapp.ballots.models import Channel
from pbapp.ballots.paper import queries, tables
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import PaperChannel
from pbapp.db import db
from pbapp.refusal import Refused
from tests.ballots import factories, papers
from tests.ballots.boxes import Box, at_once

PEOPLE = 6


@pytest.mark.faults(25)
def test_table_and_phone_at_once_leave_one_live_ballot(box: Box) -> None:
    slug = box.open_round()
    names = ["Ada Bell", "Bo Bell", "Cy Bell", "Di Bell", "Ed Bell", "Fi Bell"]
    voters = [box.admit(slug, name=name, email=f"{name[:2]}@example.org") for name in names]
    officer = box.world.officer
    with box.writing():
        round = box.round(slug)
        venue_id = paper.add_venue(
            round=round, by=officer, name="Hall", channel=PaperChannel.HALL
        ).id
        db.session.commit()

    def mark(name: str) -> None:
        with box.writing():
            round = box.round(slug)
            venue = db.session.get_one(paper.Venue, venue_id)
            details = papers.person(name)
            tables.mark(round=round, keys=box.keys, venue=venue, details=details, by=officer)
            db.session.commit()

    works = [lambda name=name: mark(name) for name in names]
    works += [lambda voter=voter: box.cast(slug, voter, "1") for voter in voters]
    gave = at_once(works)
    assert all(got is None for got in gave[:PEOPLE]), gave
    assert all(isinstance(got, services.Sent | services.VotedOnPaper) for got in gave[PEOPLE:])
    for voter in voters:  # and none of them votes online after that
        again = at_once([lambda voter=voter: box.cast(slug, voter, "2")])[0]
        assert isinstance(again, services.VotedOnPaper)
    with box.writing():
        tables.settle(round=box.round(slug), keys=box.keys)
        db.session.commit()
    assert box.live(slug) == []
    with box.writing():
        round = box.round(slug)
        factories.close(round)
    _count_the_papers(box, slug, venue_id)
    assert Counter(row.channel for row in box.rows(slug) if row.is_live) == {Channel.PAPER: PEOPLE}


def test_accepted_by_eight_at_once_a_batch_counts_once(box: Box) -> None:
    slug = box.open_round()
    officer, second = box.world.officer, box.world.second_officer
    pile = ["1", "2", "1 2"]
    with box.writing():
        round = box.round(slug)
        venue = papers.make_venue(box.world, round)
        factories.close(round)
        batch = papers.open_batch(box.world, round, venue, len(pile))
        for reader in (officer, second):
            papers.key(round, batch, reader, pile)
        papers.check_sample(round, batch, papers.third_officer(box.world))

    def accept() -> int:
        with box.writing():
            round = box.round(slug)
            found = queries.find_batch(round, 1)
            assert found is not None
            done = paper.accept(round=round, batch=found, keys=box.keys, by=officer, note="Snow")
            db.session.commit()
            return done

    assert sorted(at_once([accept] * 8)) == [0] * 7 + [len(pile)]
    assert box.live(slug) == [("1",), ("1", "2"), ("2",)]


def test_one_paper_read_by_many_at_once_is_read_twice_by_two(box: Box) -> None:
    slug = box.open_round()
    officer, second = box.world.officer, box.world.second_officer
    with box.writing():
        round = box.round(slug)
        venue = papers.make_venue(box.world, round)
        factories.close(round)
        papers.open_batch(box.world, round, venue, 1)

    def read(by: Account, typed: str) -> None:
        with box.writing():
            round = box.round(slug)
            batch = queries.find_batch(round, 1)
            assert batch is not None
            paper.key_paper(round=round, batch=batch, serial=1, typed=typed, by=by)
            db.session.commit()

    works = [lambda n=n: read(officer, str(n)) for n in (1, 2, 3)]
    gave = at_once(works + [lambda n=n: read(second, str(n)) for n in (1, 2, 3)])
    assert gave.count(None) == 2
    assert all(got is None or isinstance(got, Refused) for got in gave), gave
    with box.writing():
        batch = queries.find_batch(box.round(slug), 1)
        assert batch is not None
        found = queries.progress_of(batch).papers[1]
        assert {entry.keyed_by_id for entry in found.entries} == {officer.id, second.id}
        assert [entry.copy for entry in found.entries] == [1, 2]


def _count_the_papers(box: Box, slug: str, venue_id: int) -> None:
    with box.writing():
        round, world = box.round(slug), box.world
        venue = db.session.get_one(paper.Venue, venue_id)
        batch = papers.open_batch(world, round, venue, PEOPLE)
        for reader in (world.officer, world.second_officer):
            papers.key(round, batch, reader, ["1"] * PEOPLE)
        third = papers.third_officer(world)
        papers.check_sample(round, batch, third)
        paper.accept(round=round, batch=batch, keys=box.keys, by=world.officer)
        db.session.commit()

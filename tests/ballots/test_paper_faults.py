"""Faults 25 and 26: table and phone at the same moment; an officer removed is in test_paper."""

from __future__ import annotations

from collections import Counter

from pbapp.ballots import paper, services, tables
from pbapp.ballots.models import Channel
from pbapp.ballots.paper_models import PaperChannel
from pbapp.db import db
from tests.ballots import factories, papers
from tests.ballots.boxes import Box, at_once

PEOPLE = 6


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

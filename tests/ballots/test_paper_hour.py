"""Three people, one of them with a project in the vote, 300 papers: read out within the hour.

What people do is counted step by step; seconds a step are taken from the keystroke-level model
(Card, Moran and Newell, 1983) or, where it has none, from what a slow first-timer needs:

- K, one key: 0.5 s (their "average non-secretary" needs 0.28 s)
- P, take the next paper, see its number and its crosses: 4 s
- B, find and press a button, or read one line and decide: 5 s
- S, the app keeps what was sent and shows the next page: 1 s, on a slow line and a slow machine

1. All empty the box, shuffle, count, open the batch: 10 minutes by the clock.
2. C numbers the papers, two piles ahead of the readers: beside the reading, no time of its own.
3. A and B read 300 papers each, at the same time, swapping piles after 150. A paper is P, its
   keys and Enter at K each, and S: about 43 minutes.
4. C settles what A and B read differently, 2 papers in 100. A paper is P, two B and its keys:
   under 2 minutes.
5. C checks the sample of 15. A paper is P and B: about 2 minutes.
6. A accepts, starts the count and opens the result, six B: half a minute.
7. What the app does by itself after the reading has a minute. It needs seconds.

No clock is read here: that the app keeps to its part is that what it asks of the database for a
paper is little, and no more for the last paper than for the first.

Together about 58 minutes. C has a project in the vote, so C reads no paper in and settles nothing
that is about that project; of the differences here none is. A is a voting lead, B a trained counter
from outside the council, as the standard profile allows.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from pbapp.ballots.models import Ballot
from pbapp.ballots.paper import queries
from pbapp.ballots.paper import services as paper
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.organisations.models import Member, MemberRole
from pbapp.proposals.models import Proposal
from pbapp.results import services as results
from tests.ballots import factories, papers
from tests.client import Browser, QueryCounter
from tests.desk.test_decide import token_of
from tests.world import World

K, P, B, S = 0.5, 4.0, 5.0, 1.0
PAPERS, WRONG = 300, 6
OPENING, BY_ITSELF = 10 * 60, 60


def pile() -> list[str]:
    """300 papers of one to four crosses among 24 projects."""
    draw = random.Random(300)
    picks = [draw.sample(range(2, 25), draw.randint(1, 4)) for _ in range(PAPERS)]
    return [" ".join(map(str, sorted(pick))) for pick in picks]


def seconds_to_read(typed: str) -> float:
    return P + (len(typed) + 1) * K + S  # its keys and Enter


@pytest.fixture
def box(app: Flask, world: World):
    """An hour's work set out: a closed round of 24 projects, the first of them C's own."""
    round = factories.open_round(world, costs=[1_000_00] * 24)
    third = papers.third_officer(world)
    own = db.session.scalar(select(Proposal).where(Proposal.number == 1))
    assert own is not None
    for other in db.session.scalars(select(Proposal).where(Proposal.number > 1)):
        other.organisation_id = None
    db.session.add(Member(organisation=world.group, account_id=third.id, role=MemberRole.MEMBER))
    venue = papers.make_venue(world, round)
    factories.close(round)
    return round, papers.open_batch(world, round, venue, PAPERS), third


def test_300_papers_are_read_out_within_the_hour(
    app: Flask, world: World, officer: Browser, box: tuple, count_queries: QueryCounter
) -> None:
    round, batch, third = box
    keys: Path = app.extensions["pbapp"].keys
    read = pile()
    first = _queries_of_a_paper(officer, 1, read[0], count_queries)
    papers.key(round, batch, papers.third_officer(world, Role.COUNTER), read)
    misread = {n * 40: "9" if read[n * 40 - 1] != "9" else "8" for n in range(1, WRONG + 1)}
    for serial, typed in list(enumerate(read, 1))[1:-1]:
        typed = misread.get(serial, typed)
        paper.key_paper(round=round, batch=batch, serial=serial, typed=typed, by=world.officer)
    db.session.commit()
    assert _queries_of_a_paper(officer, PAPERS, read[-1], count_queries) <= first <= 40

    count_queries.reset()
    doubted = papers.progress(batch).doubted
    assert [p.serial for p in doubted] == sorted(misread)
    for found in doubted:
        typed = read[found.serial - 1]
        paper.resolve(round=round, batch=batch, serial=found.serial, typed=typed, by=third)
    papers.check_sample(round, batch, third)
    note = "The list was kept on paper."
    assert paper.accept(round=round, batch=batch, keys=keys, by=world.officer, note=note) == 300
    results.freeze(round=round, by_ward={}, actor="test")
    results.count(round=round, actor="test")
    db.session.commit()
    assert count_queries.number < PAPERS

    assert len(list(db.session.scalars(select(Ballot.id)))) == queries.accepted_papers(round) == 300
    reading = sum(seconds_to_read(typed) for typed in read)
    settling = sum(P + 2 * B + (len(read[n - 1]) + 1) * K for n in misread)
    checking = 15 * (P + B)
    whole = OPENING + reading + settling + checking + 6 * B + BY_ITSELF
    assert whole < 60 * 60, whole


def _queries_of_a_paper(officer: Browser, serial: int, typed: str, count: QueryCounter) -> int:
    """What the app asks from Enter to the next paper: the send and the page after it."""
    address = "/desk/rounds/small-grants/paper/batches/1/key"
    token = token_of(officer.get(address))
    data = {"csrf_token": token, "serial": str(serial), "numbers": typed}
    count.reset()
    officer.post(address, data=data)
    officer.get(address)
    return count.number

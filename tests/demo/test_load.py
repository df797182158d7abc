"""The demo loads whole into an empty installation, on both databases."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from pbapp import clock
from pbapp.assets.models import Asset, AssetState
from pbapp.audit.queries import check_chain
from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.demo.load import load
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.results.models import Allocation, Count
from pbapp.rounds.queries import can_vote, current_round, find_round, list_rounds
from pbapp.rounds.words import state_words


def test_the_demo_loads_with_voting_open_and_last_year_counted(app: Flask) -> None:
    load("Europe/London", tell=lambda _words: None)
    db.session.commit()
    board = find_board("coatbridge")
    assert board is not None
    round = current_round(board)
    assert round is not None
    assert can_vote(round, clock.now())
    with app.test_request_context():
        assert state_words(round, clock.now()) == "Voting is open, 9 days left"
    assert len(list_rounds(board)) == 3
    on_ballot = select(func.count(), func.sum(Proposal.cost_pence)).where(
        Proposal.round_id == round.id, Proposal.state == ProposalState.ON_BALLOT
    )
    assert db.session.execute(on_ballot).one() == (40, 22_245_925)
    last = find_round("small-grants-last-year")
    assert last is not None
    count = db.session.scalar(select(Count).where(Count.round_id == last.id, Count.is_official))
    assert count is not None
    assert (count.total_cost, count.profile.ballots) == (4_985_000, 1200)
    won = select(func.count()).where(Allocation.count_id == count.id, Allocation.is_funded)
    assert db.session.scalar(won) == 8
    assert any(tie["by"] == "lot" and tie["decisive"] for tie in count.ties)
    waiting = select(func.count()).where(Asset.state == AssetState.WAITING)
    assert db.session.scalar(waiting) == 3
    assert check_chain().broken_at is None

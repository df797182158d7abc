"""Appraisers press at the same moment, each in a transaction of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from pbapp.accounts.models import Account
from pbapp.appraisal import services
from pbapp.appraisal.models import Answer, Check, Criterion, Dossier, Sheet
from pbapp.appraisal.services import Checked
from pbapp.db import db
from pbapp.proposals import queries as proposals
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from tests.appraisal.factories import LINK, an_appraiser, impartial
from tests.ballots.boxes import Box, at_once, box_on
from tests.proposals.factories import make_proposal
from tests.rounds.factories import make_round


@pytest.fixture(params=["sqlite", "postgresql"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    with box_on(request.param, tmp_path, lambda: request.getfixturevalue("postgresql")) as box:
        yield box


def act(
    box: Box, bid: int, who: UUID, verb: Callable[[Proposal, Account], Any]
) -> Callable[[], Any]:
    """One request: its own transaction, from its beginning to its commit."""

    def run() -> None:
        with box.writing():
            proposal, account = proposals.find(bid), db.session.get(Account, who)
            assert proposal is not None
            assert account is not None
            verb(proposal, account)
            db.session.commit()

    return run


def score(proposal: Proposal, by: Account) -> None:
    points = dict.fromkeys((1, 2, 3, 4), 3)
    services.send_scores(proposal=proposal, by=by, points=points, comment="")


def check(proposal: Proposal, by: Account) -> None:
    answers = {"fit": Checked(Answer.NO, f"Says {by.name}.")}
    services.answer_checks(proposal=proposal, by=by, version=0, answers=answers, link=LINK)


def test_each_scores_once_and_the_first_to_check_is_not_overwritten(box: Box) -> None:
    with box.writing():
        world = box.world_again()
        people = [an_appraiser(world, name) for name in ("Ada", "Ben")]
        bid = make_proposal(world, make_round(world))
        impartial(bid, *people)
        number, (ada, ben) = bid.id, [person.id for person in people]
    assert at_once([act(box, number, who, score) for who in (ada, ben, ada)]) == [None] * 3
    given = at_once([act(box, number, who, check) for who in (ada, ben, ada)])
    refused = [one for one in given if isinstance(one, Refused)]
    assert 1 <= len(refused) <= 2
    assert all("Somebody else saved something here" in str(one) for one in refused)
    with box.app.app_context():
        counted = [
            db.session.scalar(select(func.count()).select_from(table))
            for table in (Sheet, Criterion, Dossier, Check)
        ]
    assert counted == [2, 4, 1, 1]

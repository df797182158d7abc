"""Two officers press at the same moment, each in a transaction of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.decisions.models import Decision, Refusal
from pbapp.desk import services
from pbapp.proposals import deciding
from pbapp.proposals import queries as proposals
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round
from pbapp.rounds.sealing import digest
from tests.ballots.boxes import Box, at_once, box_on
from tests.proposals.factories import LINK, make_proposal, on_ballot
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    with box_on(request.param, tmp_path, lambda: request.getfixturevalue("postgresql")) as box:
        yield box


def set_up(box: Box, prepare: Callable[[World, Round], None]) -> None:
    """A round, one more moderator and one more voting lead."""
    with box.writing():
        world = box.world_again()
        for person, role in (
            (world.second_officer, Role.MODERATOR),
            (world.board_member, Role.VOTING_LEAD),
        ):
            db.session.add(
                Membership(
                    board_id=world.board.id, account_id=person.id, role=role, since=clock.now()
                )
            )
        db.session.commit()
        prepare(world, make_round(world))
        db.session.commit()


def act(box: Box, who: Account, verb: Callable[[Round, Account], Any]) -> Callable[[], Any]:
    """One request: its own transaction, from its beginning to its commit."""

    def run() -> Any:
        with box.writing():
            round = find_round("small-grants")
            account = db.session.get(Account, who.id)
            assert round is not None
            assert account is not None
            given = verb(round, account)
            db.session.commit()
            return given

    return run


def test_of_two_who_seal_at_once_one_does(box: Box) -> None:
    def prepare(world: World, round: Round) -> None:
        on_ballot(world, round)
        on_ballot(world, round)
        services.ask_to_seal(round=round, by=world.officer)

    set_up(box, prepare)
    world = box.world
    hashes = at_once(
        [
            act(box, who, lambda round, by: services.seal(round=round, by=by))
            for who in (world.second_officer, world.board_member)
        ]
    )
    (found,) = [one for one in hashes if isinstance(one, str)]
    (refused,) = [one for one in hashes if not isinstance(one, str)]
    assert isinstance(refused, Refused)
    with box.app.app_context():
        round = find_round("small-grants")
        assert round is not None
        assert round.config is not None
        assert round.config_hash == found == digest(round.config)


def the_proposal(round: Round) -> Proposal:
    proposal = proposals.find_by_number(round, 1)
    assert proposal is not None
    return proposal


def test_of_two_who_decide_at_once_one_does(box: Box) -> None:
    set_up(box, lambda world, round: make_proposal(world, round) and None)

    def approve(round: Round, by: Account) -> str:
        proposal = the_proposal(round)
        deciding.put_on_ballot(proposal=proposal, by=by, version=1, link=LINK)
        return "approved"

    def send_back(round: Round, by: Account) -> str:
        proposal = the_proposal(round)
        deciding.return_for_changes(
            proposal=proposal, by=by, version=1, reason="Add it up.", link=LINK
        )
        return "returned"

    world = box.world
    given = at_once([act(box, world.officer, approve), act(box, world.second_officer, send_back)])
    (done,) = [one for one in given if isinstance(one, str)]
    (refused,) = [one for one in given if not isinstance(one, str)]
    assert isinstance(refused, Refused)
    with box.app.app_context():
        decision = db.session.query(Decision).one()
        assert decision.outcome.value == done


def test_numbers_given_at_once_are_different(box: Box) -> None:
    set_up(box, lambda world, round: None)

    def send_in(title: str) -> Callable[[Round, Account], int]:
        def verb(round: Round, by: Account) -> int:
            return make_proposal(box.world_again(), round, title=title).number

        return verb

    member = box.world.group_member
    given = at_once([act(box, member, send_in(f"Idea {n}")) for n in range(4)])
    assert sorted(given) == [1, 2, 3, 4]


def test_a_refusal_is_asked_for_once_and_agreed_to_once(box: Box) -> None:
    set_up(box, lambda world, round: make_proposal(world, round) and None)
    world = box.world

    def ask(round: Round, by: Account) -> str:
        deciding.ask_to_refuse(proposal=the_proposal(round), by=by, version=1, reason="Too late.")
        return "asked"

    given = at_once([act(box, who, ask) for who in (world.officer, world.second_officer)])
    assert sorted(type(one).__name__ for one in given) == ["Refused", "str"]

    def agree(round: Round, by: Account) -> str:
        refusal = db.session.query(Refusal).one()
        deciding.agree_to_refuse(proposal=the_proposal(round), refusal=refusal, by=by, link=LINK)
        return "agreed"

    def approve(round: Round, by: Account) -> str:
        deciding.put_on_ballot(proposal=the_proposal(round), by=by, version=1, link=LINK)
        return "approved"

    acts = [
        (who, verb) for who in (world.officer, world.second_officer) for verb in (agree, approve)
    ]
    given = at_once([act(box, who, verb) for who, verb in acts])
    assert [one for one in given if isinstance(one, str)] == ["agreed"]
    with box.app.app_context():
        assert db.session.query(Decision).one().outcome.value == "refused"
        assert db.session.query(Refusal).one().decision_id is not None

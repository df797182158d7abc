"""A round whose ballots are sealed and counted, straight into the tables of the log."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots.closing import queries as closing
from pbapp.ballots.closing import services
from pbapp.ballots.log import hashing
from pbapp.ballots.log import services as log_services
from pbapp.ballots.log.models import BallotBatch, BatchKind, SealedLeaf
from pbapp.ballots.models import Ballot
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.results import freezing
from pbapp.results import services as results
from pbapp.results.models import Count
from pbapp.rounds.models import Round
from tests.ballots import factories
from tests.world import World


def seal_log(round: Round, *sizes: int) -> None:
    """Batches of these sizes, and the rest in the closing one."""
    leaves = sorted(db.session.scalars(select(Ballot.leaf).where(Ballot.round_id == round.id)))
    previous, total = round.config_hash or "", 0
    for n, size in enumerate([*sizes, len(leaves) - sum(sizes)], 1):
        part, kind = leaves[total : total + size], BatchKind.CHECKPOINT
        if n > len(sizes):
            kind = BatchKind.CLOSE
        total += size
        root, day = hashing.merkle_root(part), clock.today()
        head = hashing.head(previous, root, size, total, day, kind.value)
        batch = BallotBatch(
            round_id=round.id,
            n=n,
            previous_head=previous,
            root=root,
            size=size,
            total=total,
            day=day,
            kind=kind,
            head=head,
        )
        db.session.add(batch)
        db.session.flush()
        db.session.add_all(SealedLeaf(leaf=leaf, round_id=round.id, batch_n=n) for leaf in part)
        previous = head
    db.session.commit()


def vote_all(round: Round, keys: Path, votes: int = 13) -> list[Any]:
    """People vote; the first one changes their mind once. Gives the last receipts."""
    ballots = [("1", "2"), ("2",), ("3", "1"), ("4",), ("2", "6")]
    voters = [factories.admit(round, keys) for _ in range(votes)]
    factories.cast(round, keys, voters[0], "5")
    return [
        factories.cast(round, keys, voter, *ballots[number % len(ballots)])
        for number, voter in enumerate(voters)
    ]


def count(round: Round, keys: Path) -> Count:
    by_ward = freezing.people_by_ward(round, keys)
    by_fifth = freezing.people_by_fifth(round, keys)
    profile = results.freeze(round=round, by_ward=by_ward, by_fifth=by_fifth, actor="test")
    made = results.count(round=profile.round, actor="test")[0]
    db.session.commit()
    return made


def counted(world: World, app: Flask, *, votes: int = 13, **values: Any) -> Round:
    """Voting is over, the log is shut, the votes are counted; nobody has certified yet."""
    keys = app.extensions["pbapp"].keys
    round = factories.open_round(world, **values)
    vote_all(round, keys, votes)
    factories.close(round)
    log_services.seal_close(round=round, keys=keys)
    count(round, keys)
    return round


def confirm(round: Round, by: Account) -> None:
    """One person confirms what stands there now."""
    facts = closing.facts_of(round)
    assert facts is not None
    services.certify(round=round, by=by, seen=closing.digest_of(facts))
    db.session.commit()


def certify(world: World, round: Round) -> None:
    confirm(round, world.officer)
    confirm(round, world.second_officer)


def trained(world: World, role: Role = Role.COUNTER, name: str = "Cara Counter") -> Account:
    """Somebody else with one role on the board."""
    account = Account(
        email=f"{secrets.token_hex(4)}@example.org", name=name, created_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    db.session.add(
        Membership(board_id=world.board.id, account_id=account.id, role=role, since=clock.now())
    )
    db.session.commit()
    return account

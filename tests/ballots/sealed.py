"""A round whose ballots are sealed and counted, straight into the tables of the log."""

from __future__ import annotations

import secrets
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import services as ballots
from pbapp.ballots.closing import queries as closing
from pbapp.ballots.closing import services
from pbapp.ballots.log import hashing
from pbapp.ballots.log import services as log_services
from pbapp.ballots.log.models import BallotBatch, BatchKind, SealedLeaf
from pbapp.ballots.models import Ballot, Voter, random_id
from pbapp.ballots.roll import services as roll
from pbapp.ballots.vote import ticked
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.results import freezing
from pbapp.results import services as results
from pbapp.results.models import Count
from pbapp.rounds.models import Connection, Method, Round
from tests.ballots import factories
from tests.world import World

# The first is changed for the second; then it goes round.
CHOSEN = [("5",), ("1", "2"), ("2",), ("3", "1"), ("4",), ("2", "6")]


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
    first, *chosen = CHOSEN
    voters = [factories.admit(round, keys) for _ in range(votes)]
    factories.cast(round, keys, voters[0], *first)
    return [
        factories.cast(round, keys, voter, *chosen[number % len(chosen)])
        for number, voter in enumerate(voters)
    ]


def vote_quickly(round: Round, keys: Path, votes: int = 13) -> None:
    """The same votes, of people whom nothing is known of, all in the box at one moment."""
    roll.open_key(round=round, keys=keys)
    voters = [
        {
            "id": random_id(),
            "round_id": round.id,
            "method": Method.EMAIL,
            "assurance": 1,
            "connection": Connection.LIVE,
            "area_id": round.round_areas[0].area_id,
            "contact_digest": secrets.token_hex(32),
        }
        for _ in range(votes)
    ]
    db.session.execute(insert(Voter), voters)
    for people, first in ((1, 0), (votes, 1)):
        sendings = [
            ballots.Sending(voter["id"], ticked(chosen), secrets.token_hex(16), clock.now())
            for voter, chosen in zip(voters[:people], cycle(CHOSEN[first:]), strict=False)
        ]
        ballots.cast_together(round=round, keys=keys, sendings=sendings)
        db.session.commit()


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
    vote_quickly(round, keys, votes)
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

"""Places and batches of papers for tests, and two people who read them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots.paper import queries, tables
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.models import BatchKind, PaperBatch, PaperChannel, Venue
from pbapp.ballots.paper.tables import Details
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.rounds.models import Connection, Round
from tests.world import World


def third_officer(world: World, role: Role = Role.CLERK) -> Account:
    """A trained counter beside the two voting leads."""
    account = Account(
        email=f"third{secrets.token_hex(4)}@example.org", name="Thea Third", created_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    db.session.add(
        Membership(board_id=world.board.id, account_id=account.id, role=role, since=clock.now())
    )
    db.session.commit()
    return account


def make_venue(
    world: World,
    round: Round,
    name: str = "Dunbeth Hall",
    channel: PaperChannel = PaperChannel.HALL,
    **values: Any,
) -> Venue:
    venue = paper.add_venue(round=round, by=world.officer, name=name, channel=channel, **values)
    db.session.commit()
    return venue


def open_batch(
    world: World,
    round: Round,
    venue: Venue,
    used: int,
    kind: BatchKind = BatchKind.PAPERS,
    **counts: int,
) -> PaperBatch:
    given = {"issued": used, "spoiled": 0, "returned": 0, **counts}
    batch = paper.open_batch(
        round=round, venue=venue, kind=kind, used=used, by=world.officer, **given
    )
    db.session.commit()
    return batch


def key(round: Round, batch: PaperBatch, by: Account, papers: Sequence[str]) -> None:
    """One person reads a pile from the top."""
    for serial, typed in enumerate(papers, 1):
        paper.key_paper(round=round, batch=batch, serial=serial, typed=typed, by=by)
    db.session.commit()


def check_sample(round: Round, batch: PaperBatch, by: Account) -> None:
    for serial in paper.draw_sample(round=round, batch=batch, by=by):
        paper.reread(round=round, batch=batch, serial=serial, agrees=True, by=by)
    db.session.commit()


def person(name: str, **values: Any) -> Details:
    given: Mapping[str, Any] = {
        "postcode": "ZZ7 1AA",
        "connection": Connection.LIVE,
        "age_band": "25",
        **values,
    }
    return Details(name=name, **given)


def mark(
    world: World, round: Round, keys: Path, venue: Venue, name: str = "Jo Bell", **values: Any
) -> tables.Person:
    marked = tables.mark(
        round=round, keys=keys, venue=venue, details=person(name, **values), by=world.officer
    )
    db.session.commit()
    return marked


def progress(batch: PaperBatch) -> queries.Progress:
    db.session.expire_all()
    return queries.progress_of(batch)

"""Put somebody on the voters' list, and put a ballot in the box: two transactions, never one."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from pbapp import clock
from pbapp.ballots import queries, secrecy
from pbapp.ballots.log import queries as log
from pbapp.ballots.models import (
    Ballot,
    Channel,
    Voter,
    random_id,
)
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.rules import Rules, sealed_rules
from pbapp.ballots.vote import Vote
from pbapp.db import Busy, advisory_lock, db
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import WhyNot, can_vote

# A ballot is written together with up to this many others, so that the order of the rows does
# not tell which one is new.
MIXED_WITH = 100
IDEMPOTENCY_KEY = re.compile(r"[0-9a-f]{32}")
BALLOTS: Table = Ballot.__table__  # type: ignore[assignment]


class KeyTaken(Refused):
    """This sending was used before, for another vote or by another voter."""


class _Interfered(Exception):
    """Another ballot was written in the middle of this one."""


class VotingShut(Refused):
    """Nobody can vote in this round just now."""


class VotedOnPaper(VotingShut):
    """This person has voted on paper, which is final."""


VOTED_ON_PAPER = N_(
    "You have voted on paper, at a table or with a declaration. That vote counts, so this one was "
    "not taken."
)


# --- the ballot -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A ballot is in the box. `replaced`: it took the place of this person's earlier one."""

    receipt: str
    is_replay: bool
    replaced: bool


@dataclass(frozen=True)
class Sending:
    """What somebody sends: their vote, under a key that the page had in it.

    `entered_at` is when the request came in.
    """

    voter_id: str
    vote: Vote
    idempotency_key: str
    entered_at: datetime


class _Box:
    """A round's box as a transaction finds it: what its ballots need, read once for all of them."""

    def __init__(self, round: Round, keys: Path, sendings: Sequence[Sending]) -> None:
        self.round = round
        self._keys = keys
        voters = {sending.voter_id for sending in sendings}
        self.voters = {voter.id: voter for voter in queries.list_voters(round, voters)}
        self.on_paper = paper_queries.list_voted_on_paper(round.id, voters)
        keys_sent = {one.idempotency_key for one in sendings}
        self.sent_before = _sent_before(round, set(filter(IDEMPOTENCY_KEY.fullmatch, keys_sent)))

    @cached_property
    def key(self) -> bytes:
        return queries.read_key(self.round.id, self._keys)

    @cached_property
    def rules(self) -> Rules:
        return sealed_rules(self.round).without(queries.list_withdrawn(self.round))


def cast(
    *,
    round: Round,
    keys: Path,
    voter_id: str,
    vote: Vote,
    idempotency_key: str,
    entered_at: datetime,
) -> Sent:
    """Put a ballot in the box: writes to the table of ballots and to nothing else.

    Sending the same again gives the same receipt, even after the close. Raises `VotingShut`,
    `KeyTaken`, or `Refused` as `Rules.check` does.
    """
    sending = Sending(voter_id, vote, idempotency_key, entered_at)
    (done,) = cast_together(round=round, keys=keys, sendings=[sending])
    if isinstance(done, Refused):
        raise done
    return done


def cast_together(*, round: Round, keys: Path, sendings: Sequence[Sending]) -> list[Sent | Refused]:
    """Put ballots that came at once in the box in one transaction; what came of each.

    They are of different voters and have different keys. One that is refused leaves the others as
    they are.
    """
    advisory_lock(f"ballot box {round.id}")
    box = _Box(round, keys, sendings)
    done: list[Sent | Refused] = []
    ballots: dict[int, dict[str, Any]] = {}
    for place, sending in enumerate(sendings):
        try:
            found = _examine(box, sending)
        except Refused as refused:
            done.append(refused)
            continue
        if isinstance(found, Sent):
            done.append(found)
        else:
            ballots[place] = found
            done.append(Sent(secrecy.receipt(box.key, found["id"]), False, False))
    replaced = _put_in(round, list(ballots.values())) if ballots else frozenset()
    for place, ballot in ballots.items():
        if ballot["voter_tag"] in replaced:
            done[place] = replace(done[place], replaced=True)  # type: ignore[type-var]
    return done


def _examine(box: _Box, sending: Sending) -> Sent | dict[str, Any]:
    """The ballot to put in, or the receipt of one that was sent before; raises `Refused`."""
    round, vote = box.round, sending.vote
    voter = box.voters.get(sending.voter_id)
    if voter is None:
        raise Refused(N_("Show again that you may vote, then send your vote."))
    tag = secrecy.voter_tag(box.key, round.id, voter.id)
    if IDEMPOTENCY_KEY.fullmatch(sending.idempotency_key) is None:
        raise KeyTaken(N_("This page is out of date. Look over your vote and send it again."))
    content = vote.content
    before = box.sent_before.get(sending.idempotency_key)
    if before is not None:
        if before.voter_tag != tag or before.content != content:
            raise KeyTaken(
                N_("This page sent another vote before. Look over your vote, then send it.")
            )
        return Sent(secrecy.receipt(box.key, before.id), is_replay=True, replaced=False)
    _refuse_unless_open(round, sending.entered_at)
    if voter.id in box.on_paper:
        raise VotedOnPaper(VOTED_ON_PAPER)
    _check(box, vote)
    return _new_ballot(round, box.key, voter, tag, content, sending.idempotency_key)


def _sent_before(round: Round, idempotency_keys: Collection[str]) -> dict[str, Any]:
    """The ballots that came with these keys, by key."""
    query = select(Ballot.idempotency_key, Ballot.id, Ballot.voter_tag, Ballot.content).where(
        Ballot.round_id == round.id, Ballot.idempotency_key.in_(idempotency_keys)
    )
    return {row.idempotency_key: row for row in db.session.execute(query)}


def _refuse_unless_open(round: Round, entered_at: datetime) -> None:
    gate = can_vote(round, entered_at)
    if not gate:
        closed = gate.why_not is WhyNot.CLOSED
        raise VotingShut(
            N_("Voting has closed, and this vote did not come in time. It was not counted.")
            if closed
            else N_("Voting has not opened yet.")
        )
    if gate.at is not None and clock.now() > gate.at + queries.DRAIN:
        raise VotingShut(N_("Voting closed before we could take this vote. It was not counted."))
    if log.is_closed(round.id):  # whatever the clock says
        raise VotingShut(N_("The ballots are sealed, so this vote did not come in time."))


def _check(box: _Box, vote: Vote) -> None:
    box.rules.check(vote)


def _new_ballot(
    round: Round, key: bytes, voter: Voter, tag: str, content: str, idempotency_key: str
) -> dict[str, Any]:
    salt, ballot_id = secrets.token_bytes(32), random_id()
    return {
        "id": ballot_id,
        "round_id": round.id,
        "voter_tag": tag,
        "channel": Channel.ONLINE,
        "assurance": voter.assurance,
        "content": content,
        "salt": salt,
        "leaf": secrecy.leaf(round.id, round.config_hash or "", content, salt),
        "receipt_hash": secrecy.receipt_hash(round.id, secrecy.receipt(key, ballot_id)),
        "idempotency_key": idempotency_key,
        "is_live": True,
    }


def _put_in(round: Round, ballots: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Add ballots, supersede their voters' live ones, and shuffle all in with others.

    Every database remembers in which order rows were written (PostgreSQL's xmin and ctid, the
    place of a row in an SQLite page), and mails and logs tell when people came: rank by rank that
    named whole rounds. So new rows are written among others, in a random order, at once. Returns
    the tags of those who had a live ballot.
    """
    mine = BALLOTS.c.voter_tag.in_([ballot["voter_tag"] for ballot in ballots])
    here = BALLOTS.c.round_id == round.id
    live = _rows(select(BALLOTS).where(here, mine, BALLOTS.c.is_live))
    others = _rows(
        select(BALLOTS).where(here, ~(mine & BALLOTS.c.is_live)).order_by(func.random()),
        MIXED_WITH,
    )
    superseded = [{**row, "is_live": False} for row in live]
    again = superseded + others
    try:
        if again:
            ids = [row["id"] for row in again]
            if _take_out(ids) != len(ids):
                raise _Interfered
        rows = [*again, *ballots]
        secrets.SystemRandom().shuffle(rows)
        _write(rows)
    except (IntegrityError, _Interfered) as error:  # the lock was not enough: nothing is written
        db.session.rollback()
        raise Busy from error
    return frozenset(row["voter_tag"] for row in live)


def _rows(query: Any, limit: int | None = None) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(query.limit(limit)).mappings()]


# A hundred rows a cast go to the database as one value: a value for each of a thousand columns took
# PostgreSQL's driver longer than all the rest.
_DELETE = {
    "sqlite": "DELETE FROM ballot WHERE id IN (SELECT value FROM json_each(:ids))",
    "postgresql": (
        "DELETE FROM ballot WHERE id IN (SELECT json_array_elements_text(CAST(:ids AS json)))"
    ),
}
_INSERT = (
    "INSERT INTO ballot SELECT * FROM json_populate_recordset(NULL::ballot, CAST(:rows AS json))"
)


def _take_out(ids: Sequence[str]) -> int:
    """Delete these ballots; how many there were."""
    dialect = db.session.get_bind().dialect.name
    gone = db.session.execute(text(_DELETE[dialect]), {"ids": json.dumps(ids)})
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _write(rows: Sequence[dict[str, Any]]) -> None:
    """Insert ballots in this order."""
    if db.session.get_bind().dialect.name == "postgresql":
        plain = [{**row, "salt": "\\x" + row["salt"].hex()} for row in rows]
        db.session.execute(text(_INSERT), {"rows": json.dumps(plain)})
    else:
        db.session.execute(insert(BALLOTS), rows)

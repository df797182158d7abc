"""Put somebody on the voters' list, and put a ballot in the box: two transactions, never one."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from pbapp import clock
from pbapp.ballots import queries, secrecy
from pbapp.ballots.models import (
    Ballot,
    Channel,
    Voter,
    random_id,
)
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.rules import sealed_rules
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

    `entered_at` is when the request came in. Sending the same again gives the same receipt, even
    after the close. Raises `VotingShut`, `KeyTaken`, or `Refused` as `Rules.check` does.
    """
    advisory_lock(f"ballot box {round.id}")
    voter = queries.find_voter(round, voter_id)
    if voter is None:
        raise Refused(N_("Show again that you may vote, then send your vote."))
    key = queries.read_key(round.id, keys)
    tag = secrecy.voter_tag(key, round.id, voter.id)
    if IDEMPOTENCY_KEY.fullmatch(idempotency_key) is None:
        raise KeyTaken(N_("This page is out of date. Look over your vote and send it again."))
    content = vote.content
    before = _sent_before(round, idempotency_key)
    if before is not None:
        if before.voter_tag != tag or before.content != content:
            raise KeyTaken(
                N_("This page sent another vote before. Look over your vote, then send it.")
            )
        return Sent(secrecy.receipt(key, before.id), is_replay=True, replaced=False)
    _refuse_unless_open(round, entered_at)
    if paper_queries.has_voted_on_paper(round.id, voter.id):
        raise VotedOnPaper(VOTED_ON_PAPER)
    _check(round, vote)
    ballot = _new_ballot(round, key, voter, tag, content, idempotency_key)
    replaced = _put_in(round, ballot)
    return Sent(secrecy.receipt(key, ballot["id"]), is_replay=False, replaced=replaced)


def _sent_before(round: Round, idempotency_key: str) -> Any:
    query = select(Ballot.id, Ballot.voter_tag, Ballot.content).where(
        Ballot.round_id == round.id, Ballot.idempotency_key == idempotency_key
    )
    return db.session.execute(query).one_or_none()


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


def _check(round: Round, vote: Vote) -> None:
    sealed_rules(round).without(queries.list_withdrawn(round)).check(vote)


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


def _put_in(round: Round, ballot: dict[str, Any]) -> bool:
    """Add a ballot, supersede this voter's live one, and shuffle both in with others.

    Every database remembers in which order rows were written (PostgreSQL's xmin and ctid, the
    place of a row in an SQLite page), and mails and logs tell when people came: rank by rank that
    named whole rounds. So the new row is written among others, in a random order, at once.
    """
    mine = BALLOTS.c.voter_tag == ballot["voter_tag"]
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
            gone = db.session.execute(delete(BALLOTS).where(BALLOTS.c.id.in_(ids)))
            if gone.rowcount != len(ids):  # type: ignore[attr-defined]
                raise _Interfered
        rows = [*again, ballot]
        secrets.SystemRandom().shuffle(rows)
        db.session.execute(insert(BALLOTS), rows)
    except (IntegrityError, _Interfered) as error:  # the lock was not enough: nothing is written
        db.session.rollback()
        raise Busy from error
    return bool(live)


def _rows(query: Any, limit: int | None = None) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(query.limit(limit)).mappings()]

"""Check every ballot log against its ballots, and against the heads that were noted elsewhere.

Reads only. It uses the same hashes as the sealing; `static/recount.py` checks the published file
with code of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select

from pbapp.ballots import keys as key_files
from pbapp.ballots import queries as box
from pbapp.ballots import secrecy
from pbapp.ballots.kept import kept_numbers
from pbapp.ballots.log import hashing, heads, queries
from pbapp.ballots.log.models import BallotBatch, BatchKind
from pbapp.ballots.models import Ballot, Channel, RoundKey, Voter
from pbapp.ballots.paper import queries as paper
from pbapp.db import db
from pbapp.rounds.models import Round
from pbapp.rounds.sealing import digest


@dataclass(frozen=True)
class LogCheck:
    """One round's log: `problems` are sentences in English, none where all is well."""

    round: str
    batches: int
    ballots: int
    head: str | None
    problems: tuple[str, ...]


def check_logs(keys: Path) -> list[LogCheck]:
    """Every round that was sealed here, by its id."""
    noted = heads.read(keys)
    query = select(Round).where(Round.config_hash.is_not(None), ~Round.is_imported)
    found = []
    for round in db.session.scalars(query.order_by(Round.id)):
        mine = [head for round_id, _, head in noted if round_id == round.id]
        found.append(_check(round, keys, mine))
    return [*found, *_rounds_gone(noted)]


def holds_head(head: str) -> bool:
    """Whether a head that somebody kept (16 digits of it at least) is in one of the logs."""
    start = head.strip().lower()
    if len(start) < 16:
        return False
    query = select(BallotBatch.head).where(BallotBatch.head.startswith(start, autoescape=True))
    sealed = select(Round.id).where(Round.config_hash.startswith(start, autoescape=True))
    return any(db.session.scalar(one.limit(1)) is not None for one in (query, sealed))


def _check(round: Round, keys: Path, noted: Sequence[str]) -> LogCheck:
    batches = queries.list_batches(round.id)
    problems = [
        *_config_problems(round),
        *_chain_problems(round, batches),
        *_noted_problems(round, batches, noted),
        *_ballot_problems(round),
        *_mark_problems(round, keys),
    ]
    total = batches[-1].total if batches else 0
    return LogCheck(round.slug, len(batches), total, queries.head_now(round), tuple(problems))


def _config_problems(round: Round) -> Iterator[str]:
    if digest(round.config or {}) != round.config_hash:
        yield "the sealed rules do not have their published hash"


def _chain_problems(round: Round, batches: Sequence[BallotBatch]) -> Iterator[str]:
    leaves, head, total = queries.leaves_of(round.id), round.config_hash, 0
    for n, batch in enumerate(batches, start=1):
        mine = leaves.pop(batch.n, [])
        total += len(mine)
        if batch.n != n:
            yield f"batch {n} is missing"
        if batch.previous_head != head:
            yield f"batch {batch.n} does not follow the one before it"
        if batch.root != hashing.merkle_root(mine):
            yield f"the root of batch {batch.n} is not that of its leaves"
        if (batch.size, batch.total) != (len(mine), total):
            yield f"batch {batch.n} says {batch.size} ballots, {batch.total} in all, and has others"
        if batch.head != _head_of(batch):
            yield f"the head of batch {batch.n} is not that of what it says"
        if batch.kind is BatchKind.CLOSE and batch is not batches[-1]:
            yield f"batch {batch.n} closed the log, and there are batches after it"
        head = batch.head
    if leaves:
        yield f"{sum(map(len, leaves.values()))} leaves are in batches that are not there"


def _head_of(batch: BallotBatch) -> str:
    facts = (batch.size, batch.total, batch.day, batch.kind.value)
    return hashing.head(batch.previous_head, batch.root, *facts)


def _noted_problems(
    round: Round, batches: Sequence[BallotBatch], noted: Sequence[str]
) -> Iterator[str]:
    gone = set(noted) - {batch.head for batch in batches}
    if gone:
        yield (
            f"truncated: {len(gone)} heads noted in {heads.NAME} are not in the log. Was an old "
            "backup restored?"
        )


def _rounds_gone(noted: Sequence[heads.Noted]) -> Iterator[LogCheck]:
    there = or_(Round.config_hash.is_not(None), Round.thrown_away_at.is_not(None))
    known = set(db.session.scalars(select(Round.id).where(there)))
    for round_id in sorted({round_id for round_id, _, _ in noted} - known):
        said = f"truncated: {heads.NAME} has heads of this round, and it is not there or not sealed"
        yield LogCheck(f"round {round_id}", 0, 0, None, (said,))


def _ballot_problems(round: Round) -> Iterator[str]:
    if kept_numbers(round.id) is not None:
        return  # destroyed on their date
    ballots = select(Ballot.content, Ballot.salt, Ballot.leaf).where(Ballot.round_id == round.id)
    rows = db.session.execute(ballots).all()
    wrong = sum(
        secrecy.leaf(round.id, round.config_hash or "", row.content, row.salt) != row.leaf
        for row in rows
    )
    if wrong:
        yield f"{wrong} ballots do not have the leaf of what they say"
    kept = {row.leaf for row in rows}
    sealed = {leaf for leaves in queries.leaves_of(round.id).values() for leaf in leaves}
    if sealed - kept:
        yield f"{len(sealed - kept)} sealed ballots are not in the box"
    if queries.is_closed(round.id) and kept - sealed:
        yield f"{len(kept - sealed)} ballots came after the log was closed"


def _mark_problems(round: Round, keys: Path) -> Iterator[str]:
    """After the close: people marked = online ballots that count, papers accepted = on paper.

    What was voted again, or on paper after all, does not count, but was somebody's as well.
    """
    if not queries.is_closed(round.id) or kept_numbers(round.id) is not None:
        return
    if db.session.get(RoundKey, round.id) is None:
        return
    if paper.paper_ballots(round) != paper.accepted_papers(round):
        yield "the paper ballots that count are not the papers that were accepted"
    try:
        key = box.read_key(round.id, keys)
    except key_files.KeyMissing:
        yield "the key of this round is missing, or is not its own"
        return
    online = select(Ballot.voter_tag, Ballot.is_live).where(
        Ballot.round_id == round.id, Ballot.channel == Channel.ONLINE
    )
    ballots = db.session.execute(online).all()
    people = db.session.scalars(select(Voter.id).where(Voter.round_id == round.id))
    tags = {id: secrecy.voter_tag(key, round.id, id) for id in people}
    live = {ballot.voter_tag for ballot in ballots if ballot.is_live}
    if live != {tags.get(id) for id in queries.list_marked(round.id)}:
        yield "people marked as having voted online are not those whose ballot counts"
    nobodys = {ballot.voter_tag for ballot in ballots} - live - set(tags.values())
    if nobodys:
        yield f"{len(nobodys)} ballots that do not count are of nobody on the list of voters"

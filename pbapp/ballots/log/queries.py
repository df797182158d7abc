"""What the public log holds: batches, their leaves, the head now, and where one ballot stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from pbapp.audit.models import Event
from pbapp.ballots.log import hashing
from pbapp.ballots.log.hashing import Step
from pbapp.ballots.log.models import BallotBatch, BatchKind, OnlineMark, SealedLeaf
from pbapp.ballots.models import Ballot
from pbapp.ballots.secrecy import receipt_hash
from pbapp.db import db
from pbapp.rounds.models import Round

FORMAT = 1
ZERO = "round.zero_report"


def list_batches(round_id: int) -> list[BallotBatch]:
    """The batches of a round in the order they were sealed."""
    query = select(BallotBatch).where(BallotBatch.round_id == round_id).order_by(BallotBatch.n)
    return list(db.session.scalars(query))


def last_batch(round_id: int) -> BallotBatch | None:
    query = select(BallotBatch).where(BallotBatch.round_id == round_id)
    return db.session.scalar(query.order_by(BallotBatch.n.desc()).limit(1))


def head_now(round: Round) -> str | None:
    """The head after the last batch; before the first one the hash of the sealed rules."""
    last = last_batch(round.id)
    return last.head if last else round.config_hash


def find_close(round_id: int) -> BallotBatch | None:
    """The batch that shut the log; from then on no ballot comes, goes, or stops counting."""
    query = select(BallotBatch).where(
        BallotBatch.round_id == round_id, BallotBatch.kind == BatchKind.CLOSE
    )
    return db.session.scalar(query)


def is_closed(round_id: int) -> bool:
    return find_close(round_id) is not None


def leaves_of(round_id: int) -> dict[int, list[str]]:
    """The leaves of each batch by its number, sorted."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(SealedLeaf.batch_n, SealedLeaf.leaf).where(SealedLeaf.round_id == round_id)
    for n, leaf in db.session.execute(query.order_by(SealedLeaf.leaf)):
        found[n].append(leaf)
    return found


def list_marked(round_id: int) -> frozenset[str]:
    """The ids of everybody whom the voters' list says voted online."""
    query = select(OnlineMark.voter_id).where(OnlineMark.round_id == round_id)
    return frozenset(db.session.scalars(query))


def document(round: Round) -> dict[str, Any]:
    """The whole public log as plain JSON: `/rounds/<round>/log.json`, for whoever checks it."""
    leaves = leaves_of(round.id)
    return {
        "format": FORMAT,
        "round": {"id": round.id, "slug": round.slug, "title": round.title},
        "config_hash": round.config_hash,
        "batches": [
            {
                "n": batch.n,
                "previous_head": batch.previous_head,
                "root": batch.root,
                "size": batch.size,
                "total": batch.total,
                "day": batch.day.isoformat(),
                "kind": batch.kind.value,
                "head": batch.head,
                "leaves": leaves[batch.n],
            }
            for batch in list_batches(round.id)
        ],
    }


@dataclass(frozen=True)
class Place:
    """Where a ballot stands: its batch, its leaf's place among the sorted leaves, and the path
    from the leaf to the root. `is_live`: no later ballot of the same person replaced it."""

    batch: BallotBatch
    leaf: str
    position: int
    path: tuple[Step, ...]
    is_live: bool


def find_place(round: Round, receipt: str) -> Place | None:
    """The place of the ballot of a receipt (tidied); None while it waits for its batch."""
    query = (
        select(Ballot.leaf, Ballot.is_live, SealedLeaf.batch_n)
        .join(SealedLeaf, SealedLeaf.leaf == Ballot.leaf)
        .where(Ballot.round_id == round.id, Ballot.receipt_hash == receipt_hash(round.id, receipt))
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        return None
    batch = db.session.get_one(BallotBatch, (round.id, found.batch_n))
    here = select(SealedLeaf.leaf).where(
        SealedLeaf.round_id == round.id, SealedLeaf.batch_n == batch.n
    )
    leaves = sorted(db.session.scalars(here))
    position = leaves.index(found.leaf) + 1
    return Place(batch, found.leaf, position, hashing.path(leaves, found.leaf), found.is_live)


# --- for the worker -------------------------------------------------------------------------


def list_heads(round_id: int | None = None) -> list[tuple[int, int, str]]:
    """Round, number and head of each batch of a round, or of every round."""
    query = select(BallotBatch.round_id, BallotBatch.n, BallotBatch.head)
    if round_id is not None:
        query = query.where(BallotBatch.round_id == round_id)
    rows = db.session.execute(query.order_by(BallotBatch.round_id, BallotBatch.n))
    return [(row.round_id, row.n, row.head) for row in rows]


def open_logs() -> list[int]:
    """The ids of sealed rounds whose log is not closed."""
    closed = select(BallotBatch.round_id).where(BallotBatch.kind == BatchKind.CLOSE)
    query = select(Round.id).where(Round.sealed_at.is_not(None), Round.id.not_in(closed))
    return list(db.session.scalars(query.order_by(Round.id)))


# --- what is not sealed yet -----------------------------------------------------------------


def count_unsealed(round_id: int) -> int:
    """How many ballots are in no batch yet, replaced ones among them."""
    last = last_batch(round_id)
    query = select(func.count()).select_from(Ballot).where(Ballot.round_id == round_id)
    return (db.session.scalar(query) or 0) - (last.total if last else 0)


@dataclass(frozen=True)
class Unsealed:
    """Ballots in no batch yet: leaf to tag; and the tags that no batch has seen before."""

    leaves: Mapping[str, str]
    new_people: frozenset[str]

    def without(self, waiting: Collection[str]) -> list[str]:
        """The leaves of everybody but these tags, sorted."""
        return sorted(leaf for leaf, tag in self.leaves.items() if tag not in waiting)


def unsealed(round_id: int) -> Unsealed:
    query = (
        select(Ballot.leaf, Ballot.voter_tag, SealedLeaf.batch_n)
        .outerjoin(SealedLeaf, SealedLeaf.leaf == Ballot.leaf)
        .where(Ballot.round_id == round_id)
    )
    rows = db.session.execute(query).all()
    known = {tag for _, tag, batch_n in rows if batch_n is not None}
    leaves = {leaf: tag for leaf, tag, batch_n in rows if batch_n is None}
    return Unsealed(leaves, frozenset(leaves.values()) - known)


# --- the box when it was sealed -------------------------------------------------------------


def find_zero_report(round: Round) -> Event | None:
    """What was found in the box the moment the round was sealed: see `services.report_zero`."""
    query = (
        select(Event)
        .options(load_only(Event.at, Event.facts))
        .where(Event.subject_type == "round", Event.subject_id == str(round.id), Event.verb == ZERO)
        .order_by(Event.number.desc())
        .limit(1)
    )
    return db.session.scalar(query)

"""The public log: batches of leaves chained by their heads, and who the voters' list says voted.

Append-only: nothing here is ever changed, and it outlives the ballots it fixes.
"""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, one_of
from pbapp.refusal import N_


class BatchKind(enum.StrEnum):
    CHECKPOINT = "checkpoint"
    CLOSE = "close"


class BallotBatch(Base):
    """One sealed batch: `size` leaves under `root`, chained to the batch before it by `head`.

    `n` counts from 1 within a round; `total` is the number of leaves up to and with this batch.
    """

    __tablename__ = "ballot_batch"
    __table_args__ = (
        UniqueConstraint("head"),
        CheckConstraint("n >= 1", name="counted_from_one"),
        CheckConstraint("size >= 0 AND total >= size", name="total_adds_up"),
        Index(
            "uq_ballot_batch_close",
            "round_id",
            unique=True,
            sqlite_where=text("kind = 'close'"),
            postgresql_where=text("kind = 'close'"),
        ),
    )
    __refusals__ = {
        "uq_ballot_batch_close": (None, N_("The ballots of this round are sealed already.")),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    previous_head: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    total: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[BatchKind] = mapped_column(one_of(BatchKind, "kind"))
    head: Mapped[str] = mapped_column(String(64))


class SealedLeaf(Base):
    """A leaf in the one batch it was sealed in."""

    __tablename__ = "ballot_leaf"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "batch_n"], ["ballot_batch.round_id", "ballot_batch.n"]),
        Index("ix_ballot_leaf_batch", "round_id", "batch_n"),
        {"sqlite_with_rowid": False},
    )

    leaf: Mapped[str] = mapped_column(String(64), primary_key=True)
    round_id: Mapped[int]
    batch_n: Mapped[int]


class OnlineMark(Base):
    """This person's online vote is in a sealed batch. Written at sealing only, shuffled."""

    __tablename__ = "roll_online"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[str] = mapped_column(String(32), primary_key=True)

"""Two boxes that share no key: the voters' list, and the ballots.

None of these tables has a SQLite rowid, a running number or a fine moment: any of them would tell
in which order people came, and so whose ballot is whose.
"""

from __future__ import annotations

import enum
import secrets

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, one_of
from pbapp.refusal import N_
from pbapp.rounds.models import Connection, Method


def random_id() -> str:
    """128 random bits: an identity that says nothing about order or time."""
    return secrets.token_hex(16)


class Channel(enum.StrEnum):
    ONLINE = "online"
    PAPER = "paper"


class RoundKey(Base):
    """That a round's key was made, and its fingerprint: from then on no other key will do.

    The key itself is a file apart from the database (`pbapp.ballots.keys`). The fingerprint tells
    nothing of it.
    """

    __tablename__ = "round_key"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class Voter(Base):
    """One person on a round's voters' list (the roll).

    `fifth` is that of the index of deprivation where their postcode lies, 1 with the most need;
    None where it is not known. It is as coarse as the ward.
    """

    __tablename__ = "roll"
    __table_args__ = (
        UniqueConstraint("round_id", "id"),
        CheckConstraint("assurance BETWEEN 1 AND 3", name="assurance_level"),
        CheckConstraint("fifth BETWEEN 1 AND 5", name="a_fifth"),
        Index("ix_roll_round_id_contact_digest", "round_id", "contact_digest"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    method: Mapped[Method] = mapped_column(one_of(Method, "method"))
    assurance: Mapped[int]
    connection: Mapped[Connection] = mapped_column(one_of(Connection, "connection"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    fifth: Mapped[int | None]
    contact_digest: Mapped[str] = mapped_column(String(64))


class VoterIdentifier(Base):
    """One way to recognise a person again: an HMAC under the round's key, never the value."""

    __tablename__ = "roll_identifier"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        {"sqlite_with_rowid": False},
    )
    __refusals__ = {
        "pk_roll_identifier": (
            None,
            N_("Somebody with these details was added to the list of voters just now. Try again."),
        ),
    }

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(32))


class Ballot(Base):
    """What somebody chose. `voter_tag` is an HMAC that only the round's key can derive again."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("leaf"),
        UniqueConstraint("receipt_hash"),
        UniqueConstraint("round_id", "idempotency_key"),
        Index(
            "uq_ballot_live",
            "round_id",
            "voter_tag",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        CheckConstraint("length(salt) = 32", name="salt_whole"),
        CheckConstraint("assurance BETWEEN 1 AND 3", name="assurance_level"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    voter_tag: Mapped[str] = mapped_column(String(64))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    assurance: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    leaf: Mapped[str] = mapped_column(String(64))
    receipt_hash: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    is_live: Mapped[bool] = mapped_column(Boolean)

"""What stands around the voters' list: addresses, codes, cards, and what a human has to look at.

What the list itself is (`Voter`, `VoterIdentifier`) stands with the ballots: see
`pbapp.ballots.models`. No table here has a fine moment, and none that leads to a person has a
SQLite rowid.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.places.models import Area
from pbapp.refusal import N_
from pbapp.rounds.models import Connection, Method

ANOTHER_OFFICER = N_("A second officer has to agree: not the one who asked.")
SHOWN_ONCE = N_(
    "These codes were made already, and could be shown only once. If the sheet is lost, revoke "
    "them and make new ones."
)


class ContactKind(enum.StrEnum):
    EMAIL = "email"
    SMS = "sms"


class VoterContact(Base):
    """The address somebody proved, for at most three messages: see decision 0057.

    The only place that leads from the voters' list to a person in the open. It never says when
    they came, nor whether they voted, and goes when the ballots are sealed at the close.
    """

    __tablename__ = "roll_contact"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[ContactKind] = mapped_column(one_of(ContactKind, "kind"))
    value: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12))


# --- codes and cards ------------------------------------------------------------------------


class CodeBatch(Base):
    """Codes made together, for one class, street or group; who may use them, where that is set."""

    __tablename__ = "code_batch"
    __table_args__ = (
        UniqueConstraint("round_id", "label"),
        UniqueConstraint("form_key"),
        UniqueConstraint("round_id", "id"),
        CheckConstraint("size > 0", name="has_codes"),
    )
    __refusals__ = {
        "uq_code_batch_round_id_label": ("label", N_("This round has codes of this name.")),
        "uq_code_batch_form_key": (None, SHOWN_ONCE),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    label: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    connection: Mapped[Connection | None] = mapped_column(one_of(Connection, "connection"))
    age_band: Mapped[str | None] = mapped_column(String(10))
    form_key: Mapped[str] = mapped_column(String(32))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)

    area: Mapped[Area | None] = relationship()


class IssuedCode(Base):
    """One code, as its HMAC. It was used when the voters' list has the same identifier."""

    __tablename__ = "issued_code"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "batch_id"], ["code_batch.round_id", "code_batch.id"]),
        Index("ix_issued_code_batch", "round_id", "batch_id"),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    batch_id: Mapped[int]
    is_revoked: Mapped[bool] = mapped_column(default=False)


class CardCheck(enum.StrEnum):
    """What makes a card number possible, before it is looked up."""

    NONE = "none"
    LUHN = "luhn"


class CardList(Base):
    """Numbers of one kind of card, brought in by an officer."""

    __tablename__ = "card_list"
    __table_args__ = (
        UniqueConstraint("round_id", "label"),
        UniqueConstraint("round_id", "id"),
        CheckConstraint("size > 0", name="has_cards"),
    )
    __refusals__ = {
        "uq_card_list_round_id_label": ("label", N_("This round has cards of this name.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    label: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    check: Mapped[CardCheck] = mapped_column("number_check", one_of(CardCheck, "number_check"))
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)


class KnownCard(Base):
    """A card that may be used, as its HMAC."""

    __tablename__ = "known_card"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "list_id"], ["card_list.round_id", "card_list.id"]),
        Index("ix_known_card_list", "round_id", "list_id"),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    list_id: Mapped[int]


# --- what a human has to look at ------------------------------------------------------------


class Conflict(enum.StrEnum):
    """Why what somebody typed does not lead to one person."""

    OTHER_WAY = "other_way"
    TWO_ROWS = "two_rows"
    OTHER_NAME = "other_name"
    ON_PAPER = "on_paper"
    CONTACT_FULL = "contact_full"


class RollConflict(Base):
    """How often people were sent to a human, and why; nothing of who they were."""

    __tablename__ = "roll_conflict"
    __table_args__ = (
        CheckConstraint("count > 0 AND looked BETWEEN 0 AND count", name="looked_at_most_all"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    kind: Mapped[Conflict] = mapped_column(one_of(Conflict, "kind"), primary_key=True)
    method: Mapped[Method] = mapped_column(one_of(Method, "method"), primary_key=True)
    count: Mapped[int]
    looked: Mapped[int] = mapped_column(default=0)


class VoterSource(Base):
    """From which network somebody came onto the list, as an HMAC, and on which day: 0058."""

    __tablename__ = "roll_source"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        Index("ix_roll_source_network", "round_id", "network", "day"),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    network: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)


class BurstKind(enum.StrEnum):
    """What many people have in common."""

    NETWORK = "network"
    CONTACT = "contact"


class Burst(Base):
    """Many people from one network range on one day, or behind one address: for two officers.

    `mark` is the HMAC they share, with the day where there is one.
    """

    __tablename__ = "roll_burst"
    __table_args__ = (
        UniqueConstraint("round_id", "kind", "mark"),
        UniqueConstraint("round_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[BurstKind] = mapped_column(one_of(BurstKind, "kind"))
    mark: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)


class BurstLook(Base):
    """An officer has looked at a group, as large as it was then, and what they found."""

    __tablename__ = "roll_burst_look"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "burst_id"], ["roll_burst.round_id", "roll_burst.id"]),
    )

    burst_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    round_id: Mapped[int]
    people: Mapped[int]
    note: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(Moment)


class VoidAct(enum.StrEnum):
    """What two officers do to the online votes of a group."""

    VOID = "void"
    RELEASE = "release"


class VoidRequest(Base):
    """One officer asks to set a group's online votes aside, or to count them; another agrees.

    `votes` is how many ballots that was in the end, counted when the box is shut. It outlives the
    group: the number and the reason are public.
    """

    __tablename__ = "roll_void"
    __table_args__ = (
        CheckConstraint("agreed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_one"),
        CheckConstraint("votes IS NULL OR agreed_at IS NOT NULL", name="counted_when_agreed"),
        Index(
            "uq_roll_void_open",
            "burst_id",
            unique=True,
            sqlite_where=text("agreed_at IS NULL"),
            postgresql_where=text("agreed_at IS NULL"),
        ),
    )
    __refusals__ = {
        "ck_roll_void_two_people": (None, ANOTHER_OFFICER),
        "uq_roll_void_open": (None, N_("Somebody has asked for this already.")),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    burst_id: Mapped[int | None] = mapped_column(ForeignKey("roll_burst.id", ondelete="SET NULL"))
    act: Mapped[VoidAct] = mapped_column(one_of(VoidAct, "act"))
    reason: Mapped[str] = mapped_column(String(300))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    votes: Mapped[int | None]


class VoidedVoter(Base):
    """Somebody whose online vote two officers set aside; a paper of theirs counts."""

    __tablename__ = "roll_voided"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        ForeignKeyConstraint(["round_id", "burst_id"], ["roll_burst.round_id", "roll_burst.id"]),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    burst_id: Mapped[int]


class Reminded(Base):
    """The one batch of reminders of a round was written. Not to whom, and not to how many."""

    __tablename__ = "roll_reminder"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date)

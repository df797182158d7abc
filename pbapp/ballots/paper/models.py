"""Voting on paper: where, in which batches, and what two people read on each paper.

No table here leads from a person to a paper. A mark says that somebody voted on paper; a paper has
a number that was written on it after the box was emptied and the papers were shuffled.
"""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.ballots.models import random_id
from pbapp.db import Base, Moment, one_of
from pbapp.places.models import Area
from pbapp.refusal import N_

SAME_PERSON = N_("You have read this paper already. Another person has to read it too.")
SAME_HAND = N_("A second person has to agree: not the one who asked.")


class PaperChannel(enum.StrEnum):
    """How papers come in. From the second on, each comes with a declaration to tear off."""

    HALL = "hall"
    POST = "post"
    DROP_BOX = "drop_box"
    CARE_HOME = "care_home"
    CLASSROOM = "classroom"
    PARTNER = "partner"


class BatchKind(enum.StrEnum):
    """Whether every paper is entered, or only the totals of signed sheets."""

    PAPERS = "papers"
    TOTALS = "totals"


class Act(enum.StrEnum):
    """What two people may do to a batch that was counted."""

    REOPEN = "reopen"
    VOID = "void"


class WhySetAside(enum.StrEnum):
    """Why a paper with a declaration stays sealed."""

    VOTED_ONLINE = "voted_online"
    VOTED_ON_PAPER = "voted_on_paper"
    NOT_ELIGIBLE = "not_eligible"


class Taken(enum.StrEnum):
    """What became of a person whom a desk without a line gave a paper."""

    MARKED = "marked"
    CONFLICT = "conflict"


class WhyConflict(enum.StrEnum):
    """Why somebody who got a paper could not be marked."""

    VOTED_ON_PAPER = "voted_on_paper"
    NOT_IN_AREA = "not_in_area"
    TOO_YOUNG = "too_young"
    UNCLEAR = "unclear"


class Finding(enum.StrEnum):
    """What two officers found of a conflict. A paper cannot be taken out of the box again."""

    SAME_PERSON = "same_person"
    TWO_PEOPLE = "two_people"
    NOT_ENTITLED = "not_entitled"
    NO_PAPER = "no_paper"


class Venue(Base):
    """A hall, a drop box, a home, a class, or the post: where papers are filled in or handed in."""

    __tablename__ = "paper_venue"
    __table_args__ = (UniqueConstraint("round_id", "name"), UniqueConstraint("round_id", "id"))
    __refusals__ = {
        "uq_paper_venue_round_id_name": ("name", N_("This round has a place of this name."))
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(120))
    channel: Mapped[PaperChannel] = mapped_column(one_of(PaperChannel, "channel"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    quiet_room: Mapped[str] = mapped_column(String(200), default="")
    interpreters: Mapped[str] = mapped_column(String(300), default="")
    people: Mapped[str] = mapped_column(Text, default="")
    times: Mapped[str] = mapped_column(Text, default="")

    area: Mapped[Area | None] = relationship()


class PaperBatch(Base):
    """The papers of one box, or one sheaf of signed sheets, with what was declared of them."""

    __tablename__ = "paper_batch"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        ForeignKeyConstraint(["round_id", "venue_id"], ["paper_venue.round_id", "paper_venue.id"]),
        CheckConstraint("issued = used + spoiled + returned", name="adds_up"),
        CheckConstraint("used > 0 AND spoiled >= 0 AND returned >= 0", name="counts_real"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_one"),
        CheckConstraint("accepted_at IS NULL OR voided_at IS NULL", name="not_both"),
    )
    __refusals__ = {
        "ck_paper_batch_adds_up": (
            "issued",
            N_("Issued has to be used, spoiled and returned together. Count again."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    venue_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[BatchKind] = mapped_column(one_of(BatchKind, "kind"))
    issued: Mapped[int]
    used: Mapped[int]
    spoiled: Mapped[int]
    returned: Mapped[int]
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    accepted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    acceptances: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(300), default="")
    voided_at: Mapped[datetime | None] = mapped_column(Moment)

    venue: Mapped[Venue] = relationship()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.voided_at is None


class PaperEntry(Base):
    """What one person read on one paper; number 0 is a sheet of totals. `copy` is 1 or 2."""

    __tablename__ = "paper_entry"
    __table_args__ = (
        UniqueConstraint("batch_id", "serial", "keyed_by_id"),
        UniqueConstraint("batch_id", "serial", "copy"),
        CheckConstraint("copy IN (1, 2)", name="copy_first_or_second"),
        CheckConstraint("serial >= 0", name="serial_real"),
    )
    __refusals__ = {
        "uq_paper_entry_batch_id_serial_keyed_by_id": ("numbers", SAME_PERSON),
        "uq_paper_entry_batch_id_serial_copy": (
            "numbers",
            N_("Somebody else entered this paper just now. Go on with the next one."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"))
    serial: Mapped[int]
    copy: Mapped[int]
    keyed_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    content: Mapped[str] = mapped_column(Text)


class PaperResolution(Base):
    """What a third person says a paper says."""

    __tablename__ = "paper_resolution"
    __table_args__ = (
        CheckConstraint("by_id <> first_by_id AND by_id <> second_by_id", name="third_person"),
    )
    __refusals__ = {
        "ck_paper_resolution_third_person": ("numbers", SAME_PERSON),
    }

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    first_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    second_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class PaperReread(Base):
    """A paper of the sample that is read once more, and whether it says what was entered."""

    __tablename__ = "paper_reread"
    __table_args__ = (CheckConstraint("(agrees IS NULL) = (by_id IS NULL)", name="said_by_one"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agrees: Mapped[bool | None]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    is_settled: Mapped[bool] = mapped_column(default=False)


class PaperRequest(Base):
    """One person asks for a batch to be opened again or made void; another agrees."""

    __tablename__ = "paper_request"
    __table_args__ = (
        CheckConstraint("agreed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_one"),
    )
    __refusals__ = {"ck_paper_request_two_people": (None, SAME_HAND)}

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), index=True)
    act: Mapped[Act] = mapped_column(one_of(Act, "act"))
    reason: Mapped[str] = mapped_column(String(300))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)


class PaperSetAside(Base):
    """A paper that stays sealed, and why: not whose it is."""

    __tablename__ = "paper_set_aside"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "venue_id"], ["paper_venue.round_id", "paper_venue.id"]),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    round_id: Mapped[int]
    venue_id: Mapped[int] = mapped_column(index=True)
    reason: Mapped[WhySetAside] = mapped_column(one_of(WhySetAside, "reason"))


class RollMark(Base):
    """Somebody on the voters' list has voted on paper: final, and nothing about the paper."""

    __tablename__ = "roll_mark"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "voter_id"], ["roll.round_id", "roll.id"]),
        ForeignKeyConstraint(["round_id", "venue_id"], ["paper_venue.round_id", "paper_venue.id"]),
        {"sqlite_with_rowid": False},
    )

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voter_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    venue_id: Mapped[int]


class HallEntry(Base):
    """One paper that a desk gave out, by the key its device made: what came of it, never whose.

    `why` says what stood against a mark; `finding` is what one officer says of it and another
    agrees to.
    """

    __tablename__ = "paper_hall_entry"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "venue_id"], ["paper_venue.round_id", "paper_venue.id"]),
        CheckConstraint("(outcome = 'conflict') = (why IS NOT NULL)", name="conflict_has_why"),
        CheckConstraint("(finding IS NULL) = (said_by_id IS NULL)", name="found_by_one"),
        CheckConstraint("agreed_by_id IS NULL OR finding IS NOT NULL", name="agreed_to_something"),
        CheckConstraint("agreed_by_id <> said_by_id", name="agreed_by_two"),
        {"sqlite_with_rowid": False},
    )
    __refusals__ = {"ck_paper_hall_entry_agreed_by_two": (None, SAME_HAND)}

    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    venue_id: Mapped[int] = mapped_column(index=True)
    outcome: Mapped[Taken] = mapped_column(one_of(Taken, "outcome"))
    why: Mapped[WhyConflict | None] = mapped_column(one_of(WhyConflict, "why"))
    finding: Mapped[Finding | None] = mapped_column(one_of(Finding, "finding"))
    note: Mapped[str] = mapped_column(String(300), default="")
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    venue: Mapped[Venue] = relationship(viewonly=True)

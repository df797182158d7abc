"""Where to write to people on the voters' list, until the ballots are sealed at the close.

What the list itself is (`Voter`, `VoterIdentifier`) stands with the ballots: see
`pbapp.ballots.models`.
"""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, one_of


class ContactKind(enum.StrEnum):
    EMAIL = "email"
    SMS = "sms"


class VoterContact(Base):
    """The address somebody proved, for at most two messages: see decision 0057.

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

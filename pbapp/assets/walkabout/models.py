"""Which entries of whose device have come in: their keys, and nothing of anybody."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment, one_of


class Became(enum.StrEnum):
    """What came of an entry: one of its own, or a report about one that was here already."""

    ENTRY = "entry"
    REPORT = "report"


class WalkaboutSent(Base):
    """An entry that was taken. The device made its key, so that a lost reply repeats nothing.

    `digest` is of what it said: the same key with other words is a change that came too late.
    """

    __tablename__ = "walkabout_sent"
    __table_args__ = (CheckConstraint("length(key) = 32", name="key_whole"),)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    became: Mapped[Became] = mapped_column(one_of(Became, "became"))
    sent_at: Mapped[datetime] = mapped_column(Moment, index=True)

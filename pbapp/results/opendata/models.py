"""The open-data bundle of a round as made by the worker, kept until what it says changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment


class OpenData(Base):
    """One zip a round. `edition` names what it was made from: another edition is made anew."""

    __tablename__ = "open_data"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Moment)

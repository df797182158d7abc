"""What looking at the whole feed found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment


class FeedCheck(Base):
    """What one look at the whole Open Referral UK feed found."""

    __tablename__ = "feed_check"
    __table_args__ = (CheckConstraint("services >= 0", name="count_possible"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    services: Mapped[int]
    faults: Mapped[int]
    examples: Mapped[list[str]] = mapped_column(JSON, default=list)

    @property
    def is_valid(self) -> bool:
        return self.faults == 0

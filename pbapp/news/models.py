"""How far the news has been told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment


class NewsMark(Base):
    """The last event of the officers' log that was looked at; what is older is no news."""

    __tablename__ = "news_mark"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    event: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)

"""A drawn map: Folium's script, kept so that a web request never has to draw."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment


class MapPart(Base):
    """One map's script for one subject and language, addressed by the digest of what it draws.

    `attribution` must stand beside the map wherever it is shown, and so must the words for a
    schematic drawing.
    """

    __tablename__ = "map_part"
    __table_args__ = (UniqueConstraint("subject", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    attribution: Mapped[str] = mapped_column(String(700))
    is_schematic: Mapped[bool]
    # Only the script's own address reads it: a page needs the digest and the words.
    script_gz: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    built_at: Mapped[datetime] = mapped_column(Moment)

"""What the plumbing keeps: half-filled forms, pictures, documents, and counts of tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base, Moment
from pbapp.refusal import N_


class Draft(Base):
    """A form somebody has begun. Whoever holds the link (its token) may go on with it."""

    __tablename__ = "draft"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Upload(Base):
    """A picture, re-encoded by us (no hidden data survives), kept in the instance folder.

    One that came with a half-filled form is forgotten at `waits_until`, unless the form was sent.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("length(alt) > 0", name="alt_given"),
        CheckConstraint("width > 0 AND height > 0", name="has_size"),
    )
    __refusals__ = {
        "ck_upload_alt_given": ("alt", N_("Describe the picture for people who cannot see it.")),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="en")
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
    waits_until: Mapped[datetime | None] = mapped_column(Moment, index=True)


class Document(Base):
    """A file that stands for itself (PDF or Word), kept as it came and never shown in a page."""

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("size > 0", name="has_size"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(Moment)


class Tries(Base):
    """How often something was tried in one stretch of time, for limits all processes share."""

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

"""A list brought in at once."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.refusal import N_


class BatchState(enum.StrEnum):
    READ = "read"
    IMPORTED = "imported"
    UNDONE = "undone"


class Batch(Base):
    """A list brought in at once: read and looked at, then imported, perhaps undone.

    `rows` holds the file's cells (the first row its heading) only until it is imported. `choices`
    says what each column means; `findings` counts what became of the rows, and
    keeps of those that stayed out what the report says of them.
    """

    __tablename__ = "asset_batch"
    __table_args__ = (
        CheckConstraint("length(source) > 0", name="source_given"),
        CheckConstraint("state = 'read' OR rows IS NULL", name="rows_forgotten"),
        CheckConstraint("state = 'read' OR imported_at IS NOT NULL", name="moment_known"),
    )
    __refusals__ = {
        "ck_asset_batch_source_given": ("source", N_("Say where this list is from.")),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), index=True)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[BatchState] = mapped_column(one_of(BatchState, "state"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200))
    source_url: Mapped[str | None] = mapped_column(String(500))
    licence: Mapped[str] = mapped_column(String(200), default="")
    rows: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    findings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    read_at: Mapped[datetime] = mapped_column(Moment, index=True)
    imported_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)

    board: Mapped[Board] = relationship()

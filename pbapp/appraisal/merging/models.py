"""An offer to make one bid of several, and what each group says to it."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment, one_of
from pbapp.proposals.models import Proposal
from pbapp.refusal import N_
from pbapp.rounds.models import Round


class MergeState(enum.StrEnum):
    """`OFFERED` waits for answers; everything else is over.

    `OVERTAKEN`: one of the bids was changed or decided on before the last yes.
    """

    OFFERED = "offered"
    DONE = "done"
    DECLINED = "declined"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"
    TAKEN_BACK = "taken_back"


class Merge(Base):
    """The whole as it would be. `costs` lists what each line pays for, with its pence."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("cost_pence > 0", name="cost_given"),
        CheckConstraint("(state = 'offered') = (settled_at IS NULL)", name="settled_when_over"),
    )
    __refusals__ = {"ck_merge_cost_given": ("costs", N_("Add at least one cost above £0."))}

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    whole_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(250))
    what: Mapped[str] = mapped_column(Text)
    who_benefits: Mapped[str] = mapped_column(Text)
    how_it_helps: Mapped[str] = mapped_column(Text)
    costs: Mapped[list[list[str | int]]] = mapped_column(JSON)
    cost_pence: Mapped[int]
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[MergeState] = mapped_column(one_of(MergeState, "state"))
    offered_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    offered_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship()
    whole: Mapped[Proposal] = relationship()
    parts: Mapped[list[MergePart]] = relationship(back_populates="merge", order_by="MergePart.id")


class MergePart(Base):
    """One of the bids, the whole among them, and its people's answer (None: not yet).

    `revision` is its newest edit when it was offered: people say yes to what they read.
    """

    __tablename__ = "merge_part"
    __table_args__ = (UniqueConstraint("merge_id", "proposal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(ForeignKey("merge.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    agrees: Mapped[bool | None]
    words: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    merge: Mapped[Merge] = relationship(back_populates="parts")
    proposal: Mapped[Proposal] = relationship()

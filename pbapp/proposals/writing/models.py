"""A proposal while somebody writes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment
from pbapp.organisations.models import Organisation
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round


class ProposalDraft(Base):
    """What somebody has typed so far, for themself or for the group whose members go on with it.

    `fields` is the forms as typed, `pictures` ids of uploads, `documents` pairs of id and title.
    `touched` says of each page who saved it last and as which `version` of the whole.

    `proposal` is what it changes; from `sent_at` on, what it became. Of one that is changed,
    `base` is what it said (and `base_version` which version that was) when the writing began.
    """

    __tablename__ = "proposal_draft"
    __table_args__ = (Index("ix_proposal_draft_round_id_account_id", "round_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    entered_for: Mapped[str] = mapped_column(String(120), default="")
    entered_for_email: Mapped[str] = mapped_column(String(320), default="")
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    base: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    base_version: Mapped[int | None]
    fields: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    pictures: Mapped[list[str]] = mapped_column(JSON, default=list)
    documents: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    touched: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    began_at: Mapped[datetime] = mapped_column(Moment)
    saved_at: Mapped[datetime] = mapped_column(Moment, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    proposal: Mapped[Proposal | None] = relationship()

    @property
    def title(self) -> str:
        """What it is called so far."""
        return (self.fields.get("title") or [""])[0].strip()

    @property
    def is_change(self) -> bool:
        """Whether it changes a proposal that has been sent in."""
        return self.base_version is not None

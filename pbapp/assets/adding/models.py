"""Which half-made entries are whose, so that somebody signed in finds theirs on every device."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pbapp.db import Base


class OwnDraft(Base):
    """A draft of somebody with an account; it goes with the draft itself.

    A draft is known by the hash of its token only. `seed` gives the token back to its owner,
    together with our secret, so that whoever reads the table alone can open none of them.
    """

    __tablename__ = "asset_draft"

    token_hash: Mapped[str] = mapped_column(
        String(64), ForeignKey("draft.token_hash", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    seed: Mapped[str] = mapped_column(String(64))

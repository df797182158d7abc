"""An account, its sign-ins (each one revocable), and the codes sent by e-mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.db import Base, Moment
from pbapp.refusal import N_


class Account(Base):
    """Somebody who comes back. Residents have no password; a code by e-mail lets them in."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )
    __refusals__ = {
        "uq_account_email": ("email", N_("There is already an account with this e-mail address.")),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(12), default="en")
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def actor(self) -> str:
        """How the officers' log names this person: never by name or address."""
        return f"account:{self.id}"


class SignIn(Base):
    """One browser in which somebody is signed in. The browser holds the token, we its hash."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

    account: Mapped[Account] = relationship()


class EmailCode(Base):
    """A short code sent to an address for one purpose; neither can be read here."""

    __tablename__ = "email_code"
    __table_args__ = (CheckConstraint("tries_left >= 0", name="tries_left"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

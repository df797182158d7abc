"""Find organisations and who may act for them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.organisations.models import Member, Organisation, OrganisationKind


def find(organisation_id: UUID) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def list_groups_of(account_id: UUID) -> list[Organisation]:
    """The organisations somebody may send in proposals for, by name. A funder is not one."""
    query = (
        select(Organisation)
        .join(Member)
        .where(Member.account_id == account_id, Organisation.kind != OrganisationKind.FUNDER)
        .order_by(Organisation.name)
    )
    return list(db.session.scalars(query))


def is_member(account_id: UUID, organisation_id: UUID | None) -> bool:
    """Whether somebody may act for an organisation."""
    if organisation_id is None:
        return False
    query = select(Member.id).where(
        Member.account_id == account_id, Member.organisation_id == organisation_id
    )
    return db.session.scalar(query) is not None


def list_members(organisation_id: UUID) -> list[Account]:
    """The people who may act for an organisation, by name."""
    query = (
        select(Account)
        .join(Member, Member.account_id == Account.id)
        .where(Member.organisation_id == organisation_id, Account.closed_at.is_(None))
        .order_by(Account.name)
    )
    return list(db.session.scalars(query))

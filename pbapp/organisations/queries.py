"""Find organisations and who may act for them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import token_hash
from pbapp.db import db
from pbapp.organisations.models import (
    Invitation,
    LeadOffer,
    Member,
    MemberRole,
    Organisation,
    OrganisationKind,
)


def find(organisation_id: UUID) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def list_groups_of(account_id: UUID) -> list[Organisation]:
    """The organisations somebody may send in proposals for, by name. A funder is not one."""
    query = (
        select(Organisation)
        .join(Member)
        .where(Member.account_id == account_id, Organisation.kind != OrganisationKind.FUNDER)
        .order_by(Organisation.name, Organisation.id)
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
        .order_by(Account.name, Account.email)
    )
    return list(db.session.scalars(query))


def find_by_name(name: str) -> Organisation | None:
    """An organisation of this very name, however its letters are written."""
    query = select(Organisation).where(func.lower(Organisation.name) == name.strip().lower())
    return db.session.scalar(query.limit(1))


def find_member(organisation_id: UUID, account_id: UUID) -> Member | None:
    query = select(Member).where(
        Member.organisation_id == organisation_id, Member.account_id == account_id
    )
    return db.session.scalar(query)


def list_memberships(organisation_id: UUID) -> list[Member]:
    """The people of a group with what each is there: leads first, then by name."""
    query = (
        select(Member)
        .join(Member.account)
        .options(joinedload(Member.account))
        .where(Member.organisation_id == organisation_id, Account.closed_at.is_(None))
        .order_by(Member.role != MemberRole.LEAD, Account.name, Account.email)
    )
    return list(db.session.scalars(query))


def list_leads(organisation_id: UUID) -> list[Account]:
    """Who leads a group, by name."""
    people = list_memberships(organisation_id)
    return [member.account for member in people if member.role is MemberRole.LEAD]


def list_invitations(organisation_id: UUID) -> list[Invitation]:
    """The open invitations of a group, newest first."""
    query = select(Invitation).where(Invitation.organisation_id == organisation_id, _is_open())
    return list(db.session.scalars(query.order_by(Invitation.invited_at.desc(), Invitation.id)))


def find_open_invitation(token: str) -> Invitation | None:
    """The invitation that a link opens, if it still does."""
    query = (
        select(Invitation)
        .options(joinedload(Invitation.organisation))
        .where(Invitation.token_hash == token_hash(token), _is_open())
    )
    return db.session.scalar(query)


def find_joined(token: str, account_id: UUID) -> Organisation | None:
    """The group that an invitation led into, for somebody who belongs to it."""
    query = (
        select(Organisation)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.accepted_at.is_not(None),
            Member.account_id == account_id,
        )
    )
    return db.session.scalar(query)


def find_invitation(organisation_id: UUID, invitation_id: UUID) -> Invitation | None:
    """One invitation of a group, open or not."""
    invitation = db.session.get(Invitation, invitation_id)
    return invitation if invitation and invitation.organisation_id == organisation_id else None


def _is_open() -> ColumnElement[bool]:
    return and_(
        Invitation.accepted_at.is_(None),
        Invitation.taken_back_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def list_lead_offers(organisation_id: UUID) -> dict[int, LeadOffer]:
    """Who was asked to lead and has not answered, by the number of their membership."""
    query = (
        select(LeadOffer)
        .join(LeadOffer.member)
        .where(Member.organisation_id == organisation_id)
        .options(joinedload(LeadOffer.member).joinedload(Member.account))
    )
    return {offer.member_id: offer for offer in db.session.scalars(query)}


def find_lead_offer(organisation_id: UUID, account_id: UUID) -> LeadOffer | None:
    """What somebody was asked and has not answered."""
    offers = list_lead_offers(organisation_id).values()
    return next((offer for offer in offers if offer.member.account_id == account_id), None)

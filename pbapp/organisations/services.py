"""Set up an organisation and say who may act for it."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.organisations.models import Member, MemberRole, Organisation, OrganisationKind
from pbapp.refusal import N_, Refused


def set_up(
    *,
    kind: OrganisationKind,
    name: str,
    description: str = "",
    website: str | None = None,
    email: str | None = None,
    is_example: bool = False,
) -> Organisation:
    """A new organisation, without members yet; raises `Refused` beside `name` without one."""
    if not name.strip():
        raise Refused(N_("Enter the name of the organisation."), "name")
    organisation = Organisation(
        kind=kind,
        name=name.strip(),
        description=description,
        website=website,
        email=email,
        is_example=is_example,
        created_at=clock.now(),
    )
    db.session.add(organisation)
    flush()
    return organisation


def add_member(
    *, organisation: Organisation, account: Account, role: MemberRole = MemberRole.MEMBER
) -> Member:
    """Let somebody act for an organisation; raises `Refused` if they already may."""
    member = Member(organisation=organisation, account_id=account.id, role=role)
    db.session.add(member)
    flush()
    return member

"""Set up an organisation and say who may act for it."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.organisations import queries
from pbapp.organisations.models import Member, MemberRole, Organisation, OrganisationKind
from pbapp.organisations.telling import log
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
    member = Member(organisation=organisation, account_id=account.id, role=role, since=clock.now())
    db.session.add(member)
    flush()
    return member


def begin(
    *, name: str, description: str, website: str, email: str, by: Account, own_name: str
) -> Organisation:
    """Somebody sets up their group here and leads it.

    Raises `Refused` beside `name` for the name of a group there is, and beside `own_name` when
    nobody would know who leads it.
    """
    if queries.find_by_name(name) is not None:
        raise Refused(
            N_(
                "There is a group of this name already. If it is yours, ask one of its leads for "
                "an invitation, or ask us."
            ),
            "name",
        )
    if not by.name and not own_name.strip():
        raise Refused(N_("Enter your name, so that your group knows who you are."), "own_name")
    by.name = by.name or own_name.strip()
    organisation = set_up(
        kind=OrganisationKind.GROUP,
        name=name,
        description=description.strip(),
        website=website.strip() or None,
        email=email.strip() or None,
    )
    add_member(organisation=organisation, account=by, role=MemberRole.LEAD)
    log(organisation, "set_up", by)
    return organisation


def describe(
    *, organisation: Organisation, description: str, website: str, email: str, by: Account
) -> None:
    """Change what a group says of itself. Its name stays: officers checked its papers under it."""
    must_lead(organisation, by)
    organisation.description = description.strip()
    organisation.website = website.strip() or None
    organisation.email = email.strip() or None
    flush()
    log(organisation, "described", by)


def must_lead(organisation: Organisation, by: Account) -> None:
    """Raises `Refused` unless somebody leads the group at this moment."""
    member = queries.find_member(organisation.id, by.id)
    if member is None or member.role is not MemberRole.LEAD:
        raise Refused(N_("Only a lead of the group can do this."))

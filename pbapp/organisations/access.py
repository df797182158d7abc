"""Which group an address names, and who may open its pages: its members and nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort

from pbapp.accounts.viewer import the_account
from pbapp.organisations import queries
from pbapp.organisations.models import Member, MemberRole, Organisation


def get_group(organisation_id: UUID) -> Organisation:
    return queries.find(organisation_id) or abort(404)


def my_membership(organisation_id: UUID) -> Member | None:
    """What the viewer is to a group at this moment: one who was removed is nothing to it."""
    account = the_account()
    if account is None:
        return None
    get_group(organisation_id)
    return queries.find_member(organisation_id, account.id)


def a_member(organisation_id: UUID, **_: Any) -> bool:
    """Everybody who belongs to the group."""
    return my_membership(organisation_id) is not None


def a_lead(organisation_id: UUID, **_: Any) -> bool:
    """Only who leads the group."""
    member = my_membership(organisation_id)
    return member is not None and member.role is MemberRole.LEAD

"""Groups, hosts and passports for tests."""

from __future__ import annotations

from datetime import date, timedelta

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.organisations.models import Hosting, Organisation, OrganisationKind
from pbapp.organisations.passport.models import Item, Kept, PassportItem


def make_group(name: str = "Example Host Trust", lead: Account | None = None) -> Organisation:
    from pbapp.organisations import services
    from pbapp.organisations.models import MemberRole

    group = services.set_up(kind=OrganisationKind.GROUP, name=name)
    if lead is not None:
        services.add_member(organisation=group, account=lead, role=MemberRole.LEAD)
    return group


def make_item(
    group: Organisation, item: Item, state: Kept = Kept.CHECKED, until: date | None = None
) -> PassportItem:
    """An item as it stands after an officer looked at it; checked ones count for a year."""
    checked = state is not Kept.WAITING
    row = PassportItem(
        organisation_id=group.id,
        item=item,
        says="" if item is Item.BANK else "Example words of the group.",
        given_at=clock.now(),
        state=state,
        checked_at=clock.now() if checked else None,
        expires_on=(until or clock.today() + timedelta(days=365)) if checked else None,
        reason="The last page is missing." if state is Kept.NOT_ACCEPTED else "",
    )
    db.session.add(row)
    db.session.flush()
    return row


def make_hosting(group: Organisation, host: Organisation, *, agreed: bool = True) -> Hosting:
    hosting = Hosting(
        organisation_id=group.id,
        host_id=host.id,
        asked_at=clock.now(),
        agreed_at=clock.now() if agreed else None,
    )
    db.session.add(hosting)
    db.session.flush()
    return hosting

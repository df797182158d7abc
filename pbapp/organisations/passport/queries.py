"""What a group's passport holds, and what is missing for an amount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.organisations.models import Hosting, Member, MemberRole, Organisation, OrganisationKind
from pbapp.organisations.passport.models import Item, ItemState, Kept, PassportItem

# What is asked from which amount on, in pence. Everything else follows from this table.
ASKED_FROM: dict[Item, int] = {
    Item.CONSTITUTION: 0,
    Item.BANK: 0,
    Item.INSURANCE: 1_000_00,
    Item.SAFEGUARDING: 1_000_00,
    Item.LAND: 1_000_00,
    Item.ACCOUNTS: 10_000_00,
}
# What a host answers for: the money comes to its account, and stands in its books.
HOST_GIVES = frozenset({Item.CONSTITUTION, Item.BANK, Item.ACCOUNTS})


@dataclass(frozen=True)
class Missing:
    """An item that an amount needs and nobody has checked, or no longer counts.

    `organisation` is whose passport it belongs in: the group's own, or its host's.
    """

    item: Item
    state: ItemState
    organisation: Organisation

    @property
    def is_up_to_group(self) -> bool:
        """Whether somebody of the group has to do something; else an officer has."""
        return self.state is not ItemState.WAITING


def asked_for(pence: int) -> list[Item]:
    """What a bid for an amount needs, in the order of the passport."""
    return [item for item, amount in ASKED_FROM.items() if pence >= amount]


def missing_for(organisation: Organisation, pence: int) -> list[Missing]:
    """What is missing in a group's passport for a bid of this amount, in the passport's order.

    A host that has agreed stands in for its constitution, bank account and accounts.
    """
    host = host_of(organisation)
    ids = [organisation.id] + ([host.id] if host else [])
    held = {(row.organisation_id, row.item): row for row in _rows(ids)}
    found = []
    for item in asked_for(pence):
        whose = host if host and item in HOST_GIVES else organisation
        state = state_of(held.get((whose.id, item)))
        if state is not ItemState.CHECKED:
            found.append(Missing(item, state, whose))
    return found


def host_of(organisation: Organisation) -> Organisation | None:
    """The organisation that has agreed to answer for a group, if one has."""
    query = (
        select(Organisation)
        .join(Hosting, Hosting.host_id == Organisation.id)
        .where(Hosting.organisation_id == organisation.id, Hosting.agreed_at.is_not(None))
    )
    return db.session.scalar(query)


def state_of(row: PassportItem | None) -> ItemState:
    """What an item means today."""
    return row.state_on(clock.today()) if row else ItemState.NOT_GIVEN


def list_items(organisation_id: UUID) -> dict[Item, PassportItem]:
    """What a group has given so far."""
    return {row.item: row for row in _rows([organisation_id])}


def _rows(organisation_ids: list[UUID]) -> list[PassportItem]:
    query = (
        select(PassportItem)
        .options(joinedload(PassportItem.document))
        .where(PassportItem.organisation_id.in_(organisation_ids))
    )
    return list(db.session.scalars(query))


def find_item(organisation_id: UUID, item: Item) -> PassportItem | None:
    query = select(PassportItem).where(
        PassportItem.organisation_id == organisation_id, PassportItem.item == item
    )
    return db.session.scalar(query)


def list_running_out(until: date) -> list[PassportItem]:
    """Checked items that still count today and end on a day up to `until`."""
    query = (
        select(PassportItem)
        .options(joinedload(PassportItem.organisation))
        .where(
            PassportItem.state == Kept.CHECKED,
            PassportItem.expires_on.between(clock.today(), until),
        )
        .order_by(PassportItem.expires_on, PassportItem.id)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Waiting:
    """A group whose passport waits for an officer: how many items, and since when."""

    organisation_id: UUID
    name: str
    items: int
    since: datetime


def list_waiting() -> list[Waiting]:
    """What officers have to look at, the oldest first."""
    since = func.min(PassportItem.given_at)
    query = (
        select(Organisation.id, Organisation.name, func.count(), since)
        .join(PassportItem, PassportItem.organisation_id == Organisation.id)
        .where(PassportItem.state == Kept.WAITING)
        .group_by(Organisation.id, Organisation.name)
        .order_by(since, Organisation.name, Organisation.id)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def list_with_passport() -> list[Organisation]:
    """Every group that has filled in something, by name."""
    given = exists().where(PassportItem.organisation_id == Organisation.id)
    query = select(Organisation).where(given).order_by(Organisation.name, Organisation.id)
    return list(db.session.scalars(query))


def list_checkers(rows: Iterable[PassportItem]) -> dict[UUID, str]:
    """Who checked these items, by name, for officers to read."""
    ids = {row.checked_by_id for row in rows if row.checked_by_id}
    query = select(Account.id, Account.name).where(Account.id.in_(ids))
    return {id: name for id, name in db.session.execute(query)}  # noqa: C416 — rows, not pairs


# --- hosts -----------------------------------------------------------------------------------


def find_hosting(organisation_id: UUID) -> Hosting | None:
    """Whom a group has asked to be its host, agreed or not."""
    query = (
        select(Hosting)
        .options(joinedload(Hosting.host), joinedload(Hosting.organisation))
        .where(Hosting.organisation_id == organisation_id)
    )
    return db.session.scalar(query)


def list_hosted_by(host_id: UUID) -> list[Hosting]:
    """The groups that an organisation hosts or is asked to, by name."""
    query = (
        select(Hosting)
        .join(Hosting.organisation)
        .options(joinedload(Hosting.organisation))
        .where(Hosting.host_id == host_id)
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))


def list_possible_hosts(organisation: Organisation) -> list[Organisation]:
    """Groups and partners with a lead who can agree, and without a host of their own, by name."""
    led = exists().where(Member.organisation_id == Organisation.id, Member.role == MemberRole.LEAD)
    hosted = exists().where(Hosting.organisation_id == Organisation.id)
    query = (
        select(Organisation)
        .where(
            led,
            ~hosted,
            Organisation.id != organisation.id,
            Organisation.kind != OrganisationKind.FUNDER,
        )
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))

"""Groups' passports, a host, an invitation, a claim, and somebody who waits for help."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.queries import token_hash
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.helping.models import Helper, HelpRequest
from pbapp.organisations.joining import LASTS
from pbapp.organisations.models import Hosting, Invitation
from pbapp.organisations.passport.models import Item, Kept, PassportItem
from pbapp.organisations.passport.services import COUNTS_FOR


def load_groups(cast: Cast) -> None:
    """What the file says of each group beyond its people."""
    facts = read("groups")
    for entry in facts["groups"]:
        for name, checked in entry.get("passport", {}).items():
            db.session.add(_item(cast, entry, Item(name), facts["says"], checked))
        for name in entry.get("waiting", []):
            db.session.add(_item(cast, entry, Item(name), facts["says"], None))
        if "hosted_by" in entry:
            db.session.add(_hosting(cast, entry))
        if "invited" in entry:
            db.session.add(_invitation(cast, entry))
        if "claim" in entry:
            db.session.add(_claim(cast, entry))
    _help(cast, facts)


def _lead(cast: Cast, entry: dict[str, Any]) -> Any:
    return next(cast.people[one["person"]].id for one in entry["members"] if one["role"] == "lead")


def _item(
    cast: Cast, entry: dict[str, Any], item: Item, says: dict[str, str], checked: int | None
) -> PassportItem:
    """An item that was checked on a day and counts for a year, or that waits (None)."""
    at = cast.calendar.moment(checked) if checked is not None else None
    is_bank = item is Item.BANK
    return PassportItem(
        organisation_id=cast.groups[entry["key"]].id,
        item=item,
        says=says.get(item.value, ""),
        own_account=True if is_bank else None,
        two_signatories=True if is_bank else None,
        given_at=cast.calendar.moment((checked or 0) - 3),
        given_by_id=_lead(cast, entry),
        state=Kept.CHECKED if at else Kept.WAITING,
        checked_at=at,
        checked_by_id=cast.people["moderator"].id if at else None,
        expires_on=at.date() + COUNTS_FOR if at else None,
    )


def _hosting(cast: Cast, entry: dict[str, Any]) -> Hosting:
    return Hosting(
        organisation_id=cast.groups[entry["key"]].id,
        host_id=cast.groups[entry["hosted_by"]].id,
        asked_by_id=_lead(cast, entry),
        asked_at=cast.calendar.moment(-143),
        agreed_at=cast.calendar.moment(-140),
    )


def _invitation(cast: Cast, entry: dict[str, Any]) -> Invitation:
    """Nobody holds its link: it is there to be seen, and taken back."""
    at = clock.now() - timedelta(days=2)
    return Invitation(
        organisation_id=cast.groups[entry["key"]].id,
        email=entry["invited"],
        token_hash=token_hash(secrets.token_urlsafe(24)),
        invited_by_id=_lead(cast, entry),
        invited_at=at,
        expires_at=at + LASTS,
    )


def _claim(cast: Cast, entry: dict[str, Any]) -> Claim:
    claimed = entry["claim"]
    return Claim(
        asset=db.session.scalars(select(Asset).where(Asset.name == claimed["asset"])).one(),
        organisation_id=cast.groups[entry["key"]].id,
        says=claimed["says"],
        asked_by_id=_lead(cast, entry),
        asked_at=clock.now() - timedelta(days=3),
        state=ClaimState.ASKED,
    )


def _help(cast: Cast, facts: dict[str, Any]) -> None:
    its = facts["helper"]
    board = cast.boards[its["board"]]
    db.session.add(
        Helper(
            board_id=board.id,
            name=its["name"],
            organisation=its["organisation"],
            email=its["email"],
        )
    )
    for entry in facts["help"]:
        person = cast.people[entry["person"]]
        db.session.add(
            HelpRequest(
                board_id=board.id,
                organisation_id=cast.groups[entry["group"]].id,
                account_id=person.id,
                name=person.name,
                email=person.email,
                about=entry["about"],
                text=entry["text"],
                sent_to=f"{its['name']}, {its['organisation']}",
                asked_at=clock.now() - timedelta(days=1),
                is_example=True,
            )
        )

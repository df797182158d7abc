"""Whom to tell what was decided on an entry, and telling them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.decisions import appealing
from pbapp.decisions import services as decisions
from pbapp.decisions.models import Appeal, Decision
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member, list_leads

CHANGED = "asset_changed"


@dataclass(frozen=True)
class Reader:
    """Somebody we write to. `key` tells the people of one group apart."""

    address: str
    language: str
    key: str = ""


def told_of(asset: Asset, asked: Account | None = None) -> list[Reader]:
    """The leads of the group that looks after it; without a group, whoever sent it in.

    `asked`: who appealed reads the answer too, as long as they belong to the group.
    """
    if asset.organisation_id is None:
        return [Reader(asset.submitter_email, asset.language)] if asset.submitter_email else []
    people = {lead.id: lead for lead in list_leads(asset.organisation_id)}
    if asked is not None and is_member(asked.id, asset.organisation_id):
        people[asked.id] = asked
    return [Reader(one.email, one.language, str(one.id)) for one in people.values()]


def tell(*, asset: Asset, decision: Decision, template: str, context: dict[str, Any]) -> None:
    """Write what was decided; it leaves when the decision can no longer be undone."""
    said = {
        "name": asset.name,
        "board": asset.board.name,
        "is_group": asset.organisation_id is not None,  # their link needs a sign-in
        **context,
    }
    for reader in told_of(asset):
        decisions.tell(
            decision=decision,
            to=reader.address,
            template=template,
            context=said,
            language=reader.language,
            reader=reader.key,
        )


def tell_changed(*, asset: Asset, by: Account | None, url: str) -> None:
    """An officer has changed what others look after: they are told once a day at most."""
    item = {"id": str(asset.id), "name": asset.name, "url": url}
    for reader in told_of(asset):
        if by is None or reader.address != by.email:
            messages.gather_daily(
                item=item, to=reader.address, template=CHANGED, language=reader.language
            )


def tell_of_appeal(*, asset: Asset, appeal: Appeal, url: str, is_answer: bool) -> None:
    """Write that we have an appeal, or what became of it."""
    asked = db.session.get(Account, appeal.by_id) if appeal.by_id else None
    for reader in told_of(asset, asked):
        appealing.tell(
            appeal=appeal,
            to=reader.address,
            title=asset.name,
            url=url,
            is_answer=is_answer,
            reader=reader.key,
        )

"""One thing, two entries: one is kept, the other leads to it."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.assets.adding.doubles import list_likely
from pbapp.assets.entry import Spot
from pbapp.assets.finding.folding import fold
from pbapp.assets.keeping import trusting
from pbapp.assets.keeping.confirming import hold
from pbapp.assets.keeping.holding import end_offer
from pbapp.assets.models import SUBJECT, Asset, AssetKind, AssetState
from pbapp.assets.snapshot import entry_of
from pbapp.audit import services as audit
from pbapp.audit.models import Event
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member, list_leads
from pbapp.organisations.telling import tell
from pbapp.refusal import N_, Refused

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def why_not(asset: Asset, by: Account) -> Refused | None:
    """What keeps somebody from saying that an entry is the same as another."""
    if not has_role(by.id, asset.board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, asset.organisation_id) or asset.submitted_by_id == by.id:
        return Refused(N_("This is your own or your group's, so another officer has to decide."))
    return None


def list_others(asset: Asset) -> list[Asset]:
    """Published entries that are likely the same, the likeliest first."""
    spot = Spot(asset.where_kind, asset.area, asset.lat, asset.lon, asset.postcode)
    likely = list_likely(asset.board, entry_of(asset), spot, limit=9)
    return [one.asset for one in likely if one.asset.id != asset.id]


def find_named(asset: Asset, typed: str) -> Asset | None:
    """The entry of the same board that an address, or a whole name, means.

    Raises `Refused` beside `typed` where several have that name: they are not told apart by it.
    """
    found = ID.search(typed)
    if found:
        other = db.session.get(Asset, UUID(found[0]))
        return other if other is not None and other.board_id == asset.board_id else None
    query = select(Asset).where(
        Asset.board_id == asset.board_id,
        Asset.sort_name == fold(typed)[:500],
        Asset.id != asset.id,
        Asset.state == AssetState.PUBLISHED,
    )
    named = list(db.session.scalars(query.limit(2)))
    if len(named) > 1:
        raise Refused(
            N_("Several entries have this name. Give the address of the one that stays."), "typed"
        )
    return named[0] if named else None


def mark(*, asset: Asset, kept: Asset | None, by: Account, url: str) -> None:
    """`asset` leaves the list, and its address leads to `kept` (at `url`). Its people are told."""
    both = {asset.id: asset, **({kept.id: kept} if kept else {})}
    for one in sorted(both):  # the same order for two officers who each mean the other way round
        hold(both[one])
    db.session.refresh(asset, ["duplicate_of_id"])
    if kept is not None and asset.duplicate_of_id == kept.id:
        return  # a second click
    if refused := why_not(asset, by):
        raise refused
    if kept is None or kept.state is not AssetState.PUBLISHED or kept.id == asset.id:
        raise Refused(N_("Choose another entry of this board that is on the map."), "typed")
    if AssetKind.INDIVIDUAL in (asset.kind, kept.kind):  # a gift is deleted whole when it ends
        raise Refused(N_("A person's gift leads nowhere. Take one of the two off the map."))
    if asset.state not in (AssetState.PUBLISHED, AssetState.WAITING):
        raise Refused(N_("This entry is not on the map at the moment."))
    for further in db.session.scalars(select(Asset).where(Asset.duplicate_of_id == asset.id)):
        further.duplicate_of_id = kept.id
    asset.state, asset.duplicate_of_id = AssetState.DUPLICATE, kept.id
    trusting.looked_at_all(asset, by)
    end_offer(asset)
    _tell(asset, kept, _log(asset, "duplicate", by), url)


def unmark(*, asset: Asset, by: Account) -> None:
    """It is an entry of its own after all: an officer looks at it before it shows again."""
    hold(asset)
    if asset.state is not AssetState.DUPLICATE:
        return
    if refused := why_not(asset, by):
        raise refused
    asset.state, asset.duplicate_of_id = AssetState.WAITING, None
    flush()
    _log(asset, "no_duplicate", by)


def _log(asset: Asset, what: str, by: Account) -> Event:
    return audit.record(
        actor=by.actor,
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
    )


def _tell(asset: Asset, kept: Asset, event: Event, url: str) -> None:
    about: dict[str, object] = {"name": asset.name, "kept": kept.name, "url": url}
    about |= {"board": asset.board.name, "is_group": asset.organisation_id is not None}
    if asset.organisation_id is not None:
        tell(event, list_leads(asset.organisation_id), template="asset_duplicate", context=about)
    elif asset.submitter_email:
        messages.write(
            key=f"event {event.number} to author",
            to=asset.submitter_email,
            template="asset_duplicate",
            context=about,
            language=asset.language,
        )

"""Say of a group's entries that they are right, hand one over, let go of it, copy it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets import services as assets
from pbapp.assets.entry import Entry
from pbapp.assets.keeping import confirming
from pbapp.assets.keeping.holding import OFFERED_BY_MAIL, end_offer, hand_to, set_free
from pbapp.assets.managing import queries
from pbapp.assets.managing.models import Handover
from pbapp.assets.models import SUBJECT, Asset, AssetKind, AssetState, Confirmer
from pbapp.audit import services as audit
from pbapp.audit.models import Event
from pbapp.boards.models import Board
from pbapp.db import advisory_lock, db, flush, is_still_there
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member, list_leads
from pbapp.organisations.services import must_lead
from pbapp.organisations.telling import tell
from pbapp.refusal import N_, Refused

ANSWERED = N_("This has been answered already.")
NOT_OURS = N_("Your group does not look after this entry any more.")


def confirm_all(*, entries: Iterable[Asset]) -> int:
    """Those of them that are on the map are still right; how many. A second press does no harm."""
    right = [
        asset
        for asset in entries
        if asset.state is AssetState.PUBLISHED and asset.kind is not AssetKind.INDIVIDUAL
    ]
    for asset in right:
        confirming.confirm(asset=asset, as_a=Confirmer.GROUP)
    return len(right)


def copy(
    *,
    board: Board,
    entry: Entry,
    group: Organisation,
    by: Account,
    copy_id: UUID,
    may_show: bool = True,
) -> Asset | None:
    """Send in an entry made from an older one; None for a second press, known by `copy_id`.

    `may_show` false: even a trusted group's is looked at first.
    """
    if not is_member(by.id, group.id):
        raise Refused(N_("You do not belong to this group any more."))
    advisory_lock(f"copies {group.id}")
    if db.session.get(Asset, copy_id) is not None:
        return None
    return assets.submit(
        board=board,
        entry=entry,
        by=by,
        email=by.email,
        organisation_id=group.id,
        asset_id=copy_id,
        may_show=may_show,
    )


# --- to another group, or to nobody ----------------------------------------------------------


def offer(*, asset: Asset, group: Organisation, to: Organisation, by: Account, url: str) -> None:
    """Ask another group to take an entry over; nothing changes yet.

    Its leads are told, once a day at most.
    """
    _hold(asset, group, by)
    if asset.state is AssetState.DUPLICATE:
        raise Refused(N_("This is the same as another entry. Change that one."))
    before = queries.find_handover(asset.id)
    if before is not None and before.is_live:
        if before.to_id == to.id:
            return  # a second press
        raise Refused(N_("It is offered to a group already. Take that back first."), "to")
    if before is not None:
        db.session.delete(before)
        flush()
    made = Handover(asset=asset, from_group=group, to_group=to, by=by, at=clock.now())
    db.session.add(made)
    flush()
    _log(asset, "handover_offered", by)
    about = {"name": asset.name, "group": group.name, "to": to.name, "url": url}
    for lead in list_leads(to.id):
        messages.gather_daily(
            item={"id": str(asset.id), **about},
            to=lead.email,
            template=OFFERED_BY_MAIL,
            language=lead.language,
        )


def answer(*, handover: Handover, yes: bool, by: Account, url: str) -> None:
    """The other group takes the entry over, or does not; whoever offered it is told."""
    must_lead(handover.to_group, by)
    asset, giver, taker = handover.asset, handover.from_group, handover.to_group
    _hold_offer(handover)
    if yes and not handover.is_live:
        raise Refused(N_("The group that offered this entry does not look after it any more."))
    if yes:
        hand_to(asset, taker.id)
    else:
        end_offer(asset)
    about = {"name": asset.name, "group": giver.name, "to": taker.name, "is_taken": yes, "url": url}
    event = _log(asset, "handed_over" if yes else "handover_declined", by)
    tell(event, list_leads(giver.id), template="handover_answered", context=about)


def take_back(*, handover: Handover, by: Account) -> None:
    """The group keeps its entry after all."""
    must_lead(handover.from_group, by)
    asset = handover.asset
    _hold_offer(handover)
    end_offer(asset)
    _log(asset, "handover_taken_back", by)


def let_go(*, asset: Asset, group: Organisation, by: Account) -> None:
    """The entry stays on the map, and is nobody's until a group says that it is theirs."""
    if asset.organisation_id is None:
        return  # a second press
    _hold(asset, group, by)
    if asset.state is not AssetState.PUBLISHED:  # it would be nobody's and nowhere
        raise Refused(N_("You can let go only of an entry that is on the map."))
    set_free(asset)
    _log(asset, "let_go", by)


def _hold(asset: Asset, group: Organisation, by: Account) -> None:
    must_lead(group, by)
    advisory_lock(f"decide {SUBJECT} {asset.id}")
    db.session.refresh(asset, ["organisation_id", "state", "version"])
    if asset.organisation_id != group.id:
        raise Refused(NOT_OURS)


def _hold_offer(handover: Handover) -> None:
    """Read an offer again with the lock in hand: it may be taken and taken back at one moment."""
    advisory_lock(f"decide {SUBJECT} {handover.asset_id}")
    db.session.refresh(handover.asset, ["organisation_id"])
    if not is_still_there(handover):
        raise Refused(ANSWERED)


def _log(asset: Asset, what: str, by: Account) -> Event:
    return audit.record(
        actor=by.actor,
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
    )

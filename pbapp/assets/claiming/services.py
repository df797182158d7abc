"""A group says that an entry is its own, and an officer who is not of it decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.keeping.holding import hand_to, set_free
from pbapp.assets.models import SUBJECT, Asset, AssetKind, AssetState
from pbapp.assets.refusing import DECIDED
from pbapp.audit import services as audit
from pbapp.audit.models import Event
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member, list_leads, list_members
from pbapp.organisations.telling import tell
from pbapp.refusal import N_, Refused

CLOCK = "clock"


def find_claim(claim_id: int) -> Claim | None:
    """One claim with all that its page shows."""
    query = (
        select(Claim)
        .options(
            joinedload(Claim.asset).options(
                joinedload(Asset.board), joinedload(Asset.organisation), joinedload(Asset.area)
            ),
            joinedload(Claim.organisation),
            joinedload(Claim.asked_by),
        )
        .where(Claim.id == claim_id)
    )
    return db.session.scalar(query)


def can_be_claimed(asset: Asset) -> bool:
    """An entry on the map, of anything but a person."""
    return asset.state is AssetState.PUBLISHED and asset.kind is not AssetKind.INDIVIDUAL


def claim(*, asset: Asset, organisation: Organisation, says: str, by: Account) -> Claim:
    """Say that an entry belongs to one's group; `says` is for the officer.

    Raises `Refused` beside `says` without a word on why, and when another group asked before.
    """
    if not can_be_claimed(asset):
        raise Refused(N_("This entry is not on the map at the moment."))
    if not is_member(by.id, organisation.id):
        raise Refused(N_("You do not belong to this group any more."), "group")
    if asset.organisation_id == organisation.id:
        raise Refused(N_("Your group looks after this entry already."))
    if not says.strip():
        raise Refused(N_("Say in a sentence how we can tell that it is yours."), "says")
    mine = _asked_already(asset, organisation)
    if mine is not None:
        return mine  # a second press
    made = Claim(
        asset=asset,
        organisation=organisation,
        says=says.strip(),
        asked_by_id=by.id,
        asked_at=clock.now(),
        state=ClaimState.ASKED,
    )
    db.session.add(made)
    flush()
    _log(made, "claimed", by)
    return made


def _asked_already(asset: Asset, organisation: Organisation) -> Claim | None:
    query = select(Claim).where(
        Claim.asset_id == asset.id,
        Claim.organisation_id == organisation.id,
        Claim.state == ClaimState.ASKED,
    )
    return db.session.scalar(query)


def take_back(*, claim: Claim, by: Account) -> None:
    """The group does not say so any more; another may."""
    advisory_lock(f"decide {SUBJECT} {claim.asset_id}")
    db.session.refresh(claim)
    if claim.is_taken_back:
        return  # a second press
    if not is_member(by.id, claim.organisation_id):
        raise Refused(N_("You do not belong to this group any more."))
    if claim.state is not ClaimState.ASKED:
        raise Refused(N_("This has been answered already."))
    claim.state, claim.decided_by_id, claim.decided_at = ClaimState.LAPSED, by.id, clock.now()
    flush()
    _log(claim, "claim_taken_back", by)


def why_not(claim: Claim, by: Account) -> Refused | None:
    """What keeps somebody from deciding on a claim."""
    if not has_role(by.id, claim.asset.board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    theirs = is_member(by.id, claim.organisation_id) or is_member(
        by.id, claim.asset.organisation_id
    )
    if theirs or claim.asked_by_id == by.id:
        return Refused(N_("Your own group is part of this, so another officer has to decide."))
    return None


def approve(*, claim: Claim, by: Account, url: str) -> None:
    """The entry is the group's from now on; its people may change it. They are told.

    So are the leads of the group it was taken from, or else whoever added it.
    """
    _decide(claim, by, ClaimState.APPROVED, "")
    before = claim.asset.organisation_id
    hand_to(claim.asset, claim.organisation_id)
    _tell(claim, "claim_approved", by, url)
    if before != claim.organisation_id:
        _tell_losers(claim, before, by, url)


def refuse(*, claim: Claim, by: Account, reason: str, url: str) -> None:
    """The entry stays as it is; the group reads the reason word for word."""
    if not reason.strip():
        raise Refused(N_("Say why, so that the group knows what to do."), "reason")
    _decide(claim, by, ClaimState.REFUSED, reason.strip())
    _tell(claim, "claim_refused", by, url)


def why_not_revoke(asset: Asset, by: Account) -> Refused | None:
    """What keeps somebody from taking an entry from the group that looks after it."""
    if not has_role(by.id, asset.board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, asset.organisation_id):
        return Refused(N_("You belong to this group, so another officer has to decide on this."))
    return None


def revoke(*, asset: Asset, group_id: UUID, by: Account, reason: str, url: str) -> None:
    """The group may change the entry no more, and reads the reason word for word.

    `group_id` is the one the officer saw on the page: a second click finds it gone.
    """
    advisory_lock(f"decide {SUBJECT} {asset.id}")
    db.session.refresh(asset)
    if asset.organisation_id is None:
        return  # a second click
    if asset.organisation_id != group_id:
        raise Refused(DECIDED)
    if refused := why_not_revoke(asset, by):
        raise refused
    if not reason.strip():
        raise Refused(N_("Say why, so that the group knows what to do."), "reason")
    _end(asset, ClaimState.REVOKED, reason.strip(), by)
    _tell_ended(group_id, [asset], by.actor, reason.strip(), url)


def lapse(*, assets: Iterable[Asset], url: str) -> None:
    """Three letters were not answered: the groups look after these entries no more."""
    by_group: dict[UUID, list[Asset]] = defaultdict(list)
    for asset in assets:
        if asset.organisation_id is not None:
            by_group[asset.organisation_id].append(asset)
            _end(asset, ClaimState.LAPSED, "", None)
    for group_id, lost in by_group.items():
        _tell_ended(group_id, lost, CLOCK, "", url)


def _end(asset: Asset, state: ClaimState, reason: str, by: Account | None) -> None:
    """The entry is nobody's; the claim that gave it to the group says how that ended."""
    query = select(Claim).where(
        Claim.asset_id == asset.id,
        Claim.organisation_id == asset.organisation_id,
        Claim.state == ClaimState.APPROVED,
    )
    for claim in db.session.scalars(query):
        claim.state, claim.reason, claim.decided_at = state, reason, clock.now()
        claim.decided_by_id = by.id if by else None
    set_free(asset)


def _tell_ended(group_id: UUID, assets: list[Asset], actor: str, reason: str, url: str) -> None:
    """One letter to each lead for all that their group lost; one line of the log for each."""
    events = [
        audit.record(
            actor=actor,
            verb=f"{SUBJECT}.claim_{'revoked' if reason else 'lapsed'}",
            subject_type=SUBJECT,
            subject_id=str(asset.id),
            board_id=asset.board_id,
            facts={"group": str(group_id)},
        )
        for asset in assets
    ]
    about = {
        "group": db.session.get_one(Organisation, group_id).name,
        "names": [asset.name for asset in assets],
        "reason": reason,
        "url": url,
    }
    tell(events[0], list_leads(group_id), template="asset_claim_ended", context=about)


def _decide(claim: Claim, by: Account, state: ClaimState, reason: str) -> None:
    advisory_lock(f"decide {SUBJECT} {claim.asset_id}")  # two officers at the same moment
    db.session.refresh(claim)
    db.session.refresh(claim.asset)
    refused = why_not(claim, by)
    if refused:
        raise refused
    if claim.state is not ClaimState.ASKED:
        raise Refused(DECIDED)
    if state is ClaimState.APPROVED and not can_be_claimed(claim.asset):
        raise Refused(N_("This entry is not on the map at the moment."))
    claim.state, claim.reason = state, reason
    claim.decided_by_id, claim.decided_at = by.id, clock.now()
    flush()


def _log(claim: Claim, what: str, by: Account) -> Event:
    return audit.record(
        actor=by.actor,
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(claim.asset_id),
        board_id=claim.asset.board_id,
        facts={"claim": claim.id, "group": str(claim.organisation_id)},
    )


def _tell(claim: Claim, what: str, by: Account, url: str) -> None:
    """Write to who asked, if they still belong to the group, and to its leads."""
    event = _log(claim, what, by)
    people = {lead.id: lead for lead in list_leads(claim.organisation_id)}
    if is_member(claim.asked_by_id, claim.organisation_id):
        people[claim.asked_by_id] = claim.asked_by
    about = {
        "name": claim.asset.name,
        "group": claim.organisation.name,
        "is_approved": claim.state is ClaimState.APPROVED,
        "reason": claim.reason,
        "url": url,
    }
    tell(event, people.values(), template="asset_claim", context=about)


def _tell_losers(claim: Claim, before: UUID | None, by: Account, url: str) -> None:
    """Nobody learns only by chance that they can change their own entry no more."""
    asset = claim.asset
    about = {
        "name": asset.name,
        "group": claim.organisation.name,
        "url": url,
        "is_group": before is not None,
    }
    if before is not None:
        event = _log(claim, "claimed_away", by)
        tell(event, list_leads(before), template="asset_claimed_away", context=about)
    elif asset.submitter_email and not _is_told(claim, asset.submitter_email):
        messages.write(
            key=f"claim {claim.id} to author",
            to=asset.submitter_email,
            template="asset_claimed_away",
            context=about,
            language=asset.language,
        )


def _is_told(claim: Claim, address: str) -> bool:
    """Whether this is somebody of the group that has the entry now."""
    return any(one.email == address for one in list_members(claim.organisation_id))

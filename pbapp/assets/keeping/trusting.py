"""Groups whose entries show at once on a board: trust given, taken back, and what to look at."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.keeping.models import StraightAway, TrustedGroup
from pbapp.assets.models import SUBJECT, Asset
from pbapp.audit import services as audit
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member, list_leads
from pbapp.organisations.telling import tell
from pbapp.refusal import N_, Refused


def find_trust(board_id: int, organisation_id: UUID) -> TrustedGroup | None:
    """The trust that counts now."""
    query = select(TrustedGroup).where(
        TrustedGroup.board_id == board_id,
        TrustedGroup.organisation_id == organisation_id,
        TrustedGroup.revoked_at.is_(None),
    )
    return db.session.scalar(query)


def is_trusted(board_id: int, organisation_id: UUID | None) -> bool:
    """Whether a group publishes straight away on a board."""
    return organisation_id is not None and find_trust(board_id, organisation_id) is not None


def why_not(board_id: int, organisation_id: UUID, by: Account) -> Refused | None:
    """What keeps somebody from deciding whether to trust a group."""
    if not has_role(by.id, board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, organisation_id):
        return Refused(N_("You belong to this group, so another officer has to decide on this."))
    return None


def trust(
    *, board: Board, organisation: Organisation, reason: str, by: Account, url: str
) -> TrustedGroup:
    """From now on the group's entries show at once. Its leads are told."""
    _hold(board.id, organisation.id, by)
    there = find_trust(board.id, organisation.id)
    if there is not None:
        return there  # a second click
    if not reason.strip():
        raise Refused(N_("Say why, for the record."), "reason")
    made = TrustedGroup(
        board_id=board.id,
        organisation_id=organisation.id,
        reason=reason.strip(),
        by_id=by.id,
        at=clock.now(),
    )
    db.session.add(made)
    flush()
    _tell(board, organisation, by, True, "", url)
    return made


def revoke(*, board: Board, organisation: Organisation, reason: str, by: Account, url: str) -> None:
    """What the group changes is checked first again. Its leads read the reason word for word."""
    _hold(board.id, organisation.id, by)
    there = find_trust(board.id, organisation.id)
    if there is None:
        return  # a second click
    if not reason.strip():
        raise Refused(N_("Say why, for the record."), "reason")
    there.revoked_at, there.revoked_by_id = clock.now(), by.id
    there.revoked_reason = reason.strip()
    flush()
    _tell(board, organisation, by, False, there.revoked_reason, url)


def looked(*, row: StraightAway, by: Account) -> None:
    """An officer has looked at something that showed at once, and leaves it."""
    if not has_role(by.id, row.asset.board_id, [Role.MODERATOR]):
        raise Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, row.asset.organisation_id):
        raise Refused(N_("Your own group looks after this, so another officer has to decide."))
    advisory_lock(f"straight away {row.id}")
    db.session.refresh(row)
    if row.looked_at is None:
        row.looked_at, row.looked_by_id = clock.now(), by.id
        flush()
        _log(row.asset, by)


def looked_at_all(asset: Asset, by: Account) -> None:
    """An officer took the entry down: nothing of it is left to look at."""
    waiting = select(StraightAway).where(
        StraightAway.asset_id == asset.id, StraightAway.looked_at.is_(None)
    )
    for row in db.session.scalars(waiting):
        row.looked_at, row.looked_by_id = clock.now(), by.id
    flush()


def _hold(board_id: int, organisation_id: UUID, by: Account) -> None:
    if refused := why_not(board_id, organisation_id, by):
        raise refused
    advisory_lock(f"trust {board_id} {organisation_id}")


def _log(asset: Asset, by: Account) -> None:
    audit.record(
        actor=by.actor,
        verb=f"{SUBJECT}.looked_at",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
    )


def _tell(
    board: Board, group: Organisation, by: Account, is_trusted: bool, reason: str, url: str
) -> None:
    event = audit.record(
        actor=by.actor,
        verb="organisation.trusted" if is_trusted else "organisation.not_trusted",
        subject_type="organisation",
        subject_id=str(group.id),
        board_id=board.id,
    )
    about = {
        "group": group.name,
        "board": board.name,
        "is_trusted": is_trusted,
        "reason": reason,
        "url": url,
    }
    tell(event, list_leads(group.id), template="group_trusted", context=about)

"""Take an edit of an entry back: write what was there before as one more edit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pbapp.accounts.models import Account
from pbapp.assets import services
from pbapp.assets.history import is_by_itself
from pbapp.assets.keeping import closing
from pbapp.assets.keeping.confirming import hold
from pbapp.assets.models import SUBJECT, Asset, Confirmer, Status
from pbapp.assets.snapshot import entry_of, raw_of, restored
from pbapp.audit import services as audit
from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused
from pbapp.web.models import Upload

MOVED_BY_ITSELF = N_(
    "Nobody made this change: it came with new boundaries or postcodes, and goes back when those "
    "from before are brought in again. If its place is wrong, change the entry."
)
MAY = (Confirmer.OFFICER, Confirmer.GROUP)


def undoable(asset: Asset, revisions: Iterable[Revision]) -> set[int]:
    """The numbers of the edits that nothing has changed again since."""
    now = _now(asset)
    return {revision.number for revision in revisions if _stands(revision, now)}


def undo(
    *, asset: Asset, number: int, as_a: Confirmer, by: Account | None, by_mail: bool = False
) -> None:
    """Write the values from before an edit, by the rules of any other edit.

    Raises `Refused` where a later edit changed the same again. A second click finds it undone.
    """
    hold(asset)
    revisions = list_revisions(SUBJECT, str(asset.id))
    revision = next((one for one in revisions if one.number == number), None)
    if revision is None or as_a not in MAY:
        raise Refused(N_("There is no such change."))
    if revisions[0].undoes == number:
        return
    if is_by_itself(revision.by):
        raise Refused(MOVED_BY_ITSELF)
    if not revision.raw:
        raise Refused(N_("We keep nothing of this change to undo it with. Change it by hand."))
    if not _stands(revision, _now(asset)):
        raise Refused(
            N_(
                "What this changed has been changed again since. Undo the later change first, "
                "or change the entry by hand."
            )
        )
    before = {part: values[0] for part, values in revision.raw.items()}
    if "status" in before:
        _set_status(asset, before["status"], as_a, by, number)
        return
    photo_id = before.get("photo_id")
    entry = restored(entry_of(asset), before)
    if photo_id and db.session.get(Upload, entry.photo_id) is None:
        raise Refused(N_("The photo from before is not kept any more."))
    services.edit(
        asset=asset,
        entry=entry,
        version=asset.version,
        as_a=as_a,
        by=by,
        undoes=number,
        by_mail=by_mail,
    )


def hide(*, asset: Asset, number: int, is_hidden: bool, by: Account) -> None:
    """Keep a change of the history from everybody, or show it again; keepers and officers see it.

    The page has seen to it that an officer of the board asks.
    """
    hold(asset)
    revisions = list_revisions(SUBJECT, str(asset.id))
    revision = next((one for one in revisions if one.number == number), None)
    if revision is None:
        raise Refused(N_("There is no such change."))
    db.session.refresh(revision, ["is_hidden"])
    if revision.is_hidden is is_hidden:
        return  # a second click
    revision.is_hidden = is_hidden
    flush()
    audit.record(
        actor=by.actor,
        verb=f"{SUBJECT}.change_{'hidden' if is_hidden else 'shown'}",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
        facts={"change": number},
    )


def _set_status(
    asset: Asset, before: list[Any], as_a: Confirmer, by: Account | None, number: int
) -> None:
    status, why, until = before
    closing.set_status(
        asset=asset,
        status=Status(status),
        why=why,
        until=date.fromisoformat(until) if until else None,
        as_a=as_a,
        by=by,
        undoes=number,
    )


def _now(asset: Asset) -> dict[str, Any]:
    return {**raw_of(asset), "status": closing.raw_status(asset)}


def _stands(revision: Revision, now: dict[str, Any]) -> bool:
    """Whether all that an edit wrote is still there."""
    raw = revision.raw or {}
    return bool(raw) and all(now.get(part) == after for part, (_, after) in raw.items())

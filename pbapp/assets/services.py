"""Submit an entry, decide on it, edit it."""

from __future__ import annotations

from uuid import UUID, uuid4

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.entry import Entry
from pbapp.assets.keeping import closing, confirming, trusting
from pbapp.assets.keeping.models import Said
from pbapp.assets.models import SUBJECT, Asset, AssetKind, AssetState, Confirmer, Method
from pbapp.assets.refusing import DECIDED, STATE_AFTER, hold
from pbapp.assets.snapshot import changed, raw_of
from pbapp.assets.telling import tell
from pbapp.assets.writing import marked, readable, unread, write
from pbapp.audit import services as audit
from pbapp.audit.queries import list_revisions
from pbapp.boards.models import Board
from pbapp.db import db, flush
from pbapp.decisions import appealing, refusing
from pbapp.decisions import services as decisions
from pbapp.decisions.models import Decision, Outcome
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member
from pbapp.refusal import N_, Refused

VISITOR = "visitor"


def submit(
    *,
    board: Board,
    entry: Entry,
    by: Account | None = None,
    email: str | None = None,
    organisation_id: UUID | None = None,
    is_example: bool = False,
    asset_id: UUID | None = None,
    may_show: bool = True,
) -> Asset:
    """Send an entry in; an officer of the board checks it before anybody sees it.

    Unless its author belongs to the group it is for, and the board trusts that group; `may_show`
    false: it waits even so.
    Without `by` and `email` nobody is told what became of it. Raises `Refused` beside the field.
    Whoever calls it then calls `acknowledge`, with the addresses for the e-mail. With an `asset_id`
    of their own they can tell a second press.
    """
    at_once = may_show and shows_when_sent(board, entry, by, organisation_id)
    asset = Asset(
        id=asset_id or uuid4(),
        board_id=board.id,
        organisation_id=organisation_id,
        state=AssetState.PUBLISHED if at_once else AssetState.WAITING,
        submitted_by_id=by.id if by else None,
        submitter_email=email,
        submitted_at=clock.now(),
        updated_at=clock.now(),
        is_example=is_example,
    )
    write(asset, entry, board)
    db.session.add(asset)
    flush()
    if at_once:
        confirming.begin_anew(asset)
        closing.show_afterwards(asset, Confirmer.GROUP, None)
    _log(asset, "published" if at_once else "submitted", by)
    return asset


def shows_when_sent(
    board: Board, entry: Entry, by: Account | None, organisation_id: UUID | None
) -> bool:
    """Whether a new entry need not wait: its author belongs to its group, trusted here."""
    return (
        by is not None
        and entry.kind is not AssetKind.INDIVIDUAL
        and is_member(by.id, organisation_id)
        and trusting.is_trusted(board.id, organisation_id)
    )


def acknowledge(*, asset: Asset, fix_url: str, gift_url: str = "") -> None:
    """Tell the submitter that we have it, where it waits.

    `fix_url` lets them change it without an account; `gift_url` is a giver's own page.
    """
    if asset.submitter_email and asset.state is AssetState.WAITING:
        messages.write(
            key=f"asset received {asset.id}",
            to=asset.submitter_email,
            template="asset_received",
            context={
                "name": asset.name,
                "url": fix_url,
                "board": asset.board.name,
                "is_group": asset.organisation_id is not None,
                "gift_url": gift_url,
            },
            language=asset.language,
        )


def approve(*, asset: Asset, by: Account, url: str, batch_id: UUID | None = None) -> Decision:
    """Publish an entry that waits. `url` is its page, for the e-mail, which leaves in a minute."""
    decision = _decide(asset, by, Outcome.APPROVED, "", batch_id)
    confirming.begin_anew(asset)
    tell(asset=asset, decision=decision, template="asset_published", context={"url": url})
    return decision


def return_for_changes(
    *,
    asset: Asset,
    by: Account,
    reason: str,
    fix_url: str,
    appeal_url: str = "",
    batch_id: UUID | None = None,
) -> Decision:
    """Send an entry back with what to change. A published one leaves the map until it is fixed."""
    decision = _decide(asset, by, Outcome.RETURNED, reason, batch_id)
    trusting.looked_at_all(asset, by)
    tell(
        asset=asset,
        decision=decision,
        template="asset_returned",
        context={"reason": decision.reason, "url": fix_url, "appeal_url": appeal_url},
    )
    return decision


def undo(*, asset: Asset, decision: Decision, by: Account) -> None:
    """Take back a decision within its minute; the entry waits again and nobody is told."""
    if decision.subject_type != SUBJECT or decision.subject_id != str(asset.id):
        raise Refused(N_("This decision was about something else."))
    hold(asset)
    db.session.refresh(decision, ["undone_at"])
    if decision.undone_at is not None:
        return
    if asset.state is not STATE_AFTER[decision.outcome]:
        raise Refused(N_("Somebody has changed this since. Look at it again."))
    decisions.undo(decision=decision, by=by, board_id=asset.board_id)
    asset.state = AssetState(decision.state_before)
    flush()
    refusing.reopen(decision, asset.version)


def edit(
    *,
    asset: Asset,
    entry: Entry,
    version: int,
    as_a: Confirmer,
    by: Account | None = None,
    undoes: int | None = None,
    by_mail: bool = False,
) -> Asset:
    """Change an entry. An officer's change shows at once; anybody else's waits to be checked.

    So does not what a trusted group changes of its own. `version` is the one the editor saw:
    raises `Refused` if somebody changed it since. An edit says that the rest is right, so it
    confirms the entry. `undoes`: the number of the edit that this one takes back. `by_mail`: only
    a mailed key let them in, so that it waits even if their group is trusted.
    """
    if version != asset.version:
        raise Refused(
            N_("Somebody else changed this while you were editing. Look at their change first.")
        )
    if asset.state is AssetState.REFUSED:
        raise Refused(N_("This entry was refused, so it can no longer be changed."))
    if asset.state is AssetState.DUPLICATE:
        raise Refused(N_("This is the same as another entry. Change that one."))
    before, hinted, raw = readable(asset), unread(asset), raw_of(asset)
    write(asset, entry, asset.board, as_a)
    flush()
    after = marked(before, readable(asset), hinted, asset)
    if after == before and asset.state is not AssetState.RETURNED:
        return asset  # nothing to check again, and a second click changes nothing
    trusted = not by_mail and shows_at_once(asset, as_a) and not _is_by_officer(asset, undoes)
    if not trusted and (as_a is not Confirmer.OFFICER or _answers(asset, by)):
        appealing.lapse(SUBJECT, str(asset.id))
        asset.state = AssetState.WAITING
    asset.updated_at = clock.now()
    revision = audit.revise(
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        by=as_a.value,
        before=before,
        after=after,
        note=asset.state.value,
        raw=changed(raw, raw_of(asset)),
        undoes=undoes,
    )
    confirming.note(asset, as_a, Method.EDIT, Said.CHANGED)
    if trusted:
        closing.show_afterwards(asset, as_a, revision)
    _log(asset, "edited", by)
    return asset


def shows_at_once(asset: Asset, as_a: Confirmer) -> bool:
    """Whether somebody's change of a published entry need not wait: its own group, trusted here."""
    return (
        as_a is Confirmer.GROUP
        and asset.state is AssetState.PUBLISHED
        and asset.kind is not AssetKind.INDIVIDUAL
        and trusting.is_trusted(asset.board_id, asset.organisation_id)
    )


def _is_by_officer(asset: Asset, number: int | None) -> bool:
    """Whether an officer made the edit that is taken back: trust does not reach so far."""
    revisions = list_revisions(SUBJECT, str(asset.id)) if number else []
    return any(one.number == number and one.by == Confirmer.OFFICER for one in revisions)


def _answers(asset: Asset, by: Account | None) -> bool:
    """Whether an officer has put right their own entry, which was sent back."""
    returned = asset.state is AssetState.RETURNED
    return returned and by is not None and asset.submitted_by_id == by.id


def _decide(
    asset: Asset, by: Account, outcome: Outcome, reason: str, batch_id: UUID | None
) -> Decision:
    waiting = asset.state is AssetState.WAITING
    taking_down = asset.state is AssetState.PUBLISHED and outcome is Outcome.RETURNED
    if not (waiting or taking_down):
        raise Refused(DECIDED)
    if is_member(by.id, asset.organisation_id):
        raise Refused(N_("Your own group looks after this, so another officer has to decide."))
    decision = decisions.decide(
        subject_type=SUBJECT,
        subject_id=asset.id,
        outcome=outcome,
        reason=reason,
        by=by,
        board_id=asset.board_id,
        state_before=asset.state.value,
        authors=[asset.submitted_by_id],
        batch_id=batch_id,
    )
    asset.state = STATE_AFTER[outcome]
    flush()
    return decision


def _log(asset: Asset, what: str, by: Account | None) -> None:
    audit.record(
        actor=by.actor if by else VISITOR,
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
        facts={"state": asset.state.value},
    )

"""Decide on something, tell its author, and take it back within a minute.

A room's own verb (approve, return_for_changes) checks that its thing waits, calls `decide`, sets
its state and calls `tell`; its undo calls `undo` and puts `decision.state_before` back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.db import db, flush
from pbapp.decisions.models import Decision, Outcome
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

UNDO_FOR = timedelta(minutes=1)


def decide(
    *,
    subject_type: str,
    subject_id: UUID | str,
    outcome: Outcome,
    by: Account,
    reason: str = "",
    board_id: int | None = None,
    state_before: str = "",
    authors: Iterable[UUID | None] = (),
    batch_id: UUID | None = None,
) -> Decision:
    """Record a decision, in the officers' log too.

    `authors` are the accounts behind the thing: none of them may decide on it. Raises `Refused`
    beside `reason` when something is returned or refused without one.
    """
    if by.id in set(authors):
        raise Refused(N_("You sent this in yourself, so another officer has to decide on it."))
    if outcome is not Outcome.APPROVED and not reason.strip():
        raise Refused(N_("Say why, so that they know what to change."), "reason")
    decision = Decision(
        subject_type=subject_type,
        subject_id=str(subject_id),
        outcome=outcome,
        reason=reason.strip(),
        state_before=state_before,
        by_id=by.id,
        at=clock.now(),
        batch_id=batch_id,
    )
    db.session.add(decision)
    flush()
    _log(decision, by, outcome.value, board_id)
    return decision


def can_undo(decision: Decision, by: Account) -> bool:
    """Whether this person can still take their decision back."""
    in_time = clock.now() < undo_until(decision)
    return in_time and decision.undone_at is None and decision.by_id == by.id


def undo(*, decision: Decision, by: Account, board_id: int | None = None) -> Decision:
    """Take a decision back before anybody was told; raises `Refused` when it is too late."""
    if decision.undone_at is not None:
        return decision  # a second click
    if not can_undo(decision, by):
        raise Refused(
            N_("You can undo your own decision for one minute. After that, decide again.")
        )
    decision.undone_at = clock.now()
    messages.cancel(key=_mail_key(decision))
    messages.cancel_copies(key=_mail_key(decision))
    _log(decision, by, "undone", board_id)
    flush()
    return decision


def tell(
    *,
    decision: Decision,
    to: str | None,
    template: str,
    context: dict[str, Any],
    language: str = "en",
    reader: str = "",
) -> None:
    """Write to the author what was decided; it leaves when the decision can no longer be undone.

    `reader` tells several apart who hear of the same decision.
    """
    if to:
        messages.write(
            key=f"{_mail_key(decision)} {reader}".strip(),
            to=to,
            template=template,
            context=context,
            language=language,
            not_before=undo_until(decision),
        )


def undo_until(decision: Decision) -> datetime:
    return decision.at + UNDO_FOR


def _mail_key(decision: Decision) -> str:
    return f"decision {decision.id}"


def _log(decision: Decision, by: Account, what: str, board_id: int | None) -> None:
    audit.record(
        actor=by.actor,
        verb=f"{decision.subject_type}.{what}",
        subject_type=decision.subject_type,
        subject_id=decision.subject_id,
        board_id=board_id,
        facts={"decision": str(decision.id)},
    )

"""Who has what in hand, private notes, and saved replies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import OFFICER_ROLES
from pbapp.boards.queries import has_role
from pbapp.boards.service_clock import set_clock
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.desk.queue.models import Assignment, DeskNote, SavedReply
from pbapp.refusal import N_, Refused


def assign(*, kind: str, ref: str, board_id: int, to: Account | None, by: Account) -> None:
    """Put a thing of the queue into somebody's hands, or (`to` None) back into nobody's."""
    must_be_officer(board_id, by)
    if to is not None and not has_role(to.id, board_id, OFFICER_ROLES):
        raise Refused(N_("Choose an officer of this board."), "to")
    advisory_lock(f"assign {kind} {ref}")
    db.session.execute(
        delete(Assignment).where(Assignment.kind == kind, Assignment.subject_id == ref)
    )
    if to is not None:
        made = Assignment(
            kind=kind,
            subject_id=ref,
            board_id=board_id,
            account_id=to.id,
            by_id=by.id,
            at=clock.now(),
        )
        db.session.add(made)
    flush()


def add_note(*, kind: str, ref: str, board_id: int, text: str, by: Account) -> DeskNote:
    """Keep a note that only officers of the board read. A second click gives the first note."""
    must_be_officer(board_id, by)
    latest = (
        db.session.query(DeskNote)
        .filter_by(subject_type=kind, subject_id=ref)
        .order_by(DeskNote.id.desc())
        .first()
    )
    if latest is not None and (latest.by_id, latest.text) == (by.id, text.strip()):
        return latest
    note = DeskNote(
        subject_type=kind,
        subject_id=ref,
        board_id=board_id,
        text=text.strip(),
        by_id=by.id,
        at=clock.now(),
    )
    db.session.add(note)
    flush()
    return note


def remove_note(*, note: DeskNote, by: Account) -> None:
    """Whoever wrote a note takes it away."""
    if note.by_id != by.id:
        raise Refused(N_("Only who wrote a note can take it away."))
    db.session.delete(note)
    flush()


def keep_reply(
    *, reply: SavedReply | None, board_id: int, name: str, text: str, by: Account
) -> SavedReply:
    """Save a new reply of a board, or change one."""
    must_be_officer(board_id, by)
    reply = reply or SavedReply(board_id=board_id)
    reply.name, reply.text = name.strip(), text.strip()
    db.session.add(reply)
    flush()
    return reply


def delete_reply(*, reply: SavedReply, by: Account) -> None:
    """Take a saved reply away. What was written with it stays as it is."""
    must_be_officer(reply.board_id, by)
    db.session.delete(reply)
    flush()


def set_service(
    *, board_id: int, days: dict[str, int], closed: Iterable[date], by: Account
) -> None:
    """Keep how many working days a board allows itself, and the days it is closed."""
    must_be_officer(board_id, by)
    set_clock(board_id, days, closed)
    audit.record(
        actor=by.actor,
        verb="board.service_days_set",
        subject_type="board",
        subject_id=board_id,
        board_id=board_id,
        facts=dict(days),
    )

"""What waits for officers, since when, whose turn it is, and who has it in hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select, union_all
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import OFFICER_ROLES, Board, Membership
from pbapp.boards.service_clock import ServiceClock, clock_of
from pbapp.db import db
from pbapp.decisions.models import Decision
from pbapp.decisions.services import UNDO_FOR
from pbapp.desk.queue.kinds import BY_KEY, KINDS, Viewer
from pbapp.desk.queue.models import Assignment, DeskNote, SavedReply
from pbapp.rounds.models import Round


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. `is_my_turn`: this officer may decide on it; `bar` says why not.

    `ref` is its id as text without hyphens; `sender` the group behind it, or its ward; `version`
    the one that waits; `due_on` the last day on which it is in time.
    """

    kind: str
    ref: str
    title: str
    sender: str
    since: datetime
    board_id: int
    board_name: str
    round_id: int | None
    round_title: str
    bar: str
    version: int
    due_on: date
    is_overdue: bool
    is_my_turn: bool
    assigned_id: UUID | None
    assigned_name: str

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.ref}"


def plain_ref(id: UUID | str | int) -> str:
    """An id as the queue writes it."""
    return str(id).replace("-", "")


def list_waiting(viewer: Viewer) -> list[Waiting]:
    """Everything that waits on this officer's boards, the oldest first: one query for all kinds."""
    rows = union_all(*(kind.find(viewer) for kind in KINDS)).subquery()
    in_hand = and_(Assignment.kind == rows.c.kind, Assignment.subject_id == rows.c.ref)
    query = (
        select(rows, Board.name, Round.title, Assignment.account_id, Account.name, Account.email)
        .join(Board, Board.id == rows.c.board_id)
        .outerjoin(Round, Round.id == rows.c.round_id)
        .outerjoin(Assignment, in_hand)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .order_by(rows.c.since, rows.c.kind, rows.c.ref)
    )
    found = db.session.execute(query).all()
    service = clock_of(viewer.roles) if found else ServiceClock()
    today = clock.today()
    return [_waiting(tuple(row), viewer, service, today) for row in found]


def _waiting(row: tuple, viewer: Viewer, service: ServiceClock, today: date) -> Waiting:  # type: ignore[type-arg]
    kind, ref, title, sender, since, board_id, round_id, bar, version, hand = row[:10]
    board_name, round_title, account_id, name, email = row[10:]
    due = service.due_on(board_id, hand, since)
    mine = viewer.roles.get(board_id, frozenset()) & BY_KEY[kind].deciders
    return Waiting(
        kind=kind,
        ref=ref,
        title=title or "",
        sender=sender or "",
        since=since,
        board_id=board_id,
        board_name=board_name,
        round_id=round_id,
        round_title=round_title or "",
        bar=bar,
        version=version,
        due_on=due,
        is_overdue=today > due,
        is_my_turn=bool(mine) and not bar,
        assigned_id=account_id,
        assigned_name=name or email or "",
    )


def next_after(queue: list[Waiting], key: str) -> Waiting | None:
    """The next thing that is this officer's turn, going round to the oldest at the end."""
    place = next((at for at, item in enumerate(queue) if item.key == key), -1)
    turned = queue[place + 1 :] + queue[: max(place, 0)]
    return next((item for item in turned if item.is_my_turn), None)


def list_undoable(account_id: UUID) -> list[Decision]:
    """This officer's decisions of the last minute, which they can still take back."""
    query = (
        select(Decision)
        .where(
            Decision.by_id == account_id,
            Decision.undone_at.is_(None),
            Decision.at > clock.now() - UNDO_FOR,
        )
        .order_by(Decision.at.desc(), Decision.id)
    )
    return list(db.session.scalars(query))


def list_batch(batch_id: UUID, account_id: UUID) -> list[Decision]:
    """What this officer decided with one click, the oldest first."""
    query = (
        select(Decision)
        .where(Decision.batch_id == batch_id, Decision.by_id == account_id)
        .order_by(Decision.at, Decision.id)
    )
    return list(db.session.scalars(query))


def list_officers(board_ids: Iterable[int]) -> list[Account]:
    """The officers of these boards by name, each once."""
    ids = select(Membership.account_id).where(
        Membership.board_id.in_(list(board_ids)), Membership.role.in_(OFFICER_ROLES)
    )
    query = select(Account).where(Account.id.in_(ids), Account.closed_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.name, Account.email)))


def find_assignment(kind: str, ref: str) -> Assignment | None:
    query = (
        select(Assignment)
        .options(joinedload(Assignment.account))
        .where(Assignment.kind == kind, Assignment.subject_id == ref)
    )
    return db.session.scalar(query)


def list_notes(kind: str, ref: str) -> list[DeskNote]:
    """What officers noted about a thing, the newest first."""
    query = (
        select(DeskNote)
        .options(joinedload(DeskNote.by))
        .where(DeskNote.subject_type == kind, DeskNote.subject_id == ref)
        .order_by(DeskNote.at.desc(), DeskNote.id.desc())
    )
    return list(db.session.scalars(query))


def list_replies(board_ids: Iterable[int | None]) -> list[SavedReply]:
    """The saved replies of these boards by name."""
    ids = [board_id for board_id in board_ids if board_id is not None]
    query = select(SavedReply).where(SavedReply.board_id.in_(ids))
    return list(db.session.scalars(query.order_by(SavedReply.name, SavedReply.id)))


def find_reply(reply_id: int) -> SavedReply | None:
    return db.session.get(SavedReply, reply_id)

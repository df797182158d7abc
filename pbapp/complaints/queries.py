"""Find complaints, and how many there were and how quickly they were answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.boards.service_clock import ServiceClock, clock_of
from pbapp.complaints.models import Complaint, ComplaintAnswer
from pbapp.db import db

CLOCKS = {1: "complaint", 2: "complaint 2"}  # stage to its name in the service clock


def find(reference: str) -> Complaint | None:
    """One complaint with its board and its answers."""
    query = (
        select(Complaint)
        .options(joinedload(Complaint.board), selectinload(Complaint.answers))
        .where(Complaint.reference == reference.upper()[:12])
    )
    return db.session.scalar(query)


def list_all(board_ids: Iterable[int], *, closed: bool) -> list[Complaint]:
    """The complaints of these boards: those that wait, the oldest first, or the closed ones."""
    query = (
        select(Complaint)
        .options(joinedload(Complaint.board), selectinload(Complaint.answers))
        .where(Complaint.board_id.in_(list(board_ids)))
    )
    if closed:
        done = query.where(Complaint.closed_at.is_not(None))
        last = done.order_by(Complaint.closed_at.desc(), Complaint.id.desc()).limit(200)
        return list(db.session.scalars(last))
    waiting = query.where(Complaint.closed_at.is_(None))
    return list(db.session.scalars(waiting.order_by(Complaint.stage_began_at, Complaint.id)))


def due_on(complaint: Complaint, service: ServiceClock | None = None) -> date:
    """The last day on which the answer of this stage is in time; a list reads the clock once."""
    service = service or clock_of([complaint.board_id])
    return service.due_on(complaint.board_id, CLOCKS[complaint.stage], complaint.stage_began_at)


@dataclass(frozen=True)
class Total:
    """How many complaints a board had since a day, and how their answers kept to the time."""

    received: int
    answered: int
    in_time: int


def total(board_id: int, since: datetime) -> Total:
    received = select(func.count()).where(
        Complaint.board_id == board_id, Complaint.received_at >= since
    )
    query = (
        select(ComplaintAnswer.at, ComplaintAnswer.due_on)
        .join(ComplaintAnswer.complaint)
        .where(Complaint.board_id == board_id, ComplaintAnswer.at >= since)
    )
    answers = db.session.execute(query).all()
    in_time = sum(at.date() <= due for at, due in answers)
    return Total(db.session.scalar(received) or 0, len(answers), in_time)

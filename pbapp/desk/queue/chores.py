"""What the queue forgets by itself."""

from __future__ import annotations

from sqlalchemy import String, cast, delete, select

from pbapp.complaints.models import Complaint
from pbapp.db import db
from pbapp.desk.queue.kinds import COMPLAINT
from pbapp.desk.queue.models import Assignment, DeskNote


def forget_old() -> None:
    """Forget what officers noted about complaints that are forgotten, and who had them in hand."""
    gone = select(cast(Complaint.id, String)).where(Complaint.forgotten_at.is_not(None))
    db.session.execute(
        delete(DeskNote).where(DeskNote.subject_type == COMPLAINT, DeskNote.subject_id.in_(gone))
    )
    db.session.execute(
        delete(Assignment).where(Assignment.kind == COMPLAINT, Assignment.subject_id.in_(gone))
    )

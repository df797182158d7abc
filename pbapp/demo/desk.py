"""What lies on the officers' desk in the demo."""

from __future__ import annotations

from typing import Any

from pbapp.complaints.models import About, Channel, Complaint, ComplaintAnswer, Finding
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Appeal, Refusal
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.desk.queue.models import DeskNote, SavedReply
from pbapp.proposals.deciding import SUBJECT
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import find_by_number
from pbapp.rounds.queries import find_round


def load_desk(cast: Cast) -> None:
    """A refusal asked for, an appeal, notes, saved replies and complaints."""
    facts = read("desk")
    board = cast.boards[read("plan")["plan"]["board"]]
    _refusal(cast, facts["refusal"])
    _appeal(cast, facts["appeal"])
    for note in facts["notes"]:
        about = _proposal(note)
        made = DeskNote(
            subject_type=SUBJECT,
            subject_id=str(about.id),
            board_id=board.id,
            text=note["text"],
            by_id=cast.people[note["by"]].id,
            at=cast.calendar.moment(-1),
        )
        db.session.add(made)
    for reply in facts["replies"]:
        db.session.add(SavedReply(board_id=board.id, name=reply["name"], text=reply["text"]))
    for number, entry in enumerate(facts["complaints"], 1):
        db.session.add(_complaint(cast, board.id, number, entry))
    db.session.flush()


def _proposal(entry: dict[str, Any]) -> Proposal:
    round = find_round(entry["round"])
    assert round is not None  # noqa: S101 — the file names rounds of rounds.toml
    proposal = find_by_number(round, entry["number"])
    assert proposal is not None  # noqa: S101
    return proposal


def _refusal(cast: Cast, entry: dict[str, Any]) -> None:
    proposal = _proposal(entry)
    asked = Refusal(
        subject_type=SUBJECT,
        subject_id=str(proposal.id),
        board_id=proposal.round.board_id,
        version=proposal.version,
        reason=entry["reason"],
        elsewhere=entry["elsewhere"],
        asked_by_id=cast.people[entry["asked_by"]].id,
        asked_at=cast.calendar.moment(entry["day"]),
    )
    db.session.add(asked)


def _appeal(cast: Cast, entry: dict[str, Any]) -> None:
    proposal = _proposal(entry)
    decision = decisions.find_latest(SUBJECT, str(proposal.id))
    assert decision is not None  # noqa: S101 — the file names one that was sent back
    made = Appeal(
        decision_id=decision.id,
        subject_type=SUBJECT,
        subject_id=str(proposal.id),
        board_id=proposal.round.board_id,
        by_id=proposal.submitted_by_id,
        reason=entry["reason"],
        at=cast.calendar.moment(entry["day"]),
    )
    db.session.add(made)


def _complaint(cast: Cast, board_id: int, number: int, entry: dict[str, Any]) -> Complaint:
    received = cast.calendar.moment(entry["day"])
    made = Complaint(
        reference=f"C-DEMO2{number}",
        board_id=board_id,
        about=About(entry["about"]),
        channel=Channel(entry["channel"]),
        text=entry["text"],
        wanted=entry.get("wanted", ""),
        name=entry["name"],
        received_at=received,
        stage=1,
        stage_began_at=received,
        is_example=True,
    )
    if "answer" in entry:
        made.closed_at = cast.calendar.moment(entry["answered"])
        given = ComplaintAnswer(
            stage=1,
            finding=Finding(entry["finding"]),
            text=entry["answer"],
            due_on=cast.calendar.day(entry["answered"]),
            by_id=cast.people[entry["answered_by"]].id,
            at=made.closed_at,
        )
        made.answers.append(given)
    return made

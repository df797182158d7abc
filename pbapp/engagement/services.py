"""Record what people said, and put a record right; every change stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.engagement.models import Engagement, EngagementKind, SeldomHeard, Voice
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_, Refused

SUBJECT = "engagement"


@dataclass(frozen=True)
class Heard:
    """What is written down of one time people were listened to."""

    kind: EngagementKind
    title: str
    held_on: date
    heard: str
    voice: Voice = Voice.RESIDENTS
    place: str = ""
    area: Area | None = None
    people: int | None = None
    groups: Sequence[SeldomHeard] = ()
    priorities: Sequence[Priority] = ()
    changed: str = ""
    source: str = ""


def record(
    *, board: Board, told: Heard, by: Account | None, is_example: bool = False
) -> Engagement:
    """Keep a new record. `by` is an officer of the board, or None for an import.

    The same words of the same day, sent once more, are the same record.
    """
    _check(board, told, by)
    there = _find_same(board, told)
    if there is not None:
        return there
    kept = Engagement(board=board, recorded_at=clock.now(), is_example=is_example)
    _write(kept, told)
    db.session.add(kept)
    flush()
    _log(kept, by, "engagement.recorded")
    return kept


def correct(*, kept: Engagement, told: Heard, by: Account) -> None:
    """Change a record; what it said before can still be read in its history."""
    _check(kept.board, told, by)
    before = _facts(kept)
    _write(kept, told)
    flush()
    audit.revise(
        subject_type=SUBJECT, subject_id=kept.id, by=by.actor, before=before, after=_facts(kept)
    )
    _log(kept, by, "engagement.corrected")


def _check(board: Board, told: Heard, by: Account | None) -> None:
    if by is not None:
        must_be_officer(board.id, by)
    if told.held_on > clock.today():
        raise Refused(N_("This day has not come yet. Record it when it has happened."), "held_on")
    if any(priority.board_id != board.id for priority in told.priorities):
        raise Refused(N_("This priority belongs to another board."), "priorities")


def _find_same(board: Board, told: Heard) -> Engagement | None:
    """What a second press of the button would write again."""
    advisory_lock(f"{SUBJECT} of board {board.id}")
    query = select(Engagement).where(
        Engagement.board_id == board.id,
        Engagement.kind == told.kind,
        Engagement.title == told.title,
        Engagement.held_on == told.held_on,
        Engagement.place == told.place,
        Engagement.area_id == (told.area.id if told.area else None),
        Engagement.heard == told.heard,
    )
    return db.session.scalars(query).first()


def _write(kept: Engagement, told: Heard) -> None:
    kept.kind, kept.voice, kept.title = told.kind, told.voice, told.title
    kept.held_on, kept.place, kept.area = told.held_on, told.place, told.area
    kept.people, kept.groups = told.people, [group.value for group in told.groups]
    kept.heard, kept.changed, kept.source = told.heard, told.changed, told.source
    kept.priorities = list(told.priorities)


def _facts(kept: Engagement) -> dict[str, Any]:
    return {
        "kind": kept.kind.value,
        "voice": kept.voice.value,
        "title": kept.title,
        "held_on": kept.held_on.isoformat(),
        "place": kept.place,
        "area": kept.area.name if kept.area else "",
        "people": kept.people,
        "groups": list(kept.groups),
        "heard": kept.heard,
        "changed": kept.changed,
        "source": kept.source,
        "priorities": sorted(priority.name for priority in kept.priorities),
    }


def _log(kept: Engagement, by: Account | None, verb: str) -> None:
    audit.record(
        actor=by.actor if by else "installation",
        verb=verb,
        subject_type=SUBJECT,
        subject_id=kept.id,
        board_id=kept.board_id,
        facts={"kind": kept.kind.value, "held_on": kept.held_on.isoformat()},
    )

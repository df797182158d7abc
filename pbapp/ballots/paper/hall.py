"""A desk in a hall whose connection comes and goes: what it gave out is reconciled one by one.

The device makes a key for each paper it gives and sends it, with the person's details, until the
answer comes back. So a lost reply marks nobody twice. What stands against a mark is a conflict: it
is shown, and two officers say what it was. See docs/decisions/0088-a-desk-without-a-line.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.accounts.models import Account
from pbapp.ballots.paper import tables
from pbapp.ballots.paper.models import (
    Finding,
    HallEntry,
    PaperChannel,
    Taken,
    Venue,
    WhyConflict,
)
from pbapp.ballots.paper.tables import Details
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import log

KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
# What the verbs of the table refuse a person for, by the field they blame.
REASONS = {
    "name": WhyConflict.VOTED_ON_PAPER,
    "postcode": WhyConflict.NOT_IN_AREA,
    "age_band": WhyConflict.TOO_YOUNG,
}


@dataclass(frozen=True)
class Answer:
    """What became of one paper; `is_replay` when this was told before."""

    outcome: Taken
    why: WhyConflict | None = None
    is_replay: bool = False


def take(
    *,
    round: Round,
    keys: Path,
    venue: Venue,
    key: str,
    details: Details | None,
    why: WhyConflict | None = None,
    by: Account,
) -> Answer:
    """Mark somebody a desk gave a paper to, or keep that this could not be done, and why.

    `details` is None when they could not be read (`why` says what of them). Sent again with the
    same key, a mark is only confirmed; a conflict is tried anew, as details may have been mended.
    Raises `Refused` when nothing can be taken at all: too early, too late, not an officer.
    """
    must_be_officer(round.board_id, by)
    if venue.channel is not PaperChannel.HALL or KEY.fullmatch(key) is None:
        raise Refused(N_("This entry cannot be read."))
    advisory_lock(f"voters' list {round.id}")
    entry = db.session.get(HallEntry, (round.id, key))
    if entry is not None and (entry.outcome is Taken.MARKED or entry.agreed_by_id is not None):
        return Answer(entry.outcome, entry.why, is_replay=True)
    if details is not None:
        why = _mark(round, keys, venue, details, by)
    if entry is None:
        entry = HallEntry(round_id=round.id, key=key, venue_id=venue.id)
        db.session.add(entry)
    entry.outcome = Taken.CONFLICT if why else Taken.MARKED
    entry.why = why
    if why is None:
        entry.finding, entry.said_by_id, entry.note = None, None, ""
    flush()
    return Answer(entry.outcome, why)


def _mark(
    round: Round, keys: Path, venue: Venue, details: Details, by: Account
) -> WhyConflict | None:
    """Mark them; why not, if something stands against it. Then nothing was written."""
    try:
        tables.mark(round=round, keys=keys, venue=venue, details=details, by=by)
    except Refused as refused:
        reason = REASONS.get(refused.field or "")
        if reason is None:
            raise
        return reason
    return None


def list_conflicts(round: Round) -> list[HallEntry]:
    """Papers given to people who could not be marked: open ones first."""
    query = (
        select(HallEntry)
        .options(joinedload(HallEntry.venue))
        .where(HallEntry.round_id == round.id, HallEntry.outcome == Taken.CONFLICT)
        .order_by(HallEntry.agreed_by_id.is_not(None), HallEntry.venue_id, HallEntry.key)
    )
    return list(db.session.scalars(query))


def find_conflict(round: Round, key: str) -> HallEntry | None:
    found = db.session.get(HallEntry, (round.id, key)) if KEY.fullmatch(key) else None
    return found if found is not None and found.outcome is Taken.CONFLICT else None


def say(*, round: Round, entry: HallEntry, finding: Finding, note: str, by: Account) -> None:
    """The first of two officers says what a conflict was; saying it again replaces it."""
    must_be_officer(round.board_id, by)
    _refuse_settled(entry)
    entry.finding, entry.note, entry.said_by_id = finding, note, by.id
    flush()
    log(round, by, "paper.conflict_said", _facts(entry))


def agree(*, round: Round, entry: HallEntry, by: Account) -> None:
    """The second officer agrees, and the venue's papers are counted as such."""
    must_be_officer(round.board_id, by)
    if entry.agreed_by_id == by.id:
        return
    _refuse_settled(entry)
    if entry.finding is None:
        raise Refused(N_("Somebody has to say first what happened."))
    entry.agreed_by_id = by.id
    flush()
    log(round, by, "paper.conflict_agreed", _facts(entry))


def _refuse_settled(entry: HallEntry) -> None:
    if entry.outcome is Taken.MARKED or entry.agreed_by_id is not None:
        raise Refused(N_("This has been settled."))


def _facts(entry: HallEntry) -> dict[str, str | int]:
    return {
        "venue": entry.venue_id,
        "why": entry.why.value if entry.why else "",
        "finding": entry.finding.value if entry.finding else "",
        "note": entry.note,
    }

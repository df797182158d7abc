"""Objections and corrections of a round, and the counts of each edition of its result."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.db import db
from pbapp.results.corrections.models import Correction, CorrectionKind, Objection
from pbapp.results.models import Count
from pbapp.results.queries import is_public
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.tally.digest import canonical, sha256

OBJECT_FOR = timedelta(days=14)


def published_at(round: Round) -> datetime | None:
    """When a public result first came out: on its date, or once two people had certified it."""
    phase = find_phase(round, PhaseKind.PUBLISHED)
    if phase is None or not is_public(round, clock.now()):
        return None
    return max(phase.starts_at, round.certified_at or phase.starts_at)


def objections_until(round: Round) -> datetime | None:
    """Until when anybody may object: a while after it came out, or was last corrected; None
    before, and for a result of elsewhere."""
    out = None if round.is_imported else published_at(round)
    if out is None:
        return None
    newest = find_newest(round)
    corrected = newest.published_at if newest else None
    return max(out, corrected or out) + OBJECT_FOR


def may_object(round: Round) -> bool:
    """Whether objections are taken at this moment."""
    until = objections_until(round)
    return until is not None and clock.now() < until


def list_objections(round: Round) -> list[Objection]:
    """A round's objections, the first made first."""
    query = select(Objection).where(Objection.round_id == round.id)
    return list(db.session.scalars(query.order_by(Objection.made_at, Objection.id)))


def find_objection(round: Round, id: int) -> Objection | None:
    found = db.session.get(Objection, id)
    return found if found is not None and found.round_id == round.id else None


def digest_of_answer(objection: Objection) -> str:
    """Of what an officer sees before they answer: it is another one once somebody else has."""
    at = objection.answered_at.isoformat() if objection.answered_at else ""
    finding = objection.finding.value if objection.finding else ""
    return sha256(canonical([at, objection.summary, objection.answer, finding]))


# --- editions -------------------------------------------------------------------------------


def list_corrections(round: Round) -> list[Correction]:
    """Published corrections in order; the first of them made the second edition."""
    query = select(Correction).where(
        Correction.round_id == round.id, Correction.published_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Correction.number)))


def find_newest(round: Round) -> Correction | None:
    """The correction that made the edition now in force; None for a result as first published."""
    query = select(Correction).where(
        Correction.round_id == round.id, Correction.published_at.is_not(None)
    )
    return db.session.scalar(query.order_by(Correction.number.desc()).limit(1))


def find_open(round: Round) -> Correction | None:
    """The correction that somebody asked for and that is not published yet."""
    query = select(Correction).where(
        Correction.round_id == round.id, Correction.published_at.is_(None)
    )
    return db.session.scalar(query)


def digest_of(correction: Correction) -> str:
    """Of everything somebody looks at before they agree: another correction has another one."""
    return sha256(
        canonical(
            {
                "number": correction.number,
                "kind": correction.kind.value,
                "what": correction.what,
                "reason": correction.reason,
                "withdrawn": correction.withdrawn,
                "asked_at": correction.asked_at.isoformat(),
            }
        )
    )


def is_counted_again(round: Round) -> bool:
    """Whether a correction of the count is open, so that other projects may win."""
    correction = find_open(round)
    return correction is not None and correction.kind is CorrectionKind.COUNT


def list_counts_of(round: Round, edition: int) -> list[Count]:
    """The counts that were the result in one edition, in the order counted."""
    query = (
        select(Count)
        .options(joinedload(Count.profile))
        .where(
            Count.round_id == round.id,
            Count.edition <= edition,
            or_(Count.is_official.is_(True), Count.replaced_in > edition),
        )
        .order_by(Count.id)
    )
    return list(db.session.scalars(query))

"""Make the bundle once, in the worker, and anew when what it says has changed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.db import advisory_lock, db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job
from pbapp.results.models import Count
from pbapp.results.opendata.bundle import Bundle
from pbapp.results.opendata.models import OpenData
from pbapp.results.queries import is_public, list_official_counts
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.tally.digest import sha256

BUNDLE_JOB = "results.bundle"


def find_made(bundle: Bundle) -> OpenData | None:
    """The zip as last made, if it still says what is so."""
    made = db.session.get(OpenData, bundle.round.id)
    return made if made is not None and made.edition == bundle.edition else None


def content_of(bundle: Bundle) -> bytes | None:
    """The bytes of the zip, if it is made; None until the worker has been there."""
    made = find_made(bundle)
    return made.content if made is not None else None


def ask_if_due() -> None:
    """The worker's chore: ask for the bundle of each public result that has none, or an old one."""
    counted = select(Count.round_id).where(Count.is_official.is_(True))
    rounds = db.session.scalars(select(Round).where(Round.is_public, Round.id.in_(counted))).all()
    for round in rounds:
        if not is_public(round, clock.now()):
            continue
        if find_made(Bundle(round, list_official_counts(round))) is not None:
            continue
        if not jobs.is_at_work(jobs.find_newest(BUNDLE_JOB, "round_id", round.id)):
            jobs.ask(kind=BUNDLE_JOB, arguments={"round_id": round.id})


@job(BUNDLE_JOB)
def make(*, job_id: UUID, round_id: int) -> None:
    """Make one round's zip outside any write, then keep it: again gives the same bytes."""
    round = find_round_by_id(round_id)
    counts = list_official_counts(round) if round else []
    if round is None or not counts:
        return
    bundle = Bundle(round, counts)
    edition, content = bundle.edition, bundle.zip()
    db.session.rollback()
    with write_transaction():
        keep(round_id, edition, content)
        db.session.commit()


def keep(round_id: int, edition: str, content: bytes) -> None:
    """Keep a zip in place of the one before."""
    advisory_lock(f"open data {round_id}")
    made = db.session.get(OpenData, round_id) or OpenData(round_id=round_id)
    made.edition, made.content = edition, content
    made.digest, made.size, made.made_at = sha256(content), len(content), clock.now()
    db.session.add(made)
    flush()

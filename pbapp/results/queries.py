"""Find the result of a round, its winners, and what a priority's projects were given."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.db import db
from pbapp.results.models import Count, FrozenProfile
from pbapp.rounds.models import Round


def find_profile(round_id: int) -> FrozenProfile | None:
    """The frozen ballots of a round (the file itself is loaded only when read)."""
    return db.session.scalar(select(FrozenProfile).where(FrozenProfile.round_id == round_id))


def find_official_count(round: Round) -> Count | None:
    """The one official count of a round, with its allocations and what they are tied to."""
    query = select(Count).where(Count.round_id == round.id, Count.is_official.is_(True))
    return db.session.scalar(query)

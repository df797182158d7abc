"""What officers may see while people vote: whether everything works, and nothing of the outcome.

Numbers of people are rounded down to tens, so that looking twice does not show who came between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from pbapp import clock
from pbapp.ballots import queries as box
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.log.models import BallotBatch
from pbapp.ballots.models import Voter
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.paper.models import PaperChannel
from pbapp.ballots.roll import bursts
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.messages import queries as messages
from pbapp.places.models import Area
from pbapp.rounds.models import Round
from pbapp.web import limits

FEWEST = 10
WORKER_IS_QUIET = timedelta(minutes=3)
CLOCKS_DIFFER = 2.0  # seconds


@dataclass(frozen=True)
class Count:
    """A number of people, rounded down to tens; 0 stands for fewer than ten."""

    name: str
    people: int


@dataclass(frozen=True)
class Operation:
    """One look at what goes on."""

    at: datetime
    methods: list[Count]
    connections: list[Count]
    wards: list[Count]
    codes_sent: int
    waiting: int
    failed: int
    errors: int
    groups: int
    conflicts: int
    tables: int
    key_is_there: bool
    worker_seen_at: datetime | None
    clock_offset: float | None
    closes_at: datetime | None
    sealed_on: object | None

    @property
    def worker_is_well(self) -> bool:
        return self.worker_seen_at is not None and self.at - self.worker_seen_at < WORKER_IS_QUIET

    @property
    def clocks_agree(self) -> bool:
        return self.clock_offset is None or abs(self.clock_offset) < CLOCKS_DIFFER


def tens(number: int) -> int:
    return number // FEWEST * FEWEST


def look(round: Round, keys: Path) -> Operation:
    """What stands now; never who or how many have voted."""
    groups = bursts.list_groups(round)
    failing = messages.failing()
    return Operation(
        at=clock.now(),
        methods=_people(round, Voter.method),
        connections=_people(round, Voter.connection),
        wards=_wards(round),
        codes_sent=tens(messages.count_written(f"vote code {round.id} ")),
        waiting=failing.waiting,
        failed=failing.failed,
        errors=limits.count("errors", "all", 3600),
        groups=sum(group.waits for group in groups),
        conflicts=sum(row.count - row.looked for row in bursts.list_conflicts(round)),
        tables=sum(v.channel is PaperChannel.HALL for v in paper.list_venues(round)),
        key_is_there=_has_key(round, keys),
        worker_seen_at=jobs.worker_seen_at(),
        clock_offset=_clock_offset(),
        closes_at=box.closes_at(round),
        sealed_on=db.session.scalar(
            select(func.max(BallotBatch.day)).where(BallotBatch.round_id == round.id)
        ),
    )


def _people(round: Round, column: Any) -> list[Count]:
    query = select(column, func.count()).where(Voter.round_id == round.id).group_by(column)
    return _counts((row[0].value, row[1]) for row in db.session.execute(query))


def _wards(round: Round) -> list[Count]:
    query = (
        select(Area.name, func.count())
        .join(Voter, Voter.area_id == Area.id)
        .where(Voter.round_id == round.id)
        .group_by(Area.name)
    )
    return _counts((row[0], row[1]) for row in db.session.execute(query))


def _counts(pairs: Iterable[tuple[str, int]]) -> list[Count]:
    return [Count(name, tens(number)) for name, number in sorted(pairs)]


def _has_key(round: Round, keys: Path) -> bool:
    try:
        box.check_key(round, keys)
    except KeyMissing:
        return False
    return True


def _clock_offset() -> float | None:
    """Seconds by which the database server's clock is ahead of ours; None where it is ours."""
    if db.session().get_bind().dialect.name != "postgresql":
        return None
    theirs: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return (theirs - clock.now()).total_seconds()

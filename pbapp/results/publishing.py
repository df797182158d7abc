"""From counted to certified to published: the steps of a result, and the press for the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import advisory_lock, flush
from pbapp.refusal import N_, Refused
from pbapp.results.queries import find_official_count, is_public
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import log, must_lead_the_vote


@dataclass(frozen=True)
class Steps:
    """When each step was done; `publishes_at` is the date set for the last one."""

    counted_at: datetime | None
    certified_at: datetime | None
    must_be_certified: bool
    publishes_at: datetime | None
    is_out: bool

    @property
    def may_publish(self) -> bool:
        """Whether all that has to come before is done, and it is not out yet."""
        return self.counted_at is not None and not self.must_be_certified and not self.is_out


def steps_of(round: Round) -> Steps:
    """How far the result of a round has come."""
    count, phase = find_official_count(round), find_phase(round, PhaseKind.PUBLISHED)
    return Steps(
        counted_at=count.counted_at if count else None,
        certified_at=round.certified_at,
        must_be_certified=round.waits_for_certificate,
        publishes_at=phase.starts_at if phase else None,
        is_out=count is not None and is_public(round, clock.now()),
    )


def publish_now(*, round: Round, by: Account) -> bool:
    """Publish a certified result before its date, the same evening; False if it is out already.

    Raises `Refused` for anybody but a voting lead, and before two people have certified the count.
    """
    must_lead_the_vote(round, by)
    advisory_lock(f"count {round.id}")
    steps = steps_of(round)
    if steps.is_out:
        return False
    if steps.counted_at is None:
        raise Refused(N_("The votes have to be counted before the result is published."))
    if steps.must_be_certified:
        raise Refused(N_("Two people have to certify the count before the result is published."))
    published = find_phase(round, PhaseKind.PUBLISHED)
    if published is None:
        raise Refused(N_("This round has no date for its result. Set one first."))
    now = clock.now()
    before = published.starts_at
    counting = find_phase(round, PhaseKind.COUNTING)
    if counting is not None and (counting.ends_at is None or counting.ends_at > now):
        counting.ends_at = max(now, counting.starts_at + timedelta(seconds=1))
    published.starts_at = now
    flush()
    log(round, by, "round.published", {"planned": before.isoformat(), "at": now.isoformat()})
    return True

"""Groups to look at: many people from one network on one day, or behind one address.

Nobody is refused for being in one, and none is dropped: two officers look, and say what they found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots.models import Voter
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.models import (
    Burst,
    BurstKind,
    BurstLook,
    RollConflict,
    VoidedVoter,
    VoidRequest,
    VoterSource,
)
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.rounds.models import Phase, PhaseKind, Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.rounds.services import log

# So many people from one range in one day are a group. A hall is one too, and two people say so.
MANY_FROM_ONE_NETWORK = 20
FEWEST_BEHIND_ONE_ADDRESS = 3


@dataclass(frozen=True)
class Group:
    """A group as the officers' page shows it: how many people, who looked, what was asked."""

    burst: Burst
    people: int
    set_aside: int
    looks: Sequence[BurstLook]
    requests: Sequence[VoidRequest]

    @property
    def looked_by(self) -> frozenset[object]:
        """Who has looked at it as it is now: a group that has grown needs looking at again."""
        return frozenset(look.account_id for look in self.looks if look.people >= self.people)

    @property
    def waits(self) -> bool:
        return len(self.looked_by) < 2 or self.open_request is not None

    @property
    def open_request(self) -> VoidRequest | None:
        return next((asked for asked in self.requests if asked.agreed_at is None), None)


def look_everywhere() -> None:
    """Find new groups in every round that people can vote in; the worker does it each minute."""
    now = clock.now()
    open_ones = select(Phase.round_id).where(
        Phase.kind == PhaseKind.VOTING,
        Phase.starts_at <= now,
        Phase.ends_at.is_(None) | (Phase.ends_at > now),
    )
    ids = select(Voter.round_id).where(Voter.round_id.in_(open_ones)).distinct()
    for round_id in list(db.session.scalars(ids)):
        round = find_round_by_id(round_id)
        if round is not None:
            find_new(round)


def find_new(round: Round) -> None:
    """Write down each group that nobody has seen yet."""
    advisory_lock(f"bursts {round.id}")
    query = select(Burst.kind, Burst.mark).where(Burst.round_id == round.id)
    known = {(row[0], row[1]) for row in db.session.execute(query)}
    for found in [*_by_network(round), *_by_contact(round)]:
        if (found.kind, found.mark) not in known:
            db.session.add(found)
    flush()


def _by_network(round: Round) -> Iterable[Burst]:
    query = (
        select(VoterSource.network, VoterSource.day)
        .where(VoterSource.round_id == round.id)
        .group_by(VoterSource.network, VoterSource.day)
        .having(func.count() >= MANY_FROM_ONE_NETWORK)
    )
    for network, day in db.session.execute(query):
        mark = f"{network} {day.isoformat()}"
        yield Burst(round_id=round.id, kind=BurstKind.NETWORK, mark=mark, digest=network, day=day)


def _by_contact(round: Round) -> Iterable[Burst]:
    most = max(FEWEST_BEHIND_ONE_ADDRESS, terms.people_per_contact(round))
    query = (
        select(Voter.contact_digest)
        .where(Voter.round_id == round.id)
        .group_by(Voter.contact_digest)
        .having(func.count() >= most)
    )
    for digest in db.session.scalars(query):
        yield Burst(
            round_id=round.id,
            kind=BurstKind.CONTACT,
            mark=digest,
            digest=digest,
            day=clock.today(),
        )


def members(burst: Burst) -> list[str]:
    """The voters of a group."""
    if burst.kind is BurstKind.CONTACT:
        query = select(Voter.id).where(
            Voter.round_id == burst.round_id, Voter.contact_digest == burst.digest
        )
    else:
        query = select(VoterSource.voter_id).where(
            VoterSource.round_id == burst.round_id,
            VoterSource.network == burst.digest,
            VoterSource.day == burst.day,
        )
    return sorted(db.session.scalars(query))


def find(round: Round, burst_id: int) -> Burst | None:
    burst = db.session.get(Burst, burst_id)
    return burst if burst is not None and burst.round_id == round.id else None


def list_groups(round: Round) -> list[Group]:
    """Every group of a round, those that wait for an officer first, then the newest."""
    bursts = db.session.scalars(select(Burst).where(Burst.round_id == round.id)).all()
    groups = [group_of(burst) for burst in bursts]
    return sorted(groups, key=lambda g: (not g.waits, -g.burst.day.toordinal(), g.burst.id))


def group_of(burst: Burst) -> Group:
    looks = select(BurstLook).where(BurstLook.burst_id == burst.id).order_by(BurstLook.at)
    requests = (
        select(VoidRequest).where(VoidRequest.burst_id == burst.id).order_by(VoidRequest.id.desc())
    )
    aside = select(func.count()).where(
        VoidedVoter.round_id == burst.round_id, VoidedVoter.burst_id == burst.id
    )
    return Group(
        burst=burst,
        people=len(members(burst)),
        set_aside=db.session.scalar(aside) or 0,
        looks=db.session.scalars(looks).all(),
        requests=db.session.scalars(requests).all(),
    )


def names_of(group: Group) -> dict[object, str]:
    """The officers who looked, asked or agreed, by their account's id."""
    ids = {look.account_id for look in group.looks}
    for asked in group.requests:
        ids |= {asked.asked_by_id} | ({asked.agreed_by_id} if asked.agreed_by_id else set())
    query = select(Account.id, Account.name).where(Account.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(query)}


def look(*, round: Round, burst: Burst, by: Account, note: str) -> None:
    """An officer has looked at a group, and says what it is; looking again replaces it."""
    must_be_officer(round.board_id, by)
    advisory_lock(f"bursts {round.id}")
    people = len(members(burst))
    row = db.session.get(BurstLook, (burst.id, by.id))
    if row is None:
        row = BurstLook(round_id=round.id, burst_id=burst.id, account_id=by.id)
        db.session.add(row)
    row.people, row.note, row.at = people, note, clock.now()
    flush()
    log(round, by, "voters.group_looked_at", {"group": burst.id, "people": row.people})


# --- people who were sent to a human --------------------------------------------------------


def list_conflicts(round: Round) -> list[RollConflict]:
    query = select(RollConflict).where(RollConflict.round_id == round.id)
    return sorted(db.session.scalars(query), key=lambda row: (row.kind, row.method))


def looked_at_conflicts(*, round: Round, by: Account) -> None:
    """An officer has seen how often people were sent to a human, so far."""
    must_be_officer(round.board_id, by)
    rows = list_conflicts(round)
    for row in rows:
        row.looked = row.count
    flush()
    log(round, by, "voters.conflicts_looked_at", {"cases": sum(row.count for row in rows)})

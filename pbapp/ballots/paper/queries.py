"""Batches of papers: how far each has got, where two people differ, and what adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.ballots.kept import kept_numbers
from pbapp.ballots.log import queries as log
from pbapp.ballots.models import Ballot, Channel
from pbapp.ballots.paper import reading as paper_reading
from pbapp.ballots.paper.models import (
    BatchKind,
    Finding,
    HallEntry,
    PaperBatch,
    PaperChannel,
    PaperEntry,
    PaperRequest,
    PaperReread,
    PaperResolution,
    PaperSetAside,
    RollMark,
    Taken,
    Venue,
)
from pbapp.ballots.rules import PLAIN
from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import of_author
from pbapp.rounds.models import Round
from pbapp.rounds.queries import sealed_rule

FROZEN = "round.ballots_frozen"


def list_venues(round: Round) -> list[Venue]:
    query = select(Venue).options(joinedload(Venue.area)).where(Venue.round_id == round.id)
    return list(db.session.scalars(query.order_by(Venue.name)))


def find_venue(round: Round, venue_id: int | None) -> Venue | None:
    venue = db.session.get(Venue, venue_id) if venue_id else None
    return venue if venue is not None and venue.round_id == round.id else None


def list_batches(round: Round) -> list[PaperBatch]:
    query = (
        select(PaperBatch)
        .options(joinedload(PaperBatch.venue).joinedload(Venue.area))
        .where(PaperBatch.round_id == round.id)
    )
    return list(db.session.scalars(query.order_by(PaperBatch.number)))


def find_batch(round: Round, number: int) -> PaperBatch | None:
    query = (
        select(PaperBatch)
        .options(joinedload(PaperBatch.venue))
        .where(PaperBatch.round_id == round.id, PaperBatch.number == number)
    )
    return db.session.scalar(query)


def first_open(round: Round) -> PaperBatch | None:
    """A batch that is neither accepted nor void, which the count has to wait for."""
    return next((batch for batch in list_batches(round) if batch.is_open), None)


def takes_totals(round: Round) -> bool:
    """Whether totals can be counted here: ticks, and a count that only adds them up."""
    if round.sealed_at is None or round.config is None:
        return False
    return sealed_rule(round)[0] == "greedy" and round.config["vote_type"] in PLAIN


def is_frozen(round: Round) -> bool:
    """Whether the log is closed and the ballots copied: from then on no paper comes or goes."""
    if log.is_closed(round.id):
        return True
    query = select(Event.number).where(
        Event.subject_type == "round", Event.subject_id == str(round.id), Event.verb == FROZEN
    )
    return db.session.scalar(query.limit(1)) is not None


def own_projects(round: Round, account: Account) -> frozenset[str]:
    """The ids on the ballot of projects this person helped to write, or whose group is theirs."""
    query = select(Proposal.number).where(
        Proposal.round_id == round.id,
        or_(of_author(account), Proposal.submitted_by_id == account.id),
    )
    on_ballot = {str(project["id"]) for project in (round.config or {}).get("projects", ())}
    return frozenset(str(number) for number in db.session.scalars(query)) & on_ballot


# --- one batch ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """One paper of a batch: who read it, and what stands."""

    serial: int
    entries: tuple[PaperEntry, ...]
    resolution: PaperResolution | None = None
    reread: PaperReread | None = None

    @property
    def readers(self) -> frozenset[UUID]:
        return frozenset(entry.keyed_by_id for entry in self.entries)

    @property
    def is_keyed(self) -> bool:
        return len(self.entries) == 2

    @property
    def is_doubted(self) -> bool:
        """Whether it needs a third person: two readings differ, or the sample did not agree."""
        if not self.is_keyed:
            return False
        differs = self.entries[0].content != self.entries[1].content and self.resolution is None
        again = self.reread is not None and self.reread.agrees is False
        return differs or (again and self.reread is not None and not self.reread.is_settled)

    @property
    def content(self) -> str | None:
        """What this paper says, once that is settled."""
        if not self.is_keyed or self.is_doubted:
            return None
        return self.resolution.content if self.resolution else self.entries[0].content

    @property
    def in_dispute(self) -> frozenset[str]:
        """Projects that the readings do not agree on; all of one reading if the sample differed."""
        first, second = self.entries[0].content, self.entries[1].content
        if first != second:
            return paper_reading.in_dispute(first, second)
        return frozenset(paper_reading.read(first).vote.choices)


@dataclass(frozen=True)
class Progress:
    """How far a batch has got."""

    batch: PaperBatch
    papers: dict[int, Paper]
    by_person: Counter[UUID] = field(default_factory=Counter)

    @property
    def wanted(self) -> int:
        return self.batch.used if self.batch.kind is BatchKind.PAPERS else 1

    @property
    def keyed(self) -> int:
        return sum(paper.is_keyed for paper in self.papers.values())

    @property
    def doubted(self) -> list[Paper]:
        return [paper for paper in self.papers.values() if paper.is_doubted]

    @property
    def sample(self) -> list[Paper]:
        return [paper for paper in self.papers.values() if paper.reread is not None]

    @property
    def unread_sample(self) -> list[Paper]:
        return [paper for paper in self.sample if paper.reread and paper.reread.agrees is None]

    @property
    def is_whole(self) -> bool:
        return self.keyed == self.wanted

    @property
    def is_ready(self) -> bool:
        sampled = bool(self.sample) or self.batch.kind is BatchKind.TOTALS
        return self.is_whole and not self.doubted and sampled and not self.unread_sample

    def next_for(self, account: Account) -> int | None:
        """The first paper that this person can still read; None when there is none."""
        for serial in self.serials:
            paper = self.papers.get(serial)
            if paper is None or (not paper.is_keyed and account.id not in paper.readers):
                return serial
        return None

    @property
    def serials(self) -> range:
        return range(1, self.batch.used + 1) if self.batch.kind is BatchKind.PAPERS else range(1)


def progress_of(batch: PaperBatch) -> Progress:
    entries: dict[int, list[PaperEntry]] = defaultdict(list)
    by_person: Counter[UUID] = Counter()
    for entry in db.session.scalars(
        select(PaperEntry)
        .where(PaperEntry.batch_id == batch.id)
        .order_by(PaperEntry.serial, PaperEntry.copy)
    ):
        entries[entry.serial].append(entry)
        by_person[entry.keyed_by_id] += 1
    resolutions = {
        row.serial: row
        for row in db.session.scalars(
            select(PaperResolution).where(PaperResolution.batch_id == batch.id)
        )
    }
    rereads = {
        row.serial: row
        for row in db.session.scalars(select(PaperReread).where(PaperReread.batch_id == batch.id))
    }
    papers = {
        serial: Paper(serial, tuple(rows), resolutions.get(serial), rereads.get(serial))
        for serial, rows in entries.items()
    }
    return Progress(batch, papers, by_person)


def standing_request(batch: PaperBatch) -> PaperRequest | None:
    """What somebody asked for and nobody has agreed to yet."""
    query = (
        select(PaperRequest)
        .where(PaperRequest.batch_id == batch.id, PaperRequest.agreed_at.is_(None))
        .order_by(PaperRequest.id.desc())
    )
    return db.session.scalars(query.limit(1)).one_or_none()


def list_requests(batch: PaperBatch) -> list[PaperRequest]:
    query = select(PaperRequest).where(PaperRequest.batch_id == batch.id)
    return list(db.session.scalars(query.order_by(PaperRequest.id)))


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    query = select(Account.id, Account.name).where(Account.id.in_(ids))
    return {row[0]: row[1] or "" for row in db.session.execute(query)}


# --- what adds up ---------------------------------------------------------------------------


@dataclass(frozen=True)
class VenueCount:
    """The papers of one place, over its batches that are not void."""

    venue: Venue
    issued: int
    used: int
    spoiled: int
    returned: int
    set_aside: int
    marked: int
    unmarked: int = 0
    conflicts: int = 0

    @property
    def matches(self) -> bool:
        """Whether there are no more papers in the box than people marked as having voted here.

        A paper that was given to somebody who could not be marked counts once two officers have
        said what happened (`unmarked`), and not while that is open (`conflicts`).
        """
        known = self.marked + self.unmarked
        return self.used <= known or self.venue.channel is PaperChannel.PARTNER

    @property
    def misses_returns(self) -> bool:
        """Whether more papers were set aside here than batches say were returned."""
        return self.issued > 0 and self.returned < self.set_aside


def accounting(round: Round) -> list[VenueCount]:
    """Issued, used, spoiled and returned by place, beside the people marked there."""
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for batch in list_batches(round):
        if batch.voided_at is None:
            for name in ("issued", "used", "spoiled", "returned"):
                sums[batch.venue_id][name] += getattr(batch, name)
    aside = _count_by_venue(PaperSetAside, round)
    marked = _marked_by_venue(round)
    unmarked, conflicts = _count_conflicts(round)
    return [
        VenueCount(
            venue,
            **{name: sums[venue.id][name] for name in ("issued", "used", "spoiled", "returned")},
            set_aside=aside.get(venue.id, 0),
            marked=marked.get(venue.id, 0),
            unmarked=unmarked[venue.id],
            conflicts=conflicts[venue.id],
        )
        for venue in list_venues(round)
    ]


def _marked_by_venue(round: Round) -> dict[int, int]:
    """People marked at each place; once the marks are destroyed, as they were counted before."""
    kept = kept_numbers(round.id)
    if kept is None:
        return _count_by_venue(RollMark, round)
    by_name = {row["venue"]: row["marked"] for row in kept["papers"]}
    return {venue.id: by_name.get(venue.name, 0) for venue in list_venues(round)}


def _count_conflicts(round: Round) -> tuple[Counter[int], Counter[int]]:
    """By place: papers in the box for which nobody is marked, and conflicts still open."""
    unmarked: Counter[int] = Counter()
    still_open: Counter[int] = Counter()
    query = (
        select(
            HallEntry.venue_id, HallEntry.finding, HallEntry.agreed_by_id.is_not(None), func.count()
        )
        .where(HallEntry.round_id == round.id, HallEntry.outcome == Taken.CONFLICT)
        .group_by(HallEntry.venue_id, HallEntry.finding, HallEntry.agreed_by_id.is_not(None))
    )
    for venue_id, finding, is_agreed, number in db.session.execute(query):
        if not is_agreed:
            still_open[venue_id] += number
        elif finding is not Finding.NO_PAPER:
            unmarked[venue_id] += number
    return unmarked, still_open


def _count_by_venue(table: type[PaperSetAside | RollMark], round: Round) -> dict[int, int]:
    query = (
        select(table.venue_id, func.count())
        .where(table.round_id == round.id)
        .group_by(table.venue_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


@dataclass(frozen=True)
class Declared:
    """A batch of totals that counts. The public log does not cover its papers."""

    number: int
    venue: str
    channel: PaperChannel
    papers: int
    totals: dict[str, int]


def declared_totals(round: Round) -> list[Declared]:
    """The totals of accepted sheets and partners' votes, in the order of their batches."""
    found = []
    for batch in list_batches(round):
        if batch.kind is BatchKind.TOTALS and batch.accepted_at is not None:
            content = progress_of(batch).papers[0].content
            totals = dict(paper_reading.read(content).totals or {}) if content else {}
            found.append(
                Declared(batch.number, batch.venue.name, batch.venue.channel, batch.used, totals)
            )
    return found


def accepted_papers(round: Round) -> int:
    """How many accepted papers count: as many as there are live paper ballots."""
    return sum(
        not paper_reading.read(paper.content).is_rejected
        for batch in list_batches(round)
        if batch.kind is BatchKind.PAPERS and batch.accepted_at is not None
        for paper in progress_of(batch).papers.values()
        if paper.content is not None
    )


def paper_ballots(round: Round) -> int:
    query = select(func.count()).where(
        Ballot.round_id == round.id, Ballot.channel == Channel.PAPER, Ballot.is_live
    )
    return db.session.scalar(query) or 0


# --- who has voted on paper -----------------------------------------------------------------


def list_voted_on_paper(round_id: int, voter_ids: Collection[str]) -> frozenset[str]:
    """Those of these people who are marked as having voted on paper."""
    query = select(RollMark.voter_id).where(
        RollMark.round_id == round_id, RollMark.voter_id.in_(voter_ids)
    )
    return frozenset(db.session.scalars(query))


def has_voted_on_paper(round_id: int, voter_id: str) -> bool:
    return db.session.get(RollMark, (round_id, voter_id)) is not None


def list_marked(round: Round) -> frozenset[str]:
    """The ids of everybody marked as having voted on paper."""
    query = select(RollMark.voter_id).where(RollMark.round_id == round.id)
    return frozenset(db.session.scalars(query))

"""What may be asked of the ballot box: never who chose what, and no count before it is shut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.ballots import keys as key_files
from pbapp.ballots.kept import kept_numbers
from pbapp.ballots.models import Ballot, Channel, RoundKey, Voter
from pbapp.ballots.paper.models import RollMark
from pbapp.ballots.secrecy import receipt_hash, voter_tag
from pbapp.ballots.vote import Vote, read_vote
from pbapp.db import db
from pbapp.places.models import Postcode
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase

# How long a vote that came in before the close may take to be written down.
DRAIN = timedelta(seconds=60)


class BoxOpen(Exception):
    """Somebody asked for counts while people can still vote. There are none, for anybody."""


@dataclass(frozen=True)
class Shown:
    """What the holder of a receipt is shown of its ballot; `vote` only while voting is open."""

    is_live: bool
    vote: Vote | None


def read_key(round_id: int, keys: Path) -> bytes:
    """The round's key; raises `KeyMissing` without the one that voting began with."""
    known = db.session.get(RoundKey, round_id)
    key = key_files.read(keys, round_id) if known else None
    if known is None or key is None or key_files.fingerprint(key) != known.fingerprint:
        raise key_files.KeyMissing(str(round_id))
    return key


def check_key(round: Round, keys: Path) -> None:
    """Raise `KeyMissing` if people began to vote in a round and its key has gone since.

    Unless it was destroyed on its date with the ballots.
    """
    if db.session.get(RoundKey, round.id) is not None and kept_numbers(round.id) is None:
        read_key(round.id, keys)


def find_voter(round: Round, voter_id: str | None) -> Voter | None:
    voter = db.session.get(Voter, voter_id) if voter_id else None
    return voter if voter is not None and voter.round_id == round.id else None


def list_voters(round: Round, voter_ids: Collection[str]) -> list[Voter]:
    """Those of these people who are on the round's voters' list."""
    query = select(Voter).where(Voter.round_id == round.id, Voter.id.in_(voter_ids))
    return list(db.session.scalars(query))


def has_voted(voter: Voter, keys: Path) -> bool:
    """Whether this person has a ballot in the box: found by deriving its tag, kept nowhere."""
    tag = voter_tag(read_key(voter.round_id, keys), voter.round_id, voter.id)
    query = select(Ballot.id).where(
        Ballot.round_id == voter.round_id, Ballot.voter_tag == tag, Ballot.is_live
    )
    return db.session.scalar(query) is not None


def others_with_contact(voter: Voter) -> int:
    """How many other people on the voters' list gave the same e-mail address."""
    query = select(func.count()).where(
        Voter.round_id == voter.round_id,
        Voter.contact_digest == voter.contact_digest,
        Voter.id != voter.id,
    )
    return db.session.scalar(query) or 0


def show_ballot(round: Round, receipt: str) -> Shown | None:
    """The ballot a receipt belongs to, or None. `receipt` is tidied: see `tidy_receipt`."""
    query = select(Ballot.content, Ballot.is_live).where(
        Ballot.round_id == round.id, Ballot.receipt_hash == receipt_hash(round.id, receipt)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        return None
    content, is_live = found
    open_still = closes_at(round) is None or clock.now() < closes_at(round)  # type: ignore[operator]
    return Shown(is_live=is_live, vote=read_vote(content) if open_still else None)


# --- after the close ------------------------------------------------------------------------


def closes_at(round: Round) -> datetime | None:
    voting = find_phase(round, PhaseKind.VOTING)
    return voting.ends_at if voting else None


def is_box_shut(round: Round) -> bool:
    """Whether voting is over and every vote that came in time has been written down."""
    ends_at = closes_at(round)
    return ends_at is not None and clock.now() >= ends_at + DRAIN


def live_ballots(round: Round, min_assurance: int = 1) -> list[Vote]:
    """What every ballot that counts says, for the count: contents only, sorted by them.

    `min_assurance` leaves out those of people who showed less of who they are. Raises `BoxOpen`
    while people can still vote.
    """
    _refuse_unless_shut(round)
    query = select(Ballot.content).where(
        Ballot.round_id == round.id, Ballot.is_live, Ballot.assurance >= min_assurance
    )
    return [read_vote(content) for content in sorted(db.session.scalars(query))]


def was_used(round: Round) -> bool:
    """Whether anybody ever came to vote in this round here."""
    return db.session.get(RoundKey, round.id) is not None


def ballots_by_channel(round: Round) -> dict[Channel, int]:
    """How many ballots count, by the way they came in; raises `BoxOpen`."""
    _refuse_unless_shut(round)
    kept = kept_numbers(round.id)
    if kept is not None:
        return {Channel(channel): number for channel, number in kept["ballots"].items()}
    query = (
        select(Ballot.channel, func.count())
        .where(Ballot.round_id == round.id, Ballot.is_live)
        .group_by(Ballot.channel)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def turnout_by_ward(round: Round, keys: Path) -> dict[int, int]:
    """Area id to the number of people of that ward who voted; raises `BoxOpen`.

    The caller holds back small numbers before anybody sees them.
    """
    return dict(Counter(area_id for area_id, _fifth in _who_voted(round, keys)))


def turnout_by_fifth(round: Round, keys: Path) -> dict[int | None, int]:
    """The same by fifth of the index of deprivation; None for those whose fifth is not known."""
    return dict(Counter(fifth for _area_id, fifth in _who_voted(round, keys)))


def _who_voted(round: Round, keys: Path) -> list[tuple[int, int | None]]:
    """Ward and fifth of each person who voted, found by deriving every tag; people marked as
    having voted on paper are among them."""
    _refuse_unless_shut(round)
    if db.session.get(RoundKey, round.id) is None:
        return []
    key = read_key(round.id, keys)
    marked = set(db.session.scalars(select(RollMark.voter_id).where(RollMark.round_id == round.id)))
    tags = set(
        db.session.scalars(
            select(Ballot.voter_tag).where(Ballot.round_id == round.id, Ballot.is_live)
        )
    )
    people = db.session.execute(
        select(Voter.id, Voter.area_id, Voter.fifth).where(Voter.round_id == round.id)
    ).all()
    return [
        (area_id, fifth)
        for id, area_id, fifth in people
        if id in marked or voter_tag(key, round.id, id) in tags
    ]


def on_voters_list(round: Round) -> int:
    """How many people have shown that they may vote; raises `BoxOpen`."""
    _refuse_unless_shut(round)
    kept = kept_numbers(round.id)
    if kept is not None:
        return int(kept["on_list"])
    query = select(func.count()).select_from(Voter).where(Voter.round_id == round.id)
    return db.session.scalar(query) or 0


def _refuse_unless_shut(round: Round) -> None:
    if not is_box_shut(round):
        raise BoxOpen


# --- what there is to choose from -----------------------------------------------------------


def list_on_ballot(round: Round) -> dict[str, Proposal]:
    """The proposals behind the sealed projects, by their id on the ballot."""
    sealed = [int(project["number"]) for project in (round.config or {}).get("projects", ())]
    query = (
        select(Proposal)
        .options(joinedload(Proposal.priority), joinedload(Proposal.area))
        .where(Proposal.round_id == round.id, Proposal.number.in_(sealed))
    )
    return {str(proposal.number): proposal for proposal in db.session.scalars(query)}


def example_postcode(round: Round) -> str | None:
    """A made-up postcode that people can try an example round with."""
    if not round.is_example:
        return None
    query = select(Postcode.postcode).where(
        Postcode.is_example, Postcode.area_id.in_([item.area_id for item in round.round_areas])
    )
    return db.session.scalar(query.order_by(Postcode.postcode).limit(1))


def list_withdrawn(round: Round) -> frozenset[str]:
    """Ids of projects withdrawn since the ballot was sealed: still listed, they cannot win."""
    query = select(Proposal.number).where(
        Proposal.round_id == round.id, Proposal.state == ProposalState.WITHDRAWN
    )
    return frozenset(str(number) for number in db.session.scalars(query))

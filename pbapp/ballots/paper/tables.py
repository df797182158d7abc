"""Voting at a table, and papers with a declaration: the same voters' list, marked for good.

A mark and a ballot are never written in one transaction: side by side they would say who cast the
vote that the paper took the place of. So marking refuses any later vote online, and the vote sent
before is taken out with everybody else's when voting has closed: see `settle`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, insert, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import queries, secrecy
from pbapp.ballots.models import Ballot, Channel, Voter, VoterIdentifier
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.paper.models import (
    PaperChannel,
    PaperSetAside,
    RollMark,
    Venue,
    WhySetAside,
)
from pbapp.ballots.paper.people import must_take_paper
from pbapp.ballots.paper.services import BALLOTS
from pbapp.ballots.roll.identity import TOO_YOUNG, tidy_name
from pbapp.ballots.roll.services import open_key
from pbapp.ballots.roll.voids import list_voided
from pbapp.ballots.services import MIXED_WITH
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.places.queries import PostcodeState, find_fifth, look_up_postcode, tidy_postcode
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Connection, Method, PhaseKind, Round
from pbapp.rounds.queries import find_phase

ASSURANCE = 3
BY_PLACE = "name+postcode+age"
OUTSIDE = N_("This postcode is not in the area of this vote, or we do not have it.")


@dataclass(frozen=True)
class Person:
    """Somebody as an officer found them on the voters' list, before anything is written."""

    area_id: int
    ward: str
    voter_id: str | None
    voted_online: bool
    voted_on_paper: bool


@dataclass(frozen=True)
class Details:
    """What a person tells at the table, or writes on a declaration."""

    name: str
    postcode: str
    connection: Connection
    age_band: str


def look_up(*, round: Round, keys: Path, details: Details, by: Account) -> Person:
    """Find somebody on the voters' list; makes the round's key if nobody has voted yet.

    Raises `Refused` beside the field for a person who cannot vote in this round.
    """
    must_be_officer(round.board_id, by)
    _refuse_out_of_time(round)
    found = look_up_postcode(details.postcode, {item.area_id for item in round.round_areas})
    if found.state is not PostcodeState.FOUND or found.ward is None:
        raise Refused(OUTSIDE, "postcode")
    if details.age_band == TOO_YOUNG:
        raise Refused(N_("This person is too young to vote in this round."), "age_band")
    voter_id = _find(round, open_key(round=round, keys=keys), details)
    voter = queries.find_voter(round, voter_id)
    return Person(
        area_id=found.ward.id,
        ward=found.ward.name,
        voter_id=voter_id,
        voted_online=voter is not None and _has_voted_online(voter, keys),
        voted_on_paper=voter is not None and paper_queries.has_voted_on_paper(round.id, voter.id),
    )


def mark(*, round: Round, keys: Path, venue: Venue, details: Details, by: Account) -> Person:
    """Mark somebody as voting on paper here: final. Writes to the voters' list and nothing else.

    At a hall the paper takes the place of a vote online. Elsewhere somebody who has voted already
    is refused: their paper is set aside (`set_aside`).
    """
    advisory_lock(f"voters' list {round.id}")
    person = look_up(round=round, keys=keys, details=details, by=by)
    if person.voted_on_paper:
        raise Refused(
            N_(
                "Somebody with this name, postcode and age group has voted on paper already. If "
                "they are two people, call the voting lead."
            ),
            "name",
        )
    if person.voted_online and venue.channel is not PaperChannel.HALL:
        raise Refused(
            N_("This person has voted online, so this paper stays sealed. Set it aside."), "name"
        )
    voter = _keep_voter(round, keys, person, details)
    db.session.add(RollMark(round_id=round.id, voter_id=voter.id, venue_id=venue.id))
    flush()
    return person


def set_aside(*, round: Round, venue: Venue, reason: WhySetAside, by: Account) -> None:
    """Count a paper that stays sealed, without whose it is."""
    must_be_officer(round.board_id, by)
    _refuse_out_of_time(round)
    if venue.channel in (PaperChannel.HALL, PaperChannel.PARTNER):
        raise Refused(N_("Papers come with a declaration by post, in drop boxes and from homes."))
    db.session.add(PaperSetAside(round_id=round.id, venue_id=venue.id, reason=reason))
    flush()


def settle(*, round: Round, keys: Path) -> int:
    """Take out the online votes of everybody who then voted at a table; returns how many.

    So too the votes that two officers have set aside (`roll.voids`).

    All at once, shuffled in with others, and only the table of ballots is written, so that the
    rows do not say whose they were. Doing it again does nothing.
    """
    advisory_lock(f"ballot box {round.id}")
    out = paper_queries.list_marked(round) | list_voided(round.id)
    if not out or paper_queries.is_frozen(round):
        return 0
    key = queries.read_key(round.id, keys)
    tags = {secrecy.voter_tag(key, round.id, voter_id) for voter_id in out}
    here = BALLOTS.c.round_id == round.id
    live = select(BALLOTS).where(here, BALLOTS.c.is_live, BALLOTS.c.channel == Channel.ONLINE)
    rows = [dict(row) for row in db.session.execute(live).mappings()]
    stale = [{**row, "is_live": False} for row in rows if row["voter_tag"] in tags]
    if not stale:
        return 0
    kept = [row for row in rows if row["voter_tag"] not in tags]
    secrets.SystemRandom().shuffle(kept)
    again = [*stale, *kept[:MIXED_WITH]]
    ids = [row["id"] for row in again]
    for start in range(0, len(ids), 500):
        db.session.execute(delete(BALLOTS).where(BALLOTS.c.id.in_(ids[start : start + 500])))
    secrets.SystemRandom().shuffle(again)
    db.session.execute(insert(BALLOTS), again)
    return len(stale)


def marked_by_ward(round: Round) -> Mapping[int, int]:
    """Area id to the number of people of that ward who voted on paper."""
    query = (
        select(Voter.area_id, func.count())
        .join(RollMark, (RollMark.round_id == Voter.round_id) & (RollMark.voter_id == Voter.id))
        .where(Voter.round_id == round.id)
        .group_by(Voter.area_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _find(round: Round, key: bytes, details: Details) -> str | None:
    row = db.session.get(VoterIdentifier, (round.id, BY_PLACE, _digest(round, key, details)))
    return row.voter_id if row else None


def _digest(round: Round, key: bytes, details: Details) -> str:
    values = (tidy_name(details.name), tidy_postcode(details.postcode), details.age_band)
    return secrecy.identifier_digest(key, round.id, BY_PLACE, *values)


def _has_voted_online(voter: Voter, keys: Path) -> bool:
    tag = secrecy.voter_tag(queries.read_key(voter.round_id, keys), voter.round_id, voter.id)
    query = select(Ballot.id).where(
        Ballot.round_id == voter.round_id, Ballot.voter_tag == tag, Ballot.is_live
    )
    return db.session.scalar(query) is not None


def _keep_voter(round: Round, keys: Path, person: Person, details: Details) -> Voter:
    """The person's row, made if they are new; an officer has seen them, which is level 3."""
    voter = queries.find_voter(round, person.voter_id)
    if voter is not None:
        voter.method, voter.assurance = Method.TABLE, ASSURANCE
        return voter
    voter = Voter(
        round_id=round.id,
        method=Method.TABLE,
        assurance=ASSURANCE,
        connection=details.connection,
        area_id=person.area_id,
        fifth=find_fifth(details.postcode),
        contact_digest=secrets.token_hex(32),  # nobody asked for an address
    )
    db.session.add(voter)
    flush()
    digest = _digest(round, open_key(round=round, keys=keys), details)
    db.session.add(
        VoterIdentifier(round_id=round.id, kind=BY_PLACE, digest=digest, voter_id=voter.id)
    )
    flush()
    return voter


def _refuse_out_of_time(round: Round) -> None:
    """Marks are made from the opening until the count: a desk without a line catches up later."""
    voting = find_phase(round, PhaseKind.VOTING)
    if round.sealed_at is None or voting is None or clock.now() < voting.starts_at:
        raise Refused(N_("Voting has not opened yet."))
    must_take_paper(round)
    if paper_queries.is_frozen(round):
        raise Refused(N_("The ballots are sealed for the count, so the voters' list is closed."))

"""What two people certify, who has, and until when the ballots are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit.models import Event
from pbapp.ballots import queries as box
from pbapp.ballots.closing.models import Certificate, Closing, Hold, Scrutineer
from pbapp.ballots.log.models import BallotBatch, BatchKind, SealedLeaf
from pbapp.ballots.models import Ballot, RoundKey
from pbapp.ballots.paper import queries as paper
from pbapp.boards.models import OFFICER_ROLES, Role
from pbapp.boards.queries import roles_by_board
from pbapp.db import db
from pbapp.rounds.models import Profile, Round
from pbapp.rounds.second import profile_of
from pbapp.tally.digest import canonical, sha256

COUNTED = "round.counted"
FROZEN = "round.ballots_frozen"
MAY_CERTIFY = OFFICER_ROLES | {Role.COUNTER}

Facts = dict[str, Any]


# --- what is certified ----------------------------------------------------------------------


def close_batch(round: Round) -> BallotBatch | None:
    """The batch that shut the ballot log; None before it."""
    query = select(BallotBatch).where(
        BallotBatch.round_id == round.id, BallotBatch.kind == BatchKind.CLOSE
    )
    return db.session.scalar(query)


def counted_facts(round: Round) -> list[Facts]:
    """What the officers' log says of the official count of each pot; empty before it."""
    query = (
        select(Event.facts)
        .where(
            Event.subject_type == "round",
            Event.subject_id == str(round.id),
            Event.verb == COUNTED,
        )
        .order_by(Event.number)
    )
    return [facts for facts in db.session.scalars(query) if facts.get("official")]


def facts_of(round: Round) -> Facts | None:
    """Everything the two people look at and confirm; None before there is all of it.

    Head and size of the log, ballots that count by channel, papers by place, what was counted.
    """
    certified = certificates(round)
    if len(certified) == 2:
        return certified[1].facts  # what was certified stays, whatever is destroyed
    last, counted = close_batch(round), counted_facts(round)
    if last is None or not counted or not box.is_box_shut(round):
        return None
    return {
        "head": last.head,
        "batches": last.n,
        "sealed": last.total,
        "ballots": {c.value: n for c, n in sorted(box.ballots_by_channel(round).items())},
        "sheets": [
            {"batch": d.number, "venue": d.venue, "papers": d.papers}
            for d in paper.declared_totals(round)
        ],
        "papers": [
            {
                "venue": count.venue.name,
                "issued": count.issued,
                "used": count.used,
                "spoiled": count.spoiled,
                "returned": count.returned,
                "set_aside": count.set_aside,
                "marked": count.marked,
            }
            for count in paper.accounting(round)
        ],
        "counts": counted,
    }


def digest_of(facts: Facts) -> str:
    """SHA-256 of the facts' canonical JSON: what the second person must have seen too."""
    return sha256(canonical(facts))


# --- who has certified ----------------------------------------------------------------------


def certificates(round: Round) -> list[Certificate]:
    """None, the first, or both, in order."""
    query = select(Certificate).where(Certificate.round_id == round.id)
    return list(db.session.scalars(query.order_by(Certificate.part)))


def is_certified(round: Round) -> bool:
    return round.certified_at is not None


def role_of(account: Account, round: Round) -> Role | None:
    """In which role somebody may certify a round: the lead's before the others."""
    roles = roles_by_board(account.id).get(round.board_id or 0, frozenset())
    for role in (Role.VOTING_LEAD, Role.COUNTER, *sorted(OFFICER_ROLES)):
        if role in roles:
            return role
    return None


def fits_profile(round: Round, first: Role, second: Role) -> bool:
    """Whether these two may certify together: a lead at least, in a full round two."""
    leads = (first is Role.VOTING_LEAD) + (second is Role.VOTING_LEAD)
    return leads >= (2 if profile_of(round) is Profile.FULL else 1)


# --- scrutineers ----------------------------------------------------------------------------


def list_scrutineers(round: Round) -> list[Scrutineer]:
    query = select(Scrutineer).where(Scrutineer.round_id == round.id)
    return list(db.session.scalars(query.order_by(Scrutineer.id)))


# --- until when ballots are kept ------------------------------------------------------------


def find_closing(round: Round) -> Closing | None:
    return db.session.get(Closing, round.id)


def terms_of(round: Round) -> Closing:
    """The round's terms, or the usual ones (not kept anywhere)."""
    usual = Closing(round_id=round.id, keep_days=28, last_days=120, openings_public=False)
    return find_closing(round) or usual


def open_hold(round: Round) -> Hold | None:
    """The hold that somebody asked for or that stands; None when nothing stops the destruction."""
    query = select(Hold).where(Hold.round_id == round.id, Hold.released_at.is_(None))
    return db.session.scalar(query)


def list_holds(round: Round) -> list[Hold]:
    query = select(Hold).where(Hold.round_id == round.id).order_by(Hold.id.desc())
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Fate:
    """Until when a round's ballots are kept.

    `at` is when they go; None while a hold stops it, or before voting has an end. `is_last` says
    that it is the last date, which comes whether or not the round was certified.
    """

    at: datetime | None
    is_last: bool
    is_held: bool
    destroyed_at: datetime | None
    openings_public: bool


def fate_of(round: Round) -> Fate:
    """Until when the ballots are kept."""
    terms, hold, closes = terms_of(round), open_hold(round), box.closes_at(round)
    certified = round.certified_at
    last = closes + timedelta(days=terms.last_days) if closes else None
    usual = certified + timedelta(days=terms.keep_days) if certified else None
    at = min((moment for moment in (last, usual) if moment), default=None)
    is_held = hold is not None and hold.agreed_at is not None and terms.began_at is None
    return Fate(
        at=None if is_held else at,
        is_last=at is not None and at == last,
        is_held=is_held,
        destroyed_at=terms.destroyed_at,
        openings_public=terms.openings_public,
    )


def is_due(round: Round) -> bool:
    """Whether the destruction may run now, or has begun and has to be finished."""
    terms, fate = terms_of(round), fate_of(round)
    if terms.destroyed_at is not None:
        return False
    begun = terms.began_at is not None
    return begun or (fate.at is not None and fate.at <= clock.now() and box.is_box_shut(round))


def list_undestroyed() -> list[int]:
    """The ids of rounds in which people voted here and whose ballots are still kept."""
    gone = select(Closing.round_id).where(Closing.destroyed_at.is_not(None))
    query = select(RoundKey.round_id).where(RoundKey.round_id.not_in(gone))
    return list(db.session.scalars(query.order_by(RoundKey.round_id)))


# --- what scrutineers get -------------------------------------------------------------------


def openings_document(round: Round) -> Facts:
    """The ballot behind each leaf, in the order of the leaves, without any moment.

    `voter` is the SHA-256 of the ballot's tag: enough to see two ballots of one voter, and
    nothing that leads to the voter, or to the tag.
    """
    query = (
        select(Ballot, SealedLeaf.batch_n)
        .join(SealedLeaf, SealedLeaf.leaf == Ballot.leaf)
        .where(Ballot.round_id == round.id)
        .order_by(Ballot.leaf)
    )
    return {
        "format": 1,
        "round": {"id": round.id, "slug": round.slug, "title": round.title},
        "config_hash": round.config_hash,
        "openings": [
            {
                "leaf": ballot.leaf,
                "batch": batch,
                "content": ballot.content,
                "salt": ballot.salt.hex(),
                "channel": ballot.channel.value,
                "counted": ballot.is_live,
                "voter": sha256(ballot.voter_tag.encode()),
            }
            for ballot, batch in db.session.execute(query)
        ],
        "declared": [
            {"batch": d.number, "venue": d.venue, "papers": d.papers, "totals": d.totals}
            for d in paper.declared_totals(round)
        ],
    }


def last_destroyed_at() -> datetime | None:
    """When ballots were last destroyed here."""
    return db.session.scalar(select(func.max(Closing.destroyed_at)))

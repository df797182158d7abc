"""Set the online votes of a group aside: two officers and a reason, and never after the sealing.

Until the close this writes to the voters' list only. The ballots themselves are taken out with
everybody else's who voted twice (`paper.tables.settle`), at once and shuffled, so that no moment
and no transaction says whose they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import queries as box
from pbapp.ballots import secrecy
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.log.models import BallotBatch, BatchKind
from pbapp.ballots.models import Ballot, Channel
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.roll import bursts, contacts
from pbapp.ballots.roll.models import (
    ANOTHER_OFFICER,
    Burst,
    ContactKind,
    VoidAct,
    VoidedVoter,
    VoidRequest,
)
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.messages.models import MailChannel
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.rounds.services import log

NOT_LOOKED = N_("Look at the group first, and say what you found.")
TOO_LATE = N_(
    "The votes of this round are sealed. None can be set aside any more, or counted again."
)


def ask(*, round: Round, burst: Burst, act: VoidAct, reason: str, by: Account) -> VoidRequest:
    """The first officer asks; the group must be one they have looked at as it is."""
    _refuse(round, burst, by)
    is_aside = _is_set_aside(burst)
    if act is VoidAct.RELEASE and not is_aside:
        raise Refused(N_("The votes of this group count. There is nothing to release."))
    if act is VoidAct.VOID and not _not_yet_aside(burst):
        raise Refused(N_("The votes of this group are set aside already."))
    asked = VoidRequest(
        round_id=round.id,
        burst_id=burst.id,
        act=act,
        reason=reason,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    db.session.add(asked)
    flush()
    log(round, by, f"voters.{act.value}_asked", {"group": burst.id, "reason": reason})
    return asked


def agree(*, round: Round, burst: Burst, by: Account, address: str) -> VoidRequest:
    """The second officer agrees: the voters are marked, and those with an address are told.

    `address` is the round's page, for the message.
    """
    _refuse(round, burst, by)
    asked = bursts.group_of(burst).open_request
    if asked is None:
        raise Refused(N_("Nobody has asked for this, or it was done meanwhile."))
    if asked.asked_by_id == by.id:
        raise Refused(ANOTHER_OFFICER)
    voters = _change(asked, burst)
    asked.agreed_by_id, asked.agreed_at = by.id, clock.now()
    flush()
    _tell(round, asked, voters, address)
    facts = {"group": burst.id, "people": len(voters), "reason": asked.reason}
    log(round, by, f"voters.{asked.act.value}_agreed", facts)
    return asked


def take_back(*, round: Round, burst: Burst, by: Account) -> None:
    """An officer takes back what was asked and not agreed."""
    must_be_officer(round.board_id, by)
    advisory_lock(f"bursts {round.id}")
    asked = bursts.group_of(burst).open_request
    if asked is not None:
        db.session.delete(asked)
        flush()
        log(round, by, f"voters.{asked.act.value}_taken_back", {"group": burst.id})


def _refuse(round: Round, burst: Burst, by: Account) -> None:
    must_be_officer(round.board_id, by)
    advisory_lock(f"ballot box {round.id}")  # the sealing at the close holds it
    advisory_lock(f"bursts {round.id}")
    if is_final(round):
        raise Refused(TOO_LATE)
    if by.id not in bursts.group_of(burst).looked_by:
        raise Refused(NOT_LOOKED)


def is_final(round: Round) -> bool:
    """Whether the ballots are sealed at the close, or counted: nothing changes after that."""
    sealed = select(BallotBatch.n).where(
        BallotBatch.round_id == round.id, BallotBatch.kind == BatchKind.CLOSE
    )
    return db.session.scalar(sealed) is not None or paper.is_frozen(round)


def _change(asked: VoidRequest, burst: Burst) -> list[str]:
    here = (VoidedVoter.round_id == burst.round_id) & (VoidedVoter.burst_id == burst.id)
    if asked.act is VoidAct.RELEASE:
        voters = list(db.session.scalars(select(VoidedVoter.voter_id).where(here)))
        db.session.execute(delete(VoidedVoter).where(here))
        return voters
    voters = _not_yet_aside(burst)
    rows = [{"round_id": burst.round_id, "voter_id": v, "burst_id": burst.id} for v in voters]
    db.session.execute(insert(VoidedVoter), rows)
    return voters


def _is_set_aside(burst: Burst) -> bool:
    query = select(VoidedVoter.voter_id).where(
        VoidedVoter.round_id == burst.round_id, VoidedVoter.burst_id == burst.id
    )
    return db.session.scalar(query.limit(1)) is not None


def _not_yet_aside(burst: Burst) -> list[str]:
    """The people of a group whose online votes are not set aside, by this group or another."""
    aside = set(list_voided(burst.round_id))
    return [voter for voter in bursts.members(burst) if voter not in aside]


def _tell(round: Round, asked: VoidRequest, voters: list[str], address: str) -> None:
    """One message to each address; everybody of the group gets it, whether or not they voted."""
    written_to = set(contacts.addresses(round.id, voters).values())
    for number, to in enumerate(sorted(written_to, key=lambda contact: contact.value)):
        messages.write(
            key=f"set aside {asked.id} {number}",
            to=to.value,
            channel=MailChannel.SMS if to.kind is ContactKind.SMS else MailChannel.EMAIL,
            language=to.language,
            template="vote_set_aside",
            context={
                "round": round.title,
                "reason": asked.reason,
                "is_release": asked.act is VoidAct.RELEASE,
                "address": address,
            },
        )


# --- what it comes to -----------------------------------------------------------------------


def list_voided(round_id: int) -> frozenset[str]:
    """Voters whose online vote does not count, for `paper.tables.settle`."""
    query = select(VoidedVoter.voter_id).where(VoidedVoter.round_id == round_id)
    return frozenset(db.session.scalars(query))


@dataclass(frozen=True)
class SetAside:
    """What everybody may read: how many votes, and why. `votes` is None before it is counted."""

    reason: str
    votes: int | None


def set_aside(round: Round) -> list[SetAside]:
    """The votes that two officers set aside and did not release, once the box is shut."""
    if round.is_imported or not box.is_box_shut(round):
        return []
    return [SetAside(asked.reason, asked.votes) for asked in _standing(round.id)]


def _standing(round_id: int) -> list[VoidRequest]:
    """The requests that hold in the end: agreed, and not released by a later one."""
    query = (
        select(VoidRequest)
        .where(VoidRequest.round_id == round_id, VoidRequest.agreed_at.is_not(None))
        .order_by(VoidRequest.id)
    )
    standing: dict[int | None, list[VoidRequest]] = {}
    for asked in db.session.scalars(query):
        if asked.act is VoidAct.RELEASE:
            standing.pop(asked.burst_id, None)
        else:
            standing.setdefault(asked.burst_id, []).append(asked)
    return [asked for group in standing.values() for asked in group]


def count_set_aside(keys: Path) -> None:
    """Once the box is shut, note how many ballots each void took out; the worker does it.

    In a transaction of its own, which touches no ballot.
    """
    waiting = select(VoidRequest.round_id).where(
        VoidRequest.act == VoidAct.VOID,
        VoidRequest.agreed_at.is_not(None),
        VoidRequest.votes.is_(None),
        VoidRequest.burst_id.is_not(None),
    )
    for round_id in set(db.session.scalars(waiting)):
        round = find_round_by_id(round_id)
        if round is not None and box.is_box_shut(round):
            _count(round, keys)


def _count(round: Round, keys: Path) -> None:
    try:
        key = box.read_key(round.id, keys)
    except KeyMissing:
        return
    tags = set(
        db.session.scalars(
            select(Ballot.voter_tag).where(
                Ballot.round_id == round.id, Ballot.channel == Channel.ONLINE
            )
        )
    )
    on_paper = paper.list_marked(round)
    rows = db.session.execute(
        select(VoidedVoter.voter_id, VoidedVoter.burst_id).where(VoidedVoter.round_id == round.id)
    ).all()
    voted: dict[int, int] = {}
    for voter_id, burst_id in rows:
        if voter_id not in on_paper and secrecy.voter_tag(key, round.id, voter_id) in tags:
            voted[burst_id] = voted.get(burst_id, 0) + 1
    for asked in _standing(round.id):
        # A group voided in two steps is told as one number, with the first reason.
        asked.votes = voted.pop(asked.burst_id or 0, 0)
    flush()

"""Seal ballots in batches, mark who voted, and tell them: at sealing, and only then.

Marks and mails written while somebody votes would stand beside that ballot in every copy of the
database. So they are written for whole batches of people, in a random order.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import delete, func, insert, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import queries as box
from pbapp.ballots import secrecy
from pbapp.ballots.log import due, hashing, queries
from pbapp.ballots.log.models import BallotBatch, BatchKind, OnlineMark, SealedLeaf
from pbapp.ballots.models import Ballot, Channel, RoundKey, Voter
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.paper import tables
from pbapp.ballots.roll import contacts
from pbapp.ballots.roll.models import ContactKind
from pbapp.ballots.roll.voids import list_voided
from pbapp.boards.models import Role
from pbapp.boards.queries import list_members_of, roles_by_board
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.messages.models import MailChannel
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import log

CHANNELS = {ContactKind.EMAIL: MailChannel.EMAIL, ContactKind.SMS: MailChannel.SMS}
TOLD_OF_HEADS = (Role.CHAIR, Role.VOTING_LEAD)


def seal_batch(*, round: Round, keys: Path) -> BallotBatch | None:
    """Seal what is due now, or nothing: see `due`. Doing it again does nothing."""
    _hold(round)
    if due.is_close_due(round):
        return _close(round, keys)
    return _seal(round, keys, BatchKind.CHECKPOINT) if due.is_checkpoint_due(round) else None


def seal_close(*, round: Round, keys: Path) -> BallotBatch:
    """Close the log with a last batch, in the transaction that freezes the ballots for the count.

    Online votes of people who then voted at a table are taken out first (`tables.settle`); from
    then on no ballot comes, goes, or stops counting. Asked again, the first one stands. Raises
    `Refused` with the reason while it cannot be closed yet.
    """
    _hold(round)
    sealed = queries.find_close(round.id)
    if sealed is not None:
        return sealed
    if refused := due.why_not_close(round):
        raise refused
    return _close(round, keys)


def _hold(round: Round) -> None:
    """Nobody counts, accepts papers or sends a vote meanwhile; locks in everybody's order."""
    advisory_lock(f"count {round.id}")
    advisory_lock(f"ballot box {round.id}")


def _close(round: Round, keys: Path) -> BallotBatch:
    tables.settle(round=round, keys=keys)
    batch = _seal(round, keys, BatchKind.CLOSE)
    contacts.forget(round.id)
    return batch


def _seal(round: Round, keys: Path, kind: BatchKind) -> BallotBatch:
    last = queries.last_batch(round.id)
    leaves = _choose_leaves(round, kind)
    previous, total = (last.head, last.total) if last else (round.config_hash or "", 0)
    n, day, root = (last.n if last else 0) + 1, clock.today(), hashing.merkle_root(leaves)
    total += len(leaves)
    batch = BallotBatch(
        round_id=round.id,
        n=n,
        previous_head=previous,
        root=root,
        size=len(leaves),
        total=total,
        day=day,
        kind=kind,
        head=hashing.head(previous, root, len(leaves), total, day, kind.value),
    )
    db.session.add(batch)
    flush()
    if leaves:
        rows = [{"leaf": leaf, "round_id": round.id, "batch_n": n} for leaf in leaves]
        db.session.execute(insert(SealedLeaf), rows)
    _tell_voters(round, keys, _mark(round, keys, kind))
    _tell_heads(round, batch)
    return batch


def _choose_leaves(round: Round, kind: BatchKind) -> list[str]:
    """Every ballot in no batch yet, replaced ones too; at a checkpoint ten new people wait.

    Otherwise whoever votes next would for a while be the only one outside the log.
    """
    unsealed = queries.unsealed(round.id)
    if kind is BatchKind.CLOSE:
        return unsealed.without(())
    return unsealed.without(_shuffled(unsealed.new_people)[: due.STAY_BACK])


# --- who voted ------------------------------------------------------------------------------


def _mark(round: Round, keys: Path, kind: BatchKind) -> list[str]:
    """Bring the marks on the voters' list up to the sealed ballots; who is marked now, shuffled.

    At the close all marks are written anew, so that their rows do not say at which checkpoint they
    came, and whoever then voted on paper has none.
    """
    voted, marked = _voted_online(round, keys), queries.list_marked(round.id)
    new = _shuffled(voted - marked)
    if kind is BatchKind.CLOSE:
        db.session.execute(delete(OnlineMark).where(OnlineMark.round_id == round.id))
        _write_marks(round, _shuffled(voted))
    else:
        _write_marks(round, new)
    return new


def _write_marks(round: Round, people: Sequence[str]) -> None:
    if people:
        rows = [{"round_id": round.id, "voter_id": voter_id} for voter_id in people]
        db.session.execute(insert(OnlineMark), rows)


def _voted_online(round: Round, keys: Path) -> frozenset[str]:
    """Everybody with a sealed online ballot that counts, by deriving each tag.

    Not those whose online vote goes at the close: they voted on paper, or it was set aside.
    """
    if db.session.get(RoundKey, round.id) is None:
        return frozenset()  # nobody ever came
    live = (
        select(Ballot.voter_tag)
        .join(SealedLeaf, SealedLeaf.leaf == Ballot.leaf)
        .where(Ballot.round_id == round.id, Ballot.is_live, Ballot.channel == Channel.ONLINE)
    )
    tags = set(db.session.scalars(live))
    if not tags:
        return frozenset()
    key = box.read_key(round.id, keys)
    out = paper.list_marked(round) | list_voided(round.id)
    people = set(db.session.scalars(select(Voter.id).where(Voter.round_id == round.id)))
    return frozenset(id for id in people - out if secrecy.voter_tag(key, round.id, id) in tags)


def _shuffled(people: Iterable[str]) -> list[str]:
    mixed = sorted(people)
    secrets.SystemRandom().shuffle(mixed)
    return mixed


# --- who is told ----------------------------------------------------------------------------


def _tell_voters(round: Round, keys: Path, people: Sequence[str]) -> None:
    """Queue "a vote was recorded in your name", once a person, in the order given.

    The key of the message is an HMAC, so the outbox does not lead to the voters' list.
    """
    if not people:
        return
    found = contacts.addresses(round.id, people)
    key, now = box.read_key(round.id, keys), clock.now()
    about = {
        "round": round.title,
        "path": f"/rounds/{round.slug}/log",
        "phone": round.board.council.help_phone if round.board else None,
        "email": round.board.council.help_email if round.board else None,
    }
    for voter_id in people:
        contact = found.get(voter_id)
        if contact is not None:
            once = secrecy.identifier_digest(key, round.id, "vote recorded", voter_id)
            messages.write(
                key=f"vote recorded {once}",
                to=contact.value,
                template="vote_recorded",
                context=about,
                language=contact.language,
                channel=CHANNELS[contact.kind],
                not_before=now,
            )


def _tell_heads(round: Round, batch: BallotBatch) -> None:
    """Send the head to the board's chair and voting leads, who keep it where we cannot reach."""
    for account in list_members_of(round.board_id, TOLD_OF_HEADS):
        messages.write(
            key=f"ballot head {round.id} {batch.n} {account.id}",
            to=account.email,
            template="ballot_head",
            context={
                "round": round.title,
                "path": f"/rounds/{round.slug}/log",
                "n": batch.n,
                "size": batch.size,
                "total": batch.total,
                "day": batch.day.isoformat(),
                "is_close": batch.kind is BatchKind.CLOSE,
                "head": batch.head,
            },
        )


# --- the box when it is sealed --------------------------------------------------------------


def report_zero(*, round: Round, by: Account) -> None:
    """Look into the box as the second person seals the round, and keep that it is empty.

    Raises `Refused` if anything at all is there: such a round must not be opened.
    """
    found = {"ballots": 0, "batches": 0}
    for name, table in (("ballots", Ballot), ("batches", BallotBatch)):
        query = select(func.count()).select_from(table).where(table.round_id == round.id)
        found[name] = db.session.scalar(query) or 0
    if any(found.values()):
        raise Refused(N_("The ballot box of this round is not empty. It cannot be sealed."))
    roles = roles_by_board(by.id).get(round.board_id or 0, frozenset())
    log(round, by, queries.ZERO, {**found, "head": round.config_hash, "role": _role(roles)})


def _role(roles: frozenset[Role]) -> str:
    return (Role.VOTING_LEAD if Role.VOTING_LEAD in roles else min(roles, default=Role.CLERK)).value

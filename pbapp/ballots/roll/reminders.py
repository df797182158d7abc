"""One reminder to people who showed that they may vote and have not sent one: see decision 0059.

Everybody's at one set moment, in a random order. Nothing says afterwards who got one but their
own mailbox, and for a week the outbox.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from pbapp import clock
from pbapp.ballots import queries as box
from pbapp.ballots import secrecy
from pbapp.ballots.keys import KeyMissing
from pbapp.ballots.models import Ballot, Voter
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.roll import contacts, voids
from pbapp.ballots.roll.models import ContactKind, Reminded
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.messages.models import MailChannel
from pbapp.rounds.models import Phase, PhaseKind, Round
from pbapp.rounds.queries import find_phase, find_round_by_id

BEFORE_THE_END = timedelta(hours=48)
SHORTEST_VOTE = timedelta(hours=24)  # whoever votes in a hall today needs no mail tomorrow


def reminded_at(round: Round) -> datetime | None:
    """When the reminders go: two days before the end, or half-way through a shorter vote."""
    voting = find_phase(round, PhaseKind.VOTING)
    if voting is None or voting.ends_at is None:
        return None
    length = voting.ends_at - voting.starts_at
    if length < SHORTEST_VOTE:
        return None
    return max(voting.ends_at - BEFORE_THE_END, voting.starts_at + length / 2)


def remind_if_due(keys: Path, public_url: str) -> int:
    """Write the reminders of every round whose moment has come; how many. The worker does it."""
    now = clock.now()
    open_ones = select(Phase.round_id).where(
        Phase.kind == PhaseKind.VOTING, Phase.starts_at <= now, Phase.ends_at > now
    )
    done = select(Reminded.round_id)
    waiting = select(Voter.round_id).where(
        Voter.round_id.in_(open_ones), Voter.round_id.not_in(done)
    )
    count = 0
    for round_id in list(db.session.scalars(waiting.distinct())):
        round = find_round_by_id(round_id)
        at = reminded_at(round) if round is not None else None
        if round is not None and at is not None and at <= now:
            count += remind(round, keys, public_url)
    return count


def remind(round: Round, keys: Path, public_url: str) -> int:
    """One message to each address behind which somebody has not voted; how many addresses.

    Without the round's key nobody is reminded, and it is tried again.
    """
    advisory_lock(f"reminder {round.id}")
    if db.session.get(Reminded, round.id) is not None:
        return 0
    try:
        people = _not_voted(round, keys)
    except KeyMissing:
        return 0
    addresses = list(set(contacts.addresses(round.id, people).values()))
    secrets.SystemRandom().shuffle(addresses)
    closes_at = box.closes_at(round)
    for to in addresses:
        messages.write(
            key=f"vote reminder {secrets.token_hex(16)}",
            to=to.value,
            channel=MailChannel.SMS if to.kind is ContactKind.SMS else MailChannel.EMAIL,
            language=to.language,
            template="vote_reminder",
            context={
                "round": round.title,
                "address": f"{public_url}/rounds/{round.slug}/vote",
                "closes_at": closes_at.isoformat() if closes_at else None,
            },
        )
    db.session.add(Reminded(round_id=round.id, day=clock.today()))
    flush()
    return len(addresses)


def _not_voted(round: Round, keys: Path) -> list[str]:
    """Who is on the list without a live ballot: derived here, and written nowhere."""
    key = box.read_key(round.id, keys)
    voted = set(
        db.session.scalars(
            select(Ballot.voter_tag).where(Ballot.round_id == round.id, Ballot.is_live)
        )
    )
    out = paper.list_marked(round) | voids.list_voided(round.id)
    people = db.session.scalars(select(Voter.id).where(Voter.round_id == round.id))
    return [
        id for id in people if id not in out and secrecy.voter_tag(key, round.id, id) not in voted
    ]

"""What tests of the ballot log share: votes enough for a batch, and sealing as the worker does."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import insert, select

from pbapp.ballots import queries, secrecy
from pbapp.ballots.log import queries as log
from pbapp.ballots.log.models import BallotBatch
from pbapp.ballots.models import Ballot, Channel, Voter, random_id
from pbapp.ballots.roll import contacts
from pbapp.ballots.roll.contacts import Contact
from pbapp.ballots.roll.models import ContactKind
from pbapp.ballots.roll.services import open_key
from pbapp.ballots.services import BALLOTS
from pbapp.ballots.vote import ticked
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.rounds.models import Connection, Method, Round

Person = tuple[str, str, str]  # voter id, address, leaf


def add_voters(round: Round, keys: Path, people: int) -> list[Person]:
    """That many people who have each sent one vote, quickly: straight into the tables."""
    key = open_key(round=round, keys=keys)
    made = []
    for _ in range(people):
        voter = Voter(
            id=random_id(),
            round_id=round.id,
            method=Method.EMAIL,
            assurance=1,
            connection=Connection.LIVE,
            area_id=round.round_areas[0].area_id,
            contact_digest=secrets.token_hex(32),
        )
        db.session.add(voter)
        db.session.flush()
        address = f"{voter.id}@example.org"
        written_to = Contact(ContactKind.EMAIL, address)
        contacts.keep(round_id=round.id, voter_id=voter.id, contact=written_to)
        made.append((voter.id, address, add_ballot(round, key, voter.id)))
    db.session.commit()
    return made


def add_ballot(round: Round, key: bytes, voter_id: str, content: str | None = None) -> str:
    """One ballot of this person that counts; its leaf."""
    content = content or ticked(["1"]).content
    salt, ballot_id = secrets.token_bytes(32), random_id()
    row = {
        "id": ballot_id,
        "round_id": round.id,
        "voter_tag": secrecy.voter_tag(key, round.id, voter_id),
        "channel": Channel.ONLINE,
        "assurance": 1,
        "content": content,
        "salt": salt,
        "leaf": secrecy.leaf(round.id, round.config_hash or "", content, salt),
        "receipt_hash": secrecy.receipt_hash(round.id, secrecy.receipt(key, ballot_id)),
        "idempotency_key": secrets.token_hex(16),
        "is_live": True,
    }
    db.session.execute(insert(BALLOTS), [row])
    return str(row["leaf"])


def mails(template: str) -> list[Mail]:
    query = select(Mail).where(Mail.template == template)
    return list(db.session.scalars(query.order_by(Mail.written_at)))


def people_marked(round: Round, keys: Path) -> set[str]:
    """Tags of everybody marked as having voted online."""
    key = queries.read_key(round.id, keys)
    return {secrecy.voter_tag(key, round.id, id) for id in log.list_marked(round.id)}


def live_tags(round: Round) -> set[str]:
    query = select(Ballot.voter_tag).where(
        Ballot.round_id == round.id, Ballot.is_live, Ballot.channel == Channel.ONLINE
    )
    return set(db.session.scalars(query))


def heads(round: Round) -> list[str]:
    query = select(BallotBatch.head).where(BallotBatch.round_id == round.id)
    return list(db.session.scalars(query.order_by(BallotBatch.n)))

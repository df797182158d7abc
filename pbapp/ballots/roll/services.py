"""Put somebody on the voters' list, once, whichever way they come."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from pbapp import clock
from pbapp.ballots import keys as key_files
from pbapp.ballots import queries, secrecy
from pbapp.ballots.models import RoundKey, Voter, VoterIdentifier
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.roll import contacts, listed, terms
from pbapp.ballots.roll.contacts import Contact
from pbapp.ballots.roll.identity import TOO_YOUNG, tidy_contact, tidy_name
from pbapp.ballots.roll.models import Conflict, ContactKind, RollConflict, VoterSource
from pbapp.db import advisory_lock, db, flush
from pbapp.places.queries import find_fifth
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Connection, Method, Round

BY_PLACE = "name+postcode+age"
ADDRESSES = {Method.EMAIL: ContactKind.EMAIL, Method.SMS: ContactKind.SMS}


class NotOneOfOne(Refused):
    """What somebody typed does not lead to one person; a human has to look at it."""

    def __init__(self, why: Conflict, sentence: str, **values: object) -> None:
        super().__init__(sentence, None, **values)
        self.why = why


@dataclass(frozen=True)
class Person:
    """What somebody says of themselves; `area_id` is the ward that the postcode lies in."""

    name: str
    postcode: str
    age_band: str
    connection: Connection
    area_id: int


@dataclass(frozen=True)
class Proof:
    """What somebody has: an address they can read, a code or a card's number."""

    method: Method
    token: str

    @property
    def compared(self) -> tuple[str, str]:
        """The kind and the text by which this is known again."""
        if self.method in ADDRESSES:
            return "contact", tidy_contact(self.token)
        return self.method.value, self.token


def open_key(*, round: Round, keys: Path) -> bytes:
    """The round's key, made the first time anybody needs it.

    Raises `KeyMissing` once voting has begun and the key is gone: a new one would let everybody
    vote again, so there is none.
    """
    if db.session.get(RoundKey, round.id) is not None:
        return queries.read_key(round.id, keys)
    key = key_files.make(keys, round.id)
    db.session.add(RoundKey(round_id=round.id, fingerprint=key_files.fingerprint(key)))
    flush()
    return key


def admit(
    *,
    round: Round,
    keys: Path,
    person: Person,
    proof: Proof,
    language: str = "en",
    network: str | None = None,
) -> Voter:
    """Find or make the row of somebody who has shown who they are; see "Who is who".

    An address has been proved before (`methods`); a code or a card is looked up here. `network` is
    the range they came from (`networks.range_of`). Raises `NotOneOfOne` for a human to settle, or
    `Refused` beside the field; a code or card that is not right is refused beside `token`.
    """
    advisory_lock(f"voters' list {round.id}")
    _refuse_who_may_not(round, person, proof.method)
    key = open_key(round=round, keys=keys)
    if proof.method not in ADDRESSES:
        listed.check(round, key, proof.method, proof.token, person.area_id, *_told(person))
    ways = _ways_to_know(key, round, person, proof)
    voter_id = _whose(round, ways, proof)
    if voter_id is None:
        voter = _new_voter(round, key, person, proof)
        if network is not None:
            _keep_source(round, key, voter, network)
    else:
        voter = db.session.get_one(Voter, voter_id)
    for kind, digest in ways.items():
        if _known(round, kind, digest) is None:
            db.session.add(
                VoterIdentifier(round_id=round.id, kind=kind, digest=digest, voter_id=voter.id)
            )
    flush()
    if proof.method in ADDRESSES:
        written_to = Contact(ADDRESSES[proof.method], proof.token, language)
        contacts.keep(round_id=round.id, voter_id=voter.id, contact=written_to)
    return voter


def _refuse_who_may_not(round: Round, person: Person, method: Method) -> None:
    if person.area_id not in {item.area_id for item in round.round_areas}:
        raise Refused(N_("This postcode is outside the area of this vote."), "postcode")
    if person.age_band == TOO_YOUNG:
        raise Refused(N_("You are too young to vote in this round."), "age_band")
    if person.connection not in terms.connections_of(round):
        raise Refused(N_("Choose one of the connections of this round."), "connection")
    if method not in terms.ways_online(round, person.age_band):
        raise Refused(
            N_("People of your age group vote with a code from school, or at a table."), "age_band"
        )


def _told(person: Person) -> tuple[Connection, str]:
    return person.connection, person.age_band


def _ways_to_know(key: bytes, round: Round, person: Person, proof: Proof) -> dict[str, str]:
    """Every identifier of a person: kind to HMAC. They are written in this order."""

    def digest(kind: str, *values: str) -> str:
        return secrecy.identifier_digest(key, round.id, kind, *values)

    kind, token = proof.compared
    called = tidy_name(person.name)
    ways = {
        f"{kind}+name": digest(f"{kind}+name", token, called),
        BY_PLACE: digest(BY_PLACE, called, person.postcode, person.age_band),
    }
    if proof.method not in ADDRESSES:  # one code, one card, one person
        ways[kind] = digest(kind, token)
    return ways


def _whose(round: Round, ways: dict[str, str], proof: Proof) -> str | None:
    """The row these identifiers lead to, None for somebody new; raises `NotOneOfOne`."""
    known = {kind: _known(round, kind, digest) for kind, digest in ways.items()}
    kind, _token = proof.compared
    voter_id, at_place = known[f"{kind}+name"], known[BY_PLACE]
    if at_place and paper_queries.has_voted_on_paper(round.id, at_place):
        raise NotOneOfOne(
            Conflict.ON_PAPER,
            N_(
                "Somebody with this name, postcode and age group has voted on paper, at a table or "
                "with a declaration. If that was not you, ask us."
            ),
        )
    if at_place not in (None, voter_id):
        raise NotOneOfOne(
            Conflict.TWO_ROWS if voter_id else Conflict.OTHER_WAY,
            N_(
                "Somebody with this name, postcode and age group is on the list of voters already, "
                "with another e-mail address, number, code or card. If that was you, use the same "
                "one again."
            ),
        )
    if voter_id is None and known.get(kind) is not None:
        raise NotOneOfOne(
            Conflict.OTHER_NAME,
            N_(
                "This code or card has been used under another name. If that was you, type your "
                "name as you did then. Each code or card is for one person."
            ),
        )
    return voter_id


def _new_voter(round: Round, key: bytes, person: Person, proof: Proof) -> Voter:
    kind, token = proof.compared
    digest = secrecy.identifier_digest(key, round.id, kind, token)
    if proof.method in ADDRESSES:
        _refuse_full_contact(round, digest)
    else:
        digest = secrets.token_hex(32)  # nobody asked for an address
    voter = Voter(
        round_id=round.id,
        method=proof.method,
        assurance=terms.ASSURANCE[proof.method],
        connection=person.connection,
        area_id=person.area_id,
        fifth=find_fifth(person.postcode),
        contact_digest=digest,
    )
    db.session.add(voter)
    flush()
    return voter


def _keep_source(round: Round, key: bytes, voter: Voter, network: str) -> None:
    digest = secrecy.identifier_digest(key, round.id, "network", network)
    db.session.add(
        VoterSource(round_id=round.id, voter_id=voter.id, network=digest, day=clock.today())
    )


def _known(round: Round, kind: str, digest: str) -> str | None:
    row = db.session.get(VoterIdentifier, (round.id, kind, digest))
    return row.voter_id if row else None


def _refuse_full_contact(round: Round, contact_digest: str) -> None:
    query = select(func.count()).where(
        Voter.round_id == round.id, Voter.contact_digest == contact_digest
    )
    most = terms.people_per_contact(round)
    if (db.session.scalar(query) or 0) >= most:
        raise NotOneOfOne(
            Conflict.CONTACT_FULL,
            N_(
                "%(n)s people have used this e-mail address or number to vote, and that is as many "
                "as can share one. Use another one."
            ),
            n=most,
        )


# --- what a human has to look at ------------------------------------------------------------


def note_conflict(*, round: Round, why: Conflict, method: Method) -> None:
    """Count that somebody was sent to a human; nothing of who it was."""
    advisory_lock(f"voters' list {round.id}")
    row = db.session.get(RollConflict, (round.id, why, method))
    if row is None:
        row = RollConflict(round_id=round.id, kind=why, method=method, count=0)
        db.session.add(row)
    row.count += 1
    flush()

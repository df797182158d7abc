"""Put somebody on the voters' list, once, whichever way they come."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from pbapp.ballots import keys as key_files
from pbapp.ballots import queries, secrecy
from pbapp.ballots.models import RoundKey, Voter, VoterIdentifier
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.roll import contacts
from pbapp.ballots.roll.contacts import Contact
from pbapp.ballots.roll.identity import TOO_YOUNG, tidy_contact, tidy_name
from pbapp.ballots.roll.models import ContactKind
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Connection, Method, Round


class NotOneOfOne(Refused):
    """What somebody typed does not lead to one person; a human has to look at it."""


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
    email: str,
    name: str,
    postcode: str,
    age_band: str,
    area_id: int,
    connection: Connection,
    language: str = "en",
) -> Voter:
    """Find or make the row of somebody who has proved their e-mail address.

    Raises `NotOneOfOne` for a contact that serves as many people as it may, and for details that
    belong to somebody who came with another contact.
    """
    advisory_lock(f"voters' list {round.id}")
    if area_id not in {item.area_id for item in round.round_areas}:
        raise Refused(N_("This postcode is outside the area of this vote."), "postcode")
    if age_band == TOO_YOUNG:
        raise Refused(N_("You are too young to vote in this round."), "age_band")
    key = open_key(round=round, keys=keys)
    contact, called = tidy_contact(email), tidy_name(name)
    by_contact = ("contact+name", _digest(key, round, "contact+name", contact, called))
    by_place = (
        "name+postcode+age",
        _digest(key, round, "name+postcode+age", called, postcode, age_band),
    )
    known = {kind: _known(round, kind, digest) for kind, digest in (by_contact, by_place)}
    voter_id = known[by_contact[0]]
    at_place = known[by_place[0]]
    if at_place and paper_queries.has_voted_on_paper(round.id, at_place):
        raise NotOneOfOne(
            N_(
                "Somebody with this name, postcode and age group has voted on paper, at a table or "
                "with a declaration. If that was not you, ask us."
            )
        )
    if known[by_place[0]] not in (None, voter_id):
        raise NotOneOfOne(
            N_(
                "Somebody with this name, postcode and age group is on the list of voters already, "
                "with another e-mail address. If that was you, use that address again."
            )
        )
    contact_digest = _digest(key, round, "contact", contact)
    if voter_id is None:
        _refuse_full_contact(round, contact_digest)
        voter = Voter(
            round_id=round.id,
            method=Method.EMAIL,
            assurance=1,
            connection=connection,
            area_id=area_id,
            contact_digest=contact_digest,
        )
        db.session.add(voter)
        flush()
    else:
        voter = db.session.get_one(Voter, voter_id)
    for kind, digest in (by_contact, by_place):
        if known[kind] is None:
            db.session.add(
                VoterIdentifier(round_id=round.id, kind=kind, digest=digest, voter_id=voter.id)
            )
    flush()
    written_to = Contact(ContactKind.EMAIL, email, language)
    contacts.keep(round_id=round.id, voter_id=voter.id, contact=written_to)
    return voter


def _digest(key: bytes, round: Round, kind: str, *values: str) -> str:
    return secrecy.identifier_digest(key, round.id, kind, *values)


def _known(round: Round, kind: str, digest: str) -> str | None:
    row = db.session.get(VoterIdentifier, (round.id, kind, digest))
    return row.voter_id if row else None


def _refuse_full_contact(round: Round, contact_digest: str) -> None:
    query = select(func.count()).where(
        Voter.round_id == round.id, Voter.contact_digest == contact_digest
    )
    if (db.session.scalar(query) or 0) >= round.people_per_contact:
        raise NotOneOfOne(
            N_(
                "%(n)s people have used this e-mail address to vote, and that is as many as can "
                "share one. Use another address."
            ),
            n=round.people_per_contact,
        )

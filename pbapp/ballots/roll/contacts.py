"""Where to write to the people on a voters' list: kept from admission until the close is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from pbapp.ballots.roll.models import ContactKind, VoterContact
from pbapp.db import db, flush

AT_ONCE = 500  # ids in one query: databases limit them


@dataclass(frozen=True)
class Contact:
    """An address that somebody has proved is theirs. `language` is the one they read us in."""

    kind: ContactKind
    value: str
    language: str = "en"


def keep(*, round_id: int, voter_id: str, contact: Contact) -> None:
    """Keep where to write to somebody, in the transaction that admits them; the newest stays."""
    row = db.session.get(VoterContact, (round_id, voter_id))
    if row is None:
        row = VoterContact(round_id=round_id, voter_id=voter_id)
        db.session.add(row)
    row.kind, row.value, row.language = contact.kind, contact.value, contact.language
    flush()


def addresses(round_id: int, voter_ids: Iterable[str]) -> dict[str, Contact]:
    """Where to write to these people; who gave no address, or came by paper, is not in it."""
    wanted = sorted(set(voter_ids))
    found: dict[str, Contact] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = select(VoterContact).where(
            VoterContact.round_id == round_id,
            VoterContact.voter_id.in_(wanted[start : start + AT_ONCE]),
        )
        for row in db.session.scalars(query):
            found[row.voter_id] = Contact(row.kind, row.value, row.language)
    return found


def forget(round_id: int) -> int:
    """Delete every address of a round, when its ballots are sealed at the close; how many."""
    result = db.session.execute(delete(VoterContact).where(VoterContact.round_id == round_id))
    return int(result.rowcount)  # type: ignore[attr-defined]

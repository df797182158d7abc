"""Codes and cards: made or brought in by officers, kept as HMACs, one person each."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, insert, select, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import secrecy
from pbapp.ballots.models import VoterIdentifier
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.identity import tidy_number
from pbapp.ballots.roll.models import CardCheck, CardList, CodeBatch, IssuedCode, KnownCard
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Connection, Method, PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import log

# Twelve letters of 32 are 60 bits: nobody finds one of ten thousand codes by trying.
CODE_LENGTH = 12
MOST_CODES = 2_000
MOST_CARDS = 200_000
CARD_LENGTHS = range(6, 25)
AT_ONCE = 5_000
NOT_ONE_OF_OURS = {
    Method.CODE: N_(
        "This is not one of our codes, or it was taken back. Check each letter and digit."
    ),
    Method.CARD: N_("We do not have this card number. Check each digit, or ask us."),
}


# --- what somebody types --------------------------------------------------------------------


def tidy_code(typed: str) -> str:
    """A code as people type or read it out: no blanks or dashes, O is 0, I and L are 1."""
    return tidy_number(typed).translate(str.maketrans("OIL", "011"))


def check(
    round: Round,
    key: bytes,
    method: Method,
    token: str,
    area_id: int,
    connection: Connection,
    age_band: str,
) -> None:
    """Raise `Refused` beside `token` for a code or a card that does not let this person in.

    Whether it was used before is for the voters' list to say: whoever used it may come again.
    """
    digest = secrecy.identifier_digest(key, round.id, method.value, token)
    if method is Method.CARD:
        if db.session.get(KnownCard, (round.id, digest)) is None:
            raise Refused(NOT_ONE_OF_OURS[method], "token")
        return
    code = db.session.get(IssuedCode, (round.id, digest))
    if code is None or code.is_revoked:
        raise Refused(NOT_ONE_OF_OURS[method], "token")
    batch = db.session.get_one(CodeBatch, code.batch_id)
    fits = (
        batch.area_id in (None, area_id)
        and batch.connection in (None, connection)
        and batch.age_band in (None, age_band)
    )
    if not fits:
        raise Refused(
            N_(
                "This code is for “%(label)s”, and what you said of yourself does not fit it. Go "
                "back and check your postcode, age group and what connects you with the area."
            ),
            "token",
            label=batch.label,
        )


# --- codes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ForWhom:
    """Who may use a batch of codes; None: anybody who may vote."""

    area_id: int | None = None
    connection: Connection | None = None
    age_band: str | None = None


def make_codes(
    *, round: Round, key: bytes, by: Account, label: str, size: int, whom: ForWhom, form_key: str
) -> tuple[CodeBatch, list[str]]:
    """Make codes, and give them once: from then on only their HMACs are kept.

    `form_key` is the form's own, so that a second click makes no second batch.
    """
    _refuse_unless_theirs(round, by, Method.CODE)
    if not 0 < size <= MOST_CODES:
        raise Refused(N_("Make between 1 and %(most)s codes."), "size", most=MOST_CODES)
    if whom.area_id not in {None, *(item.area_id for item in round.round_areas)}:
        raise Refused(N_("Choose a ward of this round."), "area")
    if whom.connection not in {None, *terms.connections_of(round)}:
        raise Refused(N_("Choose one of the connections of this round."), "connection")
    batch = CodeBatch(
        round_id=round.id,
        label=label,
        size=size,
        area_id=whom.area_id,
        connection=whom.connection,
        age_band=whom.age_band,
        form_key=form_key,
        made_by_id=by.id,
        made_at=clock.now(),
    )
    db.session.add(batch)
    flush()
    codes = [
        "".join(secrets.choice(secrecy.ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(size)
    ]
    digests = [secrecy.identifier_digest(key, round.id, Method.CODE.value, code) for code in codes]
    rows = [{"round_id": round.id, "digest": d, "batch_id": batch.id} for d in sorted(digests)]
    db.session.execute(insert(IssuedCode), rows)
    log(round, by, "voters.codes_made", {"batch": batch.id, "size": size})
    return batch, codes


def revoke_codes(*, round: Round, batch: CodeBatch, by: Account) -> int:
    """Take back the codes of a batch that nobody has used; how many that were."""
    must_be_officer(round.board_id, by)
    advisory_lock(f"voters' list {round.id}")
    used = select(VoterIdentifier.digest).where(
        VoterIdentifier.round_id == round.id, VoterIdentifier.kind == Method.CODE.value
    )
    result = db.session.execute(
        update(IssuedCode)
        .where(
            IssuedCode.round_id == round.id,
            IssuedCode.batch_id == batch.id,
            ~IssuedCode.is_revoked,
            IssuedCode.digest.not_in(used),
        )
        .values(is_revoked=True)
    )
    count = int(result.rowcount)  # type: ignore[attr-defined]
    if count:
        log(round, by, "voters.codes_revoked", {"batch": batch.id, "codes": count})
    return count


@dataclass(frozen=True)
class CodeCount:
    """What became of a batch of codes."""

    batch: CodeBatch
    used: int
    revoked: int


def count_codes(round: Round) -> list[CodeCount]:
    """Every batch of a round with how many codes were used and taken back."""
    is_used = VoterIdentifier.digest.is_not(None)
    query = (
        select(
            IssuedCode.batch_id,
            func.sum(case((is_used, 1), else_=0)),
            func.sum(case((IssuedCode.is_revoked, 1), else_=0)),
        )
        .outerjoin(
            VoterIdentifier,
            (VoterIdentifier.round_id == IssuedCode.round_id)
            & (VoterIdentifier.kind == Method.CODE.value)
            & (VoterIdentifier.digest == IssuedCode.digest),
        )
        .where(IssuedCode.round_id == round.id)
        .group_by(IssuedCode.batch_id)
    )
    counts = {row[0]: (int(row[1]), int(row[2])) for row in db.session.execute(query)}
    batches = db.session.scalars(
        select(CodeBatch).where(CodeBatch.round_id == round.id).order_by(CodeBatch.label)
    )
    return [CodeCount(batch, *counts.get(batch.id, (0, 0))) for batch in batches]


def find_batch(round: Round, batch_id: int) -> CodeBatch | None:
    batch = db.session.get(CodeBatch, batch_id)
    return batch if batch is not None and batch.round_id == round.id else None


# --- cards ----------------------------------------------------------------------------------


def read_numbers(text: str, check: CardCheck) -> list[str]:
    """Card numbers from a text or CSV file: the first cell of each line.

    A first line without a digit is a heading. Raises `Refused` that names the lines which hold no
    number of such a card, and never what they say.
    """
    found: dict[str, None] = {}
    wrong: list[int] = []
    for line, cells in enumerate(text.splitlines(), start=1):
        typed = re.split(r"[,;\t]", cells, maxsplit=1)[0].strip(" \"'\ufeff")
        if not typed or (line == 1 and not any(c.isdigit() for c in typed)):
            continue
        number = tidy_number(typed)
        if is_card_number(number, check):
            found[number] = None
        else:
            wrong.append(line)
    if wrong:
        lines = ", ".join(str(line) for line in wrong[:10])
        raise Refused(
            N_("%(n)s lines hold no number of such a card. The first are: %(lines)s."),
            "file",
            n=len(wrong),
            lines=lines,
        )
    if not found:
        raise Refused(N_("This file has no card numbers in it."), "file")
    if len(found) > MOST_CARDS:
        raise Refused(N_("A list can hold %(most)s cards at most."), "file", most=MOST_CARDS)
    return list(found)


def is_card_number(number: str, check: CardCheck) -> bool:
    """Whether a tidied number can be a card's."""
    if len(number) not in CARD_LENGTHS or sum(c.isdigit() for c in number) < 4:
        return False
    return check is CardCheck.NONE or (number.isdigit() and passes_luhn(number))


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B, on most plastic cards."""
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def add_cards(
    *, round: Round, key: bytes, by: Account, label: str, check: CardCheck, numbers: Sequence[str]
) -> CardList:
    """Keep the HMACs of card numbers that may be used; those we have already stay as they are."""
    _refuse_unless_theirs(round, by, Method.CARD)
    advisory_lock(f"voters' list {round.id}")
    digests = {secrecy.identifier_digest(key, round.id, Method.CARD.value, n) for n in numbers}
    digests -= set(
        db.session.scalars(select(KnownCard.digest).where(KnownCard.round_id == round.id))
    )
    if not digests:
        raise Refused(N_("We have all of these cards already."), "file")
    cards = CardList(
        round_id=round.id,
        label=label,
        size=len(digests),
        check=check,
        added_by_id=by.id,
        added_at=clock.now(),
    )
    db.session.add(cards)
    flush()
    rows = [{"round_id": round.id, "digest": d, "list_id": cards.id} for d in sorted(digests)]
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert(KnownCard), rows[start : start + AT_ONCE])
    log(round, by, "voters.cards_added", {"list": cards.id, "size": len(digests)})
    return cards


def list_cards(round: Round) -> list[CardList]:
    query = select(CardList).where(CardList.round_id == round.id).order_by(CardList.label)
    return list(db.session.scalars(query))


# --- who may --------------------------------------------------------------------------------


def _refuse_unless_theirs(round: Round, by: Account, method: Method) -> None:
    must_be_officer(round.board_id, by)
    if method not in terms.methods_of(round):
        raise Refused(N_("This round does not let people in this way."))
    voting = find_phase(round, PhaseKind.VOTING)
    if voting is None or (voting.ends_at is not None and voting.ends_at <= clock.now()):
        raise Refused(N_("Voting is over."))

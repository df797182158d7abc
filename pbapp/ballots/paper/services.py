"""Papers become ballots: two people read each one without seeing the other, a third resolves.

Nothing counts before a batch is accepted, whoever comes or goes meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import secrecy
from pbapp.ballots.models import Ballot, Channel, random_id
from pbapp.ballots.paper import queries, reading
from pbapp.ballots.paper.models import (
    Act,
    BatchKind,
    PaperBatch,
    PaperChannel,
    PaperEntry,
    PaperRequest,
    PaperReread,
    PaperResolution,
    Venue,
)
from pbapp.ballots.paper.people import (
    must_accept,
    must_count,
    must_have_no_project,
    must_take_paper,
    role_in_log,
    roles_in_log,
)
from pbapp.ballots.roll.services import open_key
from pbapp.ballots.rules import sealed_rules
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import PhaseKind, Profile, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.second import profile_of
from pbapp.rounds.services import log

ASSURANCE = 3
BALLOTS: Table = Ballot.__table__  # type: ignore[assignment]


def add_venue(*, round: Round, by: Account, **values: Any) -> Venue:
    """A place where people vote on paper, or hand papers in."""
    must_be_officer(round.board_id, by)
    venue = Venue(round_id=round.id, **values)
    if venue.area_id not in {None, *(item.area_id for item in round.round_areas)}:
        raise Refused(N_("Choose a ward of this round."), "area")
    db.session.add(venue)
    flush()
    log(round, by, "paper.venue_added", {"venue": venue.id, "channel": venue.channel.value})
    return venue


def change_venue(*, round: Round, venue: Venue, by: Account, **values: Any) -> None:
    """What the voting-day sheet says of a place; its name and kind stay."""
    must_be_officer(round.board_id, by)
    for name, value in values.items():
        setattr(venue, name, value)
    flush()


def open_batch(
    *,
    round: Round,
    venue: Venue,
    kind: BatchKind,
    issued: int,
    used: int,
    spoiled: int,
    returned: int,
    by: Account,
) -> PaperBatch:
    """Declare the papers of one emptied box, or of one sheaf of sheets, after voting has closed."""
    must_be_officer(round.board_id, by)
    advisory_lock(f"count {round.id}")
    _refuse_before_the_close(round)
    _refuse_once_frozen(round)
    _refuse_kind(round, venue, kind)
    if used < 1:
        raise Refused(N_("A batch has one used paper at least."), "used")
    if issued != used + spoiled + returned:
        raise Refused(
            N_("%(used)s used, %(spoiled)s spoiled and %(returned)s returned make %(sum)s."),
            "issued",
            used=used,
            spoiled=spoiled,
            returned=returned,
            sum=used + spoiled + returned,
        )
    last = db.session.scalar(
        select(func.max(PaperBatch.number)).where(PaperBatch.round_id == round.id)
    )
    batch = PaperBatch(
        round_id=round.id,
        number=(last or 0) + 1,
        venue=venue,
        kind=kind,
        issued=issued,
        used=used,
        spoiled=spoiled,
        returned=returned,
        opened_by_id=by.id,
        opened_at=clock.now(),
    )
    db.session.add(batch)
    flush()
    _log(round, batch, by, "paper.batch_opened", _counts(batch))
    return batch


def _refuse_kind(round: Round, venue: Venue, kind: BatchKind) -> None:
    is_partner = venue.channel is PaperChannel.PARTNER
    if kind is BatchKind.PAPERS:
        if is_partner:
            raise Refused(N_("A partner's own vote is declared as totals."), "kind")
        must_take_paper(round)
        sealed_rules(round)
        return
    if not queries.takes_totals(round):
        raise Refused(
            N_("This round's count needs every paper, so totals alone cannot be counted."), "kind"
        )
    if not is_partner and profile_of(round) not in (Profile.SMALL, None):
        raise Refused(
            N_("Tally sheets are for small rounds. Here two people enter every paper."), "kind"
        )


# --- reading --------------------------------------------------------------------------------


def key_paper(*, round: Round, batch: PaperBatch, serial: int, typed: str, by: Account) -> None:
    """What this person reads on one paper. Raises `Refused` beside `numbers`."""
    _may_read(round, batch, by)
    if batch.kind is not BatchKind.PAPERS or not 1 <= serial <= batch.used:
        raise Refused(N_("This batch has no paper with this number."), "numbers")
    _keep(batch, serial, reading.content_of(typed, sealed_rules(round)), by)


def key_totals(*, round: Round, batch: PaperBatch, totals: Mapping[str, int], by: Account) -> None:
    """What this person reads on the signed sheets."""
    _may_read(round, batch, by)
    if batch.kind is not BatchKind.TOTALS:
        raise Refused(N_("In this batch every paper is entered."))
    rules = sealed_rules(round)
    _keep(batch, 0, reading.content_of_totals(totals, batch.used, rules), by)


def _may_read(round: Round, batch: PaperBatch, by: Account) -> None:
    must_count(round, by)
    _refuse_unless_open(batch)
    must_have_no_project(round, by)


def _keep(batch: PaperBatch, serial: int, content: str, by: Account) -> None:
    advisory_lock(f"paper batch {batch.id}")
    query = select(PaperEntry).where(PaperEntry.batch_id == batch.id, PaperEntry.serial == serial)
    there = list(db.session.scalars(query))
    mine = next((entry for entry in there if entry.keyed_by_id == by.id), None)
    if mine is not None:
        if mine.content == content:
            return  # a second click
        raise Refused(N_("You have read this paper already. Another person has to read it too."))
    copies = {1, 2} - {entry.copy for entry in there}
    if not copies:
        raise Refused(N_("Two people have read this paper already."), "numbers")
    db.session.add(
        PaperEntry(
            batch_id=batch.id, serial=serial, copy=min(copies), keyed_by_id=by.id, content=content
        )
    )
    flush()


def read_again(*, round: Round, batch: PaperBatch, serial: int, by: Account) -> None:
    """Take one's own reading back where it is in doubt or the batch was opened again."""
    _may_read(round, batch, by)
    paper = queries.progress_of(batch).papers.get(serial)
    mine = [entry for entry in paper.entries if entry.keyed_by_id == by.id] if paper else []
    if paper is None or not mine:
        raise Refused(N_("You have not read this paper."))
    if not paper.is_doubted and not batch.acceptances:
        raise Refused(N_("Both readings of this paper agree, so they stand."))
    db.session.delete(mine[0])
    if paper.resolution is not None:
        db.session.delete(paper.resolution)
    if paper.reread is not None:
        paper.reread.agrees = paper.reread.by_id = None
        paper.reread.is_settled = False
    flush()
    _log(round, batch, by, "paper.read_again", {"serial": serial})


def resolve(
    *,
    round: Round,
    batch: PaperBatch,
    serial: int,
    by: Account,
    typed: str = "",
    totals: Mapping[str, int] | None = None,
) -> None:
    """A third person says what a paper says that two people read differently."""
    must_count(round, by)
    _refuse_unless_open(batch)
    advisory_lock(f"paper batch {batch.id}")
    paper = queries.progress_of(batch).papers.get(serial)
    if paper is None or not paper.is_doubted:
        raise Refused(N_("Both readings of this paper agree, so they stand."), "numbers")
    if by.id in paper.readers:
        raise Refused(
            N_("You have read this paper already. A third person has to settle it."), "numbers"
        )
    if paper.in_dispute & queries.own_projects(round, by):
        raise Refused(
            N_("This is about a project of a group of yours. Somebody else has to settle it."),
            "numbers",
        )
    rules = sealed_rules(round)
    content = (
        reading.content_of(typed, rules)
        if totals is None
        else reading.content_of_totals(totals, batch.used, rules)
    )
    _write_resolution(paper, batch, content, by)
    _log(round, batch, by, "paper.resolved", {"serial": serial})


def _write_resolution(paper: queries.Paper, batch: PaperBatch, content: str, by: Account) -> None:
    if paper.resolution is not None:
        db.session.delete(paper.resolution)
        flush()
    first, second = (entry.keyed_by_id for entry in paper.entries)
    db.session.add(
        PaperResolution(
            batch_id=batch.id,
            serial=paper.serial,
            content=content,
            by_id=by.id,
            first_by_id=first,
            second_by_id=second,
        )
    )
    if paper.reread is not None:
        paper.reread.is_settled = paper.reread.agrees is False
    flush()


# --- the sample -----------------------------------------------------------------------------


def draw_sample(*, round: Round, batch: PaperBatch, by: Account) -> list[int]:
    """Draw the papers that somebody reads once more, when all are entered; once a batch."""
    must_count(round, by)
    _refuse_unless_open(batch)
    advisory_lock(f"paper batch {batch.id}")
    progress = queries.progress_of(batch)
    if progress.sample:
        return sorted(paper.serial for paper in progress.sample)
    if not progress.is_whole or batch.kind is not BatchKind.PAPERS:
        raise Refused(N_("The sample is drawn when two people have read every paper."))
    drawn = secrets.SystemRandom().sample(progress.serials, reading.sample_size(batch.used))
    db.session.add_all(PaperReread(batch_id=batch.id, serial=serial) for serial in drawn)
    flush()
    _log(round, batch, by, "paper.sample_drawn", {"serials": sorted(drawn)})
    return sorted(drawn)


def reread(*, round: Round, batch: PaperBatch, serial: int, agrees: bool, by: Account) -> None:
    """Say whether a paper of the sample says what was entered; not by one of its two readers."""
    must_count(round, by)
    _refuse_unless_open(batch)
    paper = queries.progress_of(batch).papers.get(serial)
    if paper is None or paper.reread is None:
        raise Refused(N_("This paper is not in the sample."))
    if by.id in paper.readers:
        raise Refused(N_("You have read this paper already. Another person has to check it."))
    if paper.reread.agrees is not None:
        return
    paper.reread.agrees, paper.reread.by_id = agrees, by.id
    flush()


# --- accepting, opening again, making void --------------------------------------------------


def accept(*, round: Round, batch: PaperBatch, keys: Path, by: Account, note: str = "") -> int:
    """The papers of a finished batch become ballots, once; returns how many.

    Raises `Refused` while a paper is missing, in doubt, or waits in the sample.
    """
    must_accept(round, by)
    advisory_lock(f"count {round.id}")
    advisory_lock(f"ballot box {round.id}")
    db.session.refresh(batch)
    if batch.accepted_at is not None:
        return 0  # a second click
    _refuse_unless_open(batch)
    _refuse_once_frozen(round)
    progress = queries.progress_of(batch)
    _refuse_unless_ready(progress)
    counts = {count.venue.id: count for count in queries.accounting(round)}
    if not counts[batch.venue_id].matches and not note:
        raise Refused(
            N_("There are more papers than people marked as having voted here. Say why."), "note"
        )
    batch.accepted_at, batch.accepted_by_id, batch.note = clock.now(), by.id, note
    batch.acceptances += 1
    flush()
    ballots = _ballots_of(round, progress, open_key(round=round, keys=keys))
    if ballots:
        secrets.SystemRandom().shuffle(ballots)
        db.session.execute(insert(BALLOTS), ballots)
    facts = {
        "ballots": len(ballots),
        "role": role_in_log(round, by.id),
        "read_by": roles_in_log(round, progress.by_person),
    }
    _log(round, batch, by, "paper.accepted", {**_counts(batch), **facts})
    return len(ballots)


def _refuse_unless_ready(progress: queries.Progress) -> None:
    if not progress.is_whole:
        raise Refused(
            N_("%(keyed)s of %(wanted)s papers have been read by two people."),
            keyed=progress.keyed,
            wanted=progress.wanted,
        )
    if progress.doubted:
        raise Refused(
            N_("%(n)s papers are in doubt. A third person has to settle them."),
            n=len(progress.doubted),
        )
    if not progress.is_ready:
        raise Refused(N_("The sample has not been read again yet."))


def _ballots_of(round: Round, progress: queries.Progress, key: bytes) -> list[dict[str, Any]]:
    batch = progress.batch
    if batch.kind is not BatchKind.PAPERS:
        return []
    rows = []
    for serial, paper in progress.papers.items():
        content = paper.content
        if content is None or reading.read(content).is_rejected:
            continue
        ballot_id, salt = random_id(), secrets.token_bytes(32)
        once = f"{batch.acceptances}"
        rows.append(
            {
                "id": ballot_id,
                "round_id": round.id,
                "voter_tag": paper_tag(key, round.id, batch.id, serial),
                "channel": Channel.PAPER,
                "assurance": ASSURANCE,
                "content": content,
                "salt": salt,
                "leaf": secrecy.leaf(round.id, round.config_hash or "", content, salt),
                "receipt_hash": secrecy.receipt_hash(round.id, secrecy.receipt(key, ballot_id)),
                "idempotency_key": secrecy.identifier_digest(
                    key, round.id, "paper accepted", str(batch.id), str(serial), once
                )[:32],
                "is_live": True,
            }
        )
    return rows


def paper_tag(key: bytes, round_id: int, batch_id: int, serial: int) -> str:
    """What a paper's ballot carries where an online one has its voter: random without the key.

    Derived from the paper and from nobody, so that one paper is one live ballot and no more.
    """
    return secrecy.identifier_digest(key, round_id, "paper", str(batch_id), str(serial))


def ask_for(*, round: Round, batch: PaperBatch, act: Act, reason: str, by: Account) -> None:
    """The first of two people asks for a batch to be opened again, or to be made void."""
    must_be_officer(round.board_id, by)
    _refuse_once_frozen(round)
    _refuse_what_cannot_be(batch, act)
    if not reason.strip():
        raise Refused(N_("Say why: the reason is kept in the log for good."), "reason")
    standing = queries.standing_request(batch)
    if standing is not None:
        if (standing.act, standing.asked_by_id) == (act, by.id):
            return
        raise Refused(N_("Somebody has asked for a change to this batch already."))
    db.session.add(
        PaperRequest(
            batch_id=batch.id, act=act, reason=reason, asked_by_id=by.id, asked_at=clock.now()
        )
    )
    flush()
    _log(round, batch, by, f"paper.{act.value}_asked", {"reason": reason})


def agree_to(*, round: Round, batch: PaperBatch, keys: Path, by: Account) -> Act:
    """The second person agrees, and it is done: the batch's ballots count no more."""
    must_count(round, by)
    must_have_no_project(round, by)
    advisory_lock(f"count {round.id}")
    advisory_lock(f"ballot box {round.id}")
    _refuse_once_frozen(round)
    asked = queries.standing_request(batch)
    if asked is None:
        raise Refused(N_("Nobody has asked for a change to this batch."))
    _refuse_what_cannot_be(batch, asked.act)
    asked.agreed_by_id, asked.agreed_at = by.id, clock.now()
    flush()
    if batch.accepted_at is not None:
        _take_out(round, batch, open_key(round=round, keys=keys))
    batch.accepted_at = batch.accepted_by_id = None
    if asked.act is Act.VOID:
        batch.voided_at = clock.now()
    else:
        db.session.execute(delete(PaperReread).where(PaperReread.batch_id == batch.id))
    flush()
    role = role_in_log(round, by.id)
    facts = {"reason": asked.reason, "asked_by": str(asked.asked_by_id), "role": role}
    _log(round, batch, by, f"paper.{asked.act.value}_agreed", facts)
    return asked.act


def _take_out(round: Round, batch: PaperBatch, key: bytes) -> None:
    tags = [paper_tag(key, round.id, batch.id, n) for n in range(1, batch.used + 1)]
    for start in range(0, len(tags), 500):
        here = BALLOTS.c.voter_tag.in_(tags[start : start + 500])
        db.session.execute(
            update(BALLOTS)
            .where(BALLOTS.c.round_id == round.id, here, BALLOTS.c.is_live)
            .values(is_live=False)
        )


def _refuse_what_cannot_be(batch: PaperBatch, act: Act) -> None:
    if batch.voided_at is not None:
        raise Refused(N_("This batch is void."))
    if act is Act.REOPEN and batch.accepted_at is None:
        raise Refused(N_("This batch is open already."))


def _refuse_unless_open(batch: PaperBatch) -> None:
    if batch.voided_at is not None:
        raise Refused(N_("This batch is void."))
    if batch.accepted_at is not None:
        raise Refused(N_("This batch has been accepted."))


def _refuse_once_frozen(round: Round) -> None:
    if queries.is_frozen(round):
        raise Refused(N_("The ballots are sealed for the count, so no paper can come or go."))


def _refuse_before_the_close(round: Round) -> None:
    voting = find_phase(round, PhaseKind.VOTING)
    if round.sealed_at is None or voting is None or voting.ends_at is None:
        raise Refused(N_("The ballot of this round has not been sealed yet."))
    if clock.now() < voting.ends_at:
        raise Refused(N_("Boxes are opened when voting has closed, and not before."))


def _counts(batch: PaperBatch) -> dict[str, Any]:
    return {
        "venue": batch.venue.id,
        "channel": batch.venue.channel.value,
        "kind": batch.kind.value,
        "issued": batch.issued,
        "used": batch.used,
        "spoiled": batch.spoiled,
        "returned": batch.returned,
    }


def _log(round: Round, batch: PaperBatch, by: Account, verb: str, facts: Mapping[str, Any]) -> None:
    log(round, by, verb, {"batch": batch.number, **facts})

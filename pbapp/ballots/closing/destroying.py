"""Destroy a round's ballots, voters' list and key, so that no copy we know of holds any of it.

Each step may be done again: whoever is killed in the middle goes on where the step began. What
stays is said in `KEPT`; every other table of this room loses the round's rows, so that a table
added later is destroyed unless somebody decides otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select

from pbapp import clock
from pbapp.ballots import keys as key_files
from pbapp.ballots import queries as box
from pbapp.ballots.closing import compacting, queries
from pbapp.ballots.closing.models import Closing, Scrutineer
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.paper.models import BatchKind, PaperBatch
from pbapp.db import Base, advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.rounds.services import log

ROOM = "pbapp.ballots."
# Public, or numbers, or what two people said; none of it leads to a person or opens a ballot.
KEPT = frozenset(
    {
        "round_key",  # the fingerprint, which tells nothing of the key: somebody voted here
        "ballot_batch",
        "ballot_leaf",
        "paper_venue",
        "paper_batch",
        "paper_request",
        "paper_hall_entry",
        "paper_set_aside",
        "roll_void",  # how many votes two officers set aside, and why; its group goes
        "closing",
        "certificate",
        "scrutineer",  # without its link
        "destruction_hold",
    }
)
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Gone:
    """What a run destroyed: rows by table, and whether the database has let go of all of it."""

    rows: dict[str, int]
    is_done: bool


def tables() -> list[Table]:
    """The tables that lose a round's rows, those that point at others first."""
    mine = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(ROOM)
    }
    ordered = reversed(Base.metadata.sorted_tables)
    return [table for table in ordered if table in mine and table.name not in KEPT]


def of_round(table: Table, round_id: int) -> ColumnElement[bool]:
    """Which rows of a table go: the round's own, or those on papers read one by one.

    The totals of signed sheets stay: they are part of what was certified.
    """
    if "round_id" in table.c:
        return table.c.round_id == round_id
    parents = {key.column.table.name for key in table.c.batch_id.foreign_keys}
    if parents != {PaperBatch.__tablename__}:
        raise LookupError(f"nobody has said which rows of {table.name} belong to a round")
    batches = select(PaperBatch.id).where(
        PaperBatch.round_id == round_id, PaperBatch.kind == BatchKind.PAPERS
    )
    return table.c.batch_id.in_(batches)


def rows_of(round_id: int) -> dict[str, int]:
    """How many rows would go, by table."""
    return {
        table.name: db.session.scalar(
            select(func.count()).select_from(table).where(of_round(table, round_id))
        )
        or 0
        for table in tables()
    }


def destroy(*, round: Round, keys: Path, tell: Tell = lambda _line: None) -> Gone:
    """Destroy what is due. Commits between the steps; raises `Refused` before the date.

    The caller has frozen whatever is needed later, and stands in a write transaction.
    """
    round_id = round.id
    begin(round=round)
    db.session.commit()
    tell("1 of 4: the key")
    key_files.destroy(keys, round_id)
    tell("2 of 4: ballots, voters' list, papers, links")
    rows = _delete_rows(round_id)
    db.session.commit()
    tell("3 of 4: the database lets go of what was deleted")
    if not compacting.compact([*(table.name for table in tables()), Scrutineer.__tablename__]):
        tell("Somebody is still reading old rows. The next run goes on from here.")
        return Gone(rows, is_done=False)
    tell("4 of 4: noted in the log")
    _finish(round_id, rows)
    db.session.commit()
    return Gone(rows, is_done=True)


def begin(*, round: Round) -> Closing:
    """From here on nothing stops it: the numbers that stay are written down first."""
    advisory_lock(f"destroy {round.id}")
    advisory_lock(f"certify {round.id}")
    terms = queries.find_closing(round)
    if terms is not None and terms.began_at is not None:
        return terms
    refuse_if_not_due(round)
    terms = terms or Closing(round_id=round.id)
    terms.kept = numbers(round)
    terms.began_at = clock.now()
    db.session.add(terms)
    flush()
    is_certified = queries.is_certified(round)
    log(round, None, "round.destruction_began", {"certified": is_certified})
    return terms


def refuse_if_not_due(round: Round) -> None:
    """Raise `Refused` while a hold stands, before the date, or where nobody voted here."""
    if not box.was_used(round):
        raise Refused(N_("Nobody voted in this round here, so there is nothing to destroy."))
    fate = queries.fate_of(round)
    if fate.is_held:
        raise Refused(N_("Two people have put a hold on these ballots. Nothing is destroyed."))
    if not queries.is_due(round):
        when = f"{fate.at:%d.%m.%Y %H:%M} UTC" if fate.at else "?"
        raise Refused(N_("It is not time yet: the date is %(when)s."), when=when)


def numbers(round: Round) -> dict[str, Any]:
    """What the pages say of the ballots once they are gone."""
    certified = queries.certificates(round)
    if len(certified) == 2:
        found = dict(certified[1].facts)
    else:
        found = queries.facts_of(round) or {"ballots": {}, "papers": []}
        found["ballots"] = {c.value: n for c, n in box.ballots_by_channel(round).items()}
        found["papers"] = [
            {"venue": count.venue.name, "marked": count.marked} for count in paper.accounting(round)
        ]
    return {**found, "on_list": box.on_voters_list(round)}


def _delete_rows(round_id: int) -> dict[str, int]:
    gone = {}
    for table in tables():
        done = db.session.execute(delete(table).where(of_round(table, round_id)))
        gone[table.name] = int(done.rowcount)  # type: ignore[attr-defined]
    for scrutineer in db.session.scalars(select(Scrutineer).where(Scrutineer.round_id == round_id)):
        scrutineer.token_hash = None
    flush()
    return gone


def _finish(round_id: int, rows: dict[str, int]) -> None:
    advisory_lock(f"destroy {round_id}")
    db.session.expire_all()
    round = find_round_by_id(round_id)
    terms = db.session.get_one(Closing, round_id)
    if round is not None and terms.destroyed_at is None:
        terms.destroyed_at = clock.now()
        flush()
        log(round, None, "round.destroyed", {"rows": {k: n for k, n in rows.items() if n}})


def due() -> Iterator[Round]:
    """Rounds whose ballots go now, or whose destruction was cut short."""
    for round_id in queries.list_undestroyed():
        round = find_round_by_id(round_id)
        if round is not None and queries.is_due(round):
            yield round

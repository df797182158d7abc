"""Bring a list in: read it, say what its columns mean, import its good rows at once, undo."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets import services
from pbapp.assets.entry import check_website
from pbapp.assets.lists.columns import guess
from pbapp.assets.lists.file import Table, read_list
from pbapp.assets.lists.incoming import Choices, Exactness, Judged, Verdict, judge
from pbapp.assets.lists.models import Batch, BatchState
from pbapp.assets.models import Asset, AssetState, Confirmer
from pbapp.assets.times_typed import read_times
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.db import advisory_lock, db, flush
from pbapp.places.queries import is_postcode
from pbapp.refusal import N_, Refused

SUBJECT = "asset_batch"
LOOKED_AT = 50  # rows, to know a column by
KEPT_UNUSED_FOR = timedelta(days=7)


def read(
    *,
    board: Board,
    by: Account,
    data: bytes,
    file_name: str,
    source: str,
    source_url: str | None = None,
    licence: str = "",
) -> Batch:
    """Keep a list's cells to look at; nothing goes on the map. Raises `Refused` for a bad file."""
    table = read_list(data)
    batch = Batch(
        board_id=board.id,
        by_id=by.id,
        state=BatchState.READ,
        file_name=file_name[-200:],
        source=source,
        source_url=check_website(source_url),
        licence=licence,
        rows=table.as_rows(),
        choices=proposed(table).as_json(),
        findings={},
        read_at=clock.now(),
    )
    db.session.add(batch)
    flush()
    return batch


def proposed(table: Table) -> Choices:
    """Our guess. A list that says how each place is known, like our own, says it for everybody."""
    columns = guess(table.head)
    if "postcode" not in columns and (known := _column_of_postcodes(table)):
        columns["postcode"] = known
    times = _filled(table, columns["sessions"]) if "sessions" in columns else []
    if sum(map(_are_times, times)) * 2 < len(times):
        columns.setdefault("opening", columns.pop("sessions"))  # hours in words of their own
    if {"placed_by", "shown_as"} <= set(columns):
        return Choices(columns, exactness=Exactness.POINT)
    return Choices(columns)


def _column_of_postcodes(table: Table) -> str | None:
    """The first column that holds little else, whatever it is called and in which language."""
    for name in table.head:
        cells = _filled(table, name)
        if sum(map(is_postcode, cells)) * 2 > len(cells):
            return name
    return None


def _filled(table: Table, name: str) -> list[str]:
    at = table.head.index(name)
    return [line.cells[at] for line in table.lines[:LOOKED_AT] if line.cells[at]]


def _are_times(cell: str) -> bool:
    try:
        return bool(read_times(cell))
    except Refused:
        return False


def choose(*, batch: Batch, choices: Choices) -> None:
    """Say what the columns mean."""
    _hold(batch, BatchState.READ)
    if not choices.columns.get("name"):
        raise Refused(N_("Choose the column that has the names."), "name")
    batch.choices = choices.as_json()
    flush()


def is_wanted(row: Judged, anyway: Collection[int]) -> bool:
    """Whether a row comes in: a good one, or a likely double that an officer knows is none."""
    return row.verdict is Verdict.GOOD or (
        row.verdict is Verdict.LIKELY_HERE and row.line in anyway
    )


def look_of(batch: Batch, rows: list[Judged]) -> str:
    """A digest of what would come in, and how: where it says something else, one looks again."""
    judged = [
        (row.line, row.verdict.value, row.ward and row.ward.gss_code, row.kin and row.kin.name)
        for row in rows
    ]
    about = json.dumps([batch.choices, judged], sort_keys=True)
    return hashlib.sha256(about.encode()).hexdigest()[:32]


def bring_in(
    *,
    batch: Batch,
    board: Board,
    by: Account | None,
    seen: str,
    anyway: Collection[int] = (),
    told: Callable[[Judged], list[str]] | None = None,
) -> int:
    """Import every wanted row in this transaction, as entries that wait to be checked.

    `seen` is the `look_of` what the officer saw: raises `Refused` where that is no longer so, and
    for a second press. `told` words a row that does not come in: that is all that
    is kept of it. Returns how many came in.
    """
    _hold(batch, BatchState.READ)
    rows = judge(batch, board)
    if look_of(batch, rows) != seen:
        raise Refused(N_("Something has changed since you looked. Look at the list again."))
    wanted = [row for row in rows if is_wanted(row, anyway)]
    if not wanted:
        raise Refused(N_("There is nothing to bring in."))
    for row in wanted:
        _add(row, batch, board)
    left = [row for row in rows if not is_wanted(row, anyway)]
    batch.findings = {
        "rows": len(rows),
        "imported": len(wanted),
        **Counter(row.verdict.value for row in left),
        "left": [told(row) for row in left] if told else [],
    }
    batch.state = BatchState.IMPORTED
    batch.imported_at = clock.now()
    batch.rows = None
    flush()
    _log(batch, "imported", by, {"entries": len(wanted)})
    return len(wanted)


def undo(*, batch: Batch, by: Account) -> tuple[int, int]:
    """Take away what came in and still waits as it came; returns how many went, and how many stay.

    An entry that an officer has decided on or somebody has changed since is theirs now: it stays.
    """
    _hold(batch, BatchState.IMPORTED)
    entries = db.session.scalars(select(Asset).where(Asset.batch_id == batch.id)).all()
    untouched = [
        asset
        for asset in entries
        if asset.state is AssetState.WAITING and asset.updated_at == asset.submitted_at
    ]
    for asset in untouched:
        db.session.delete(asset)
    batch.state = BatchState.UNDONE
    batch.undone_at = clock.now()
    kept = len(entries) - len(untouched)
    batch.findings = {**batch.findings, "removed": len(untouched), "kept": kept}
    flush()
    _log(batch, "undone", by, {"removed": len(untouched), "kept": kept})
    return len(untouched), kept


def discard(*, batch: Batch) -> None:
    """Throw away a list that was read and not brought in."""
    _hold(batch, BatchState.READ)
    db.session.delete(batch)
    flush()


def forget_unused() -> int:
    """Delete lists that nobody brought in; returns how many."""
    old = delete(Batch).where(
        Batch.state == BatchState.READ, Batch.read_at < clock.now() - KEPT_UNUSED_FOR
    )
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]


def find(batch_id: UUID) -> Batch | None:
    return db.session.get(Batch, batch_id, options=[joinedload(Batch.board)])


def list_withdrawn(batch: Batch) -> list[Asset]:
    """Entries from before that the source of this list has no more, by name."""
    ids = [UUID(text) for text in batch.choices.get("withdrawn", ())]
    query = select(Asset).where(Asset.id.in_(ids)).order_by(Asset.name, Asset.id)
    return list(db.session.scalars(query)) if ids else []


def list_batches(board_ids: Collection[int]) -> list[Batch]:
    """The last lists of these boards, newest first."""
    query = (
        select(Batch)
        .options(joinedload(Batch.board))
        .where(Batch.board_id.in_(board_ids))
        .order_by(Batch.read_at.desc(), Batch.id.desc())
        .limit(50)
    )
    return list(db.session.scalars(query))


def _add(row: Judged, batch: Batch, board: Board) -> Asset:
    assert row.entry is not None  # noqa: S101 — a wanted row has one
    # Without an author: the officer who brings a list in may then check its entries.
    asset = services.submit(board=board, entry=row.entry, is_example=board.is_example)
    asset.source, asset.source_ref = row.source, row.source_ref
    asset.source_url, asset.licence = row.source_url, row.licence
    asset.batch_id = batch.id
    asset.status, asset.alert, asset.alert_until = row.status, row.alert, row.alert_until
    if asset.contact:
        asset.contact.consent_by = Confirmer.OFFICER  # whose list says so
    asset.updated_at = asset.submitted_at  # how `undo` knows that nobody has touched it
    flush()
    return asset


def _hold(batch: Batch, state: BatchState) -> None:
    """Nobody else deals with a list meanwhile; raises `Refused` where somebody has before."""
    advisory_lock(f"batch {batch.id}")
    standing = db.session.get(Batch, batch.id, populate_existing=True)
    if standing is None or standing.state is not state:
        raise Refused(N_("This list has been dealt with already. Look at it again."))


def _log(batch: Batch, what: str, by: Account | None, facts: dict[str, int]) -> None:
    audit.record(
        actor=by.actor if by else "command",
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(batch.id),
        board_id=batch.board_id,
        facts=facts,
    )

"""The gap table as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.gaps.measures import Cell, Distance
from pbapp.gaps.queries import Gaps
from pbapp.web.cells import inert

COLUMNS = {
    "ward_code": _l("The ward\u2019s official code"),
    "ward": _l("Its name"),
    "part_of_ward": _l("\u201cyes\u201d where only part of the ward belongs to the board"),
    "people": _l("How many people live in the whole ward"),
    "priority": _l("A priority of the plan, or all entries together"),
    "entries": _l(
        "Entries on the map that are based in the ward. Those closed for a time, and what single "
        "people offer, are left out"
    ),
    "entries_per_1000_people": _l("The same for every 1,000 people"),
    "come_from_elsewhere": _l(
        "Entries that say they serve the ward though they are based elsewhere; in no other column"
    ),
    "confirmed_in_12_months": _l("Entries that somebody said within a year are still right"),
    "share_confirmed": _l("Their share of the entries, from 0 to 1"),
    "with_known_times": _l("Entries whose regular times are given"),
    "on_in_the_evening": _l("Of those, on after six on a day from Monday to Friday"),
    "on_at_the_weekend": _l("Of those, on on a Saturday or a Sunday"),
    "people_in_areas_of_greatest_need": _l(
        "How many people live in data zones of the index\u2019s first fifth"
    ),
    "half_live_within_km": _l(
        "Half of those people live within so many kilometres of the nearest entry, in a straight "
        "line; it may be in another ward"
    ),
    "all_live_within_km": _l("All of them do"),
    "counted_on": _l("The day these figures were counted"),
    "index": _l("The index of deprivation used"),
    "index_dated": _l("When it was published"),
    "index_source": _l("Whose it is, as its licence asks to say"),
}
ALL = "(all entries)"


def gaps_csv(gaps: Gaps) -> bytes:
    """One line a ward and priority; a cell is empty where there is no data, 0 where nothing is."""
    rows: list[list[object]] = []
    source = gaps.source
    tail = [
        gaps.as_of.date().isoformat(),
        source.name if source else "",
        source.dated_on.isoformat() if source and source.dated_on else "",
        source.attribution if source else "",
    ]
    for ward in gaps.wards:
        row = gaps.row_of(ward)
        head = [ward.gss_code, ward.name, "yes" if ward.id in gaps.parts else "no", row.people]
        named = [(ALL, row.overall)]
        named += [(v.title, row.cells[v.priority_id]) for v in gaps.priorities]
        for priority, cell in named:
            rows.append([*head, priority, *_figures(cell), *tail])
    return _written(list(COLUMNS), rows)


def columns_csv() -> bytes:
    """What each column of that file says."""
    empty = _("An empty cell: no data. 0: we know of nothing.")
    meanings: list[list[object]] = [[name, str(says)] for name, says in COLUMNS.items()]
    return _written(["column", "meaning"], [*meanings, ["", empty]])


def _written(head: list[str], rows: Iterable[list[object]]) -> bytes:
    """UTF-8 with the mark that Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _figures(cell: Cell) -> list[object]:
    distance = cell.distance
    return [
        cell.entries,
        _rounded(cell.per_1000, 2),
        cell.coming.entries,
        cell.fresh,
        _rounded(cell.share_fresh, 3),
        cell.here.known,
        cell.here.evening if cell.here.known else None,
        cell.here.weekend if cell.here.known else None,
        None if distance is None else distance.people,
        _rounded(distance and distance.half, 2),
        _rounded(distance and distance.furthest, 2),
    ]


def _rounded(figure: float | Distance | None, digits: int) -> float | None:
    return round(figure, digits) if isinstance(figure, float) else None

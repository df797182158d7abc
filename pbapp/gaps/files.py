"""The gap table as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io

from pbapp.gaps.measures import Cell, Distance
from pbapp.gaps.queries import Gaps
from pbapp.web.cells import inert

HEAD = (
    "ward_code",
    "ward",
    "part_of_ward",
    "people",
    "priority",
    "entries",
    "entries_per_1000_people",
    "confirmed_in_12_months",
    "share_confirmed",
    "people_in_areas_of_greatest_need",
    "half_live_within_km",
    "all_live_within_km",
    "counted_on",
    "index",
    "index_dated",
    "index_source",
)
ALL = "(all entries)"


def gaps_csv(gaps: Gaps) -> bytes:
    """One line a ward and priority; a cell is empty where there is no data, 0 where nothing is.

    UTF-8 with the mark that Excel needs.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
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
            writer.writerow([inert(v) for v in [*head, priority, *_figures(cell), *tail]])
    return ("\ufeff" + out.getvalue()).encode()


def _figures(cell: Cell) -> list[object]:
    distance = cell.distance
    return [
        cell.entries,
        _rounded(cell.per_1000, 2),
        cell.fresh,
        _rounded(cell.share_fresh, 3),
        None if distance is None else distance.people,
        _rounded(distance and distance.half, 2),
        _rounded(distance and distance.furthest, 2),
    ]


def _rounded(figure: float | Distance | None, digits: int) -> float | None:
    return round(figure, digits) if isinstance(figure, float) else None

"""A result as files: the rule with every parameter, and a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pbapp.results.models import Allocation, Count
from pbapp.tally import canonical
from pbapp.tally.pabulib_write import format_amount
from pbapp.web.cells import inert

HEAD = (
    "place",
    "project",
    "title",
    "cost",
    "currency",
    "votes",
    "points",
    "funded",
    "awarded",
    "reason",
    "priority",
    "ward",
)


def rule_json(count: Count) -> bytes:
    """Exactly the bytes whose SHA-256 is published as the digest of the rule."""
    return canonical({"rule": count.rule, "parameters": count.parameters})


def results_csv(count: Count, rows: Iterable[Allocation]) -> bytes:
    """One line a project, amounts in the currency unit; UTF-8 with the mark that Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    exponent = count.profile.exponent
    for row in rows:
        points = row.facts.get("points")
        cells = [
            row.position,
            row.project_key,
            row.title,
            format_amount(row.cost, exponent),
            count.round.currency,
            row.votes,
            "" if points is None else points,
            "yes" if row.is_funded else "no",
            format_amount(row.awarded, exponent),
            row.facts.get("reason", ""),
            row.priority.name if row.priority else "",
            row.area.name if row.area else "",
        ]
        writer.writerow([inert(cell) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode("utf-8")

"""A result as files: the rule with every parameter, and a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pbapp.results import sealed
from pbapp.results.models import Allocation, Count
from pbapp.results.privacy import ballots_may_be_public
from pbapp.rounds.models import Round
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
    "pot",
    "reserve",
)


def _base(count: Count) -> str:
    return f"{count.round.slug}-pot-{count.pot}" if count.pot else count.round.slug


def ballots_name(count: Count) -> str:
    """The name of the file with the ballots of one count."""
    return f"{_base(count)}.pb"


def rule_name(count: Count) -> str:
    """The name of the file with its rule and every parameter."""
    return f"{_base(count)}-rule.json"


def whole_may_be_public(round: Round, counts: Iterable[Count]) -> bool:
    """The file of the whole shows each pot's ballots too: it is public only where all of them are.

    A pot that was left out because few people voted in it must not be found there.
    """
    return all(
        ballots_may_be_public(count.profile.ballots, is_imported=round.is_imported)
        for count in counts
    )


def rule_json(count: Count) -> bytes:
    """Exactly the bytes whose SHA-256 is published as the digest of the rule."""
    return canonical({"rule": count.rule, "parameters": count.parameters})


def results_csv(counts: Iterable[tuple[Count, Iterable[Allocation]]]) -> bytes:
    """One line a project, amounts in the currency unit; UTF-8 with the mark that Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for count, rows in counts:
        for row in rows:
            writer.writerow([inert(cell) for cell in _cells(count, row)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _cells(count: Count, row: Allocation) -> list[object]:
    exponent, points = count.profile.exponent, row.facts.get("points")
    return [
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
        sealed.pot_name(count.round, count.pot),
        row.facts.get("reserve") or "",
    ]

"""The rows of each table, in the order of its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from pbapp.db import db
from pbapp.proposals.models import CostLine, ProposalState
from pbapp.results import freezing, queries, sealed
from pbapp.results.models import Allocation, Count, TurnoutKind
from pbapp.results.opendata.columns import TABLES
from pbapp.results.privacy import suppress
from pbapp.rounds.models import Round
from pbapp.tally.pabulib_write import format_amount

Rows = Iterator[list[Any]]
Counted = Sequence[tuple[Count, Sequence[Allocation]]]
PENCE = 2


def results(counted: Counted) -> Rows:
    """`RESULTS`, pot by pot in the order of the count."""
    for count, rows in counted:
        pot = sealed.pot_name(count.round, count.pot)
        for row in rows:
            points = row.facts.get("points")
            yield [
                row.position,
                row.project_key,
                row.title,
                _amount(row.cost, count.profile.exponent),
                count.round.currency,
                row.votes,
                points if points is None else Decimal(str(points)),
                row.is_funded,
                _amount(row.awarded, count.profile.exponent),
                row.facts.get("reason", ""),
                row.priority.name if row.priority else "",
                row.area.name if row.area else "",
                pot,
                row.facts.get("reserve") or None,
            ]


def ballots(counts: Sequence[Count]) -> Rows:
    """`BALLOTS` of these counts: only of those whose ballots may be public."""
    for count in counts:
        pot = sealed.pot_name(count.round, count.pot)
        *_before, votes = freezing.unpack(count.profile).decode("utf-8").rpartition("\nVOTES\n")
        for line in csv.DictReader(io.StringIO(votes), delimiter=";"):
            yield [line["voter_id"], pot, _parts(line["vote"]), _parts(line.get("points"))]


def proposals(counted: Counted) -> Rows:
    """`PROPOSALS`, in the order of their numbers as far as they are numbers."""
    rows = [(count, row) for count, listed in counted for row in listed]
    for count, row in sorted(rows, key=lambda item: _by_number(item[1])):
        proposal, exponent = row.proposal, count.profile.exponent
        lat, lon = (proposal.lat, proposal.lon) if proposal else row.facts.get("point", (None,) * 2)
        yield [
            row.project_key,
            row.title,
            proposal.organisation.name if proposal and proposal.organisation else "",
            row.priority.name if row.priority else "",
            row.area.name if row.area else "",
            row.area.gss_code if row.area else "",
            proposal.where_words if proposal else "",
            _number(lat),
            _number(lon),
            proposal.summary if proposal else "",
            _amount(row.cost, exponent),
            _amount(proposal.minimum_pence, PENCE) if proposal else None,
            count.round.currency,
            proposal is not None and proposal.state is ProposalState.WITHDRAWN,
        ]


def costs(counted: Counted) -> Rows:
    """`COSTS`, in one query whatever the number of proposals."""
    keys = {row.proposal_id: row.project_key for _count, rows in counted for row in rows}
    query = (
        select(CostLine)
        .where(CostLine.proposal_id.in_(key for key in keys if key is not None))
        .order_by(CostLine.proposal_id, CostLine.position)
    )
    for line in db.session.scalars(query):
        amount = _amount(line.amount_pence, PENCE)
        yield [keys[line.proposal_id], line.position, line.description, amount]


def turnout(round: Round) -> Rows:
    """`TURNOUT`, small numbers held back in each kind by itself."""
    found = queries.list_turnout(round)
    for kind in TurnoutKind:
        names = {row.key: name for row, name in found if row.kind is kind}
        shown = suppress({row.key: row.people for row, _name in found if row.kind is kind})
        for key, people in shown.items():
            name = names[key] if names[key] != key else ""
            yield [kind.value, key, name, people, people is None]


def dictionary() -> Rows:
    """`DICTIONARY`: every column of every table."""
    for table in TABLES:
        for column in table.columns:
            yield [table.name, column.name, column.kind, column.unit, column.about, column.source]


def _parts(cell: str | None) -> list[str]:
    return cell.split(",") if cell else []


def _amount(amount: int | None, exponent: int) -> Decimal | None:
    return None if amount is None else Decimal(format_amount(amount, exponent))


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _by_number(row: Allocation) -> tuple[int, str]:
    key = row.project_key
    return (int(key), key) if key.isascii() and key.isdigit() else (10**9, key)

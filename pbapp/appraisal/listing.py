"""All bids of a round in one list: in the order asked for, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

from pbapp.appraisal import words
from pbapp.appraisal.models import Advice
from pbapp.appraisal.queries import Bid
from pbapp.proposals.models import ProposalState
from pbapp.proposals.words import state_words
from pbapp.web.cells import inert
from pbapp.web.forms import pounds

HEAD = (
    "number",
    "title",
    "group",
    "priority",
    "ward",
    "state",
    "asked_pounds",
    "for_pounds",
    "costs",
    "checks_done",
    "checks_of",
    "to_mend",
    "people_who_scored",
    "average_score",
    "spread",
    "advice",
    "why",
    "missing",
)


def _score(bid: Bid) -> float:
    return -1.0 if bid.is_hidden or bid.summary is None else float(bid.summary.average)


def _spread(bid: Bid) -> int:
    return -1 if bid.spread is None else bid.spread


def _advice(bid: Bid) -> int:
    advice = bid.dossier.advice if bid.dossier else None
    return {Advice.RECOMMENDED: 0, Advice.NOT_RECOMMENDED: 1, None: 2}[advice]


# What the list can be put in order of; those with True begin with the most.
ORDERS: dict[str, tuple[Callable[[Bid], Any], bool]] = {
    "number": (lambda bid: bid.proposal.number, False),
    "title": (lambda bid: bid.proposal.title.lower(), False),
    "cost": (lambda bid: bid.proposal.cost_pence, True),
    "score": (_score, True),
    "spread": (_spread, True),
    "missing": (lambda bid: len(words.missing(bid)), True),
    "advice": (_advice, False),
}


def in_order(bids: Iterable[Bid], order: str) -> list[Bid]:
    """By the order asked for (by number if there is no such order), then by number."""
    key, most_first = ORDERS.get(order, ORDERS["number"])
    by_number = sorted(bids, key=lambda bid: bid.proposal.number)
    return (
        sorted(by_number, key=key, reverse=most_first) if most_first else sorted(by_number, key=key)
    )


def for_committee(bids: Iterable[Bid]) -> list[Bid]:
    """Those recommended first, each part by its score."""
    return sorted(bids, key=lambda bid: (_advice(bid), -_score(bid), bid.proposal.number))


def waiting(bids: Iterable[Bid]) -> list[Bid]:
    """Those that nobody has decided on yet."""
    return [bid for bid in bids if bid.proposal.state is ProposalState.SUBMITTED]


def table(bids: Iterable[Bid]) -> bytes:
    """One line a bid. UTF-8 with the mark that Excel needs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for bid in bids:
        writer.writerow([inert(cell) for cell in _cells(bid)])
    return ("\ufeff" + out.getvalue()).encode()


def _cells(bid: Bid) -> list[object]:
    proposal, dossier = bid.proposal, bid.dossier
    scores = None if bid.is_hidden else bid.summary
    return [
        proposal.number,
        proposal.title,
        proposal.organisation.name if proposal.organisation else "",
        proposal.priority.name if proposal.priority else "",
        proposal.area.name if proposal.area else "",
        state_words(proposal),
        pounds(proposal.asked_pence),
        pounds(proposal.cost_pence),
        words.costs_words(dossier, fit=bid.costs_fit),
        bid.answered,
        bid.checks,
        bid.to_mend,
        scores.sheets if scores else "",
        scores.in_words if scores else "",
        scores.spread if scores else "",
        words.advice_words(dossier.advice) if dossier and dossier.advice else "",
        dossier.advice_words if dossier else "",
        "; ".join(words.missing(bid)),
    ]

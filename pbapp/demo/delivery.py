"""What became of last year's money, as groups of the demo told it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pbapp.db import db
from pbapp.delivery.models import Award, AwardState, Milestone, Payment, Report
from pbapp.delivery.queries import list_to_offer
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.results.models import Allocation
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round

ROUND = "small-grants-last-year"


def load_delivery(cast: Cast) -> None:
    """Written as it was in the past: the verbs themselves act only in the present."""
    round = find_round(ROUND)
    if round is None:
        return
    told = {item["number"]: item for item in read("proposals/last-year")["proposals"]}
    for row in list_to_offer(round):
        facts = told[int(row.project_key)].get("delivery")
        if facts:
            db.session.add(_award(cast, round, row, facts))
    db.session.flush()


def _award(cast: Cast, round: Round, row: Allocation, facts: dict[str, Any]) -> Award:
    offered = row.count.counted_at + timedelta(days=3)
    decided = (offered + timedelta(days=12)).date()
    reported = cast.calendar.moment(facts["reported"], "18:00")
    is_done = facts["status"] == "done"
    if row.proposal is None:
        raise LookupError(f"project {row.project_key} of the demo has no proposal")
    due = cast.calendar.day(-21 if facts["status"] == "late" else 60)
    return Award(
        round=round,
        allocation=row,
        proposal=row.proposal,
        state=AwardState.FINISHED if is_done else AwardState.APPROVED,
        amount_pence=row.awarded,
        link="",
        offered_at=offered,
        accepted_at=offered + timedelta(days=2),
        decided_on=decided,
        decided_by=round.pots[0].payment_approver,
        spend_by=decided + timedelta(days=365),
        finished_at=reported if is_done else None,
        payments=[Payment(paid_on=decided + timedelta(days=9), amount_pence=row.awarded)],
        milestones=[
            Milestone(
                name=facts["said"].rstrip(".")[:160],
                due_on=(reported + timedelta(days=7)).date() if is_done else due,
                done_on=reported.date() if is_done else None,
            )
        ],
        reports=[
            Report(
                told_at=reported,
                text=facts["done"],
                spent_pence=facts["spent_pence"],
                people=facts.get("people"),
                is_final=is_done,
            )
        ],
    )

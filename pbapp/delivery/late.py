"""What there is to do about an award, and what is late: by its dates, never kept."""

from __future__ import annotations

import enum
from datetime import date, timedelta

from pbapp.delivery.models import Award, AwardState, ReceiptState
from pbapp.delivery.queries import owed_back

ANSWER_WITHIN = timedelta(days=14)
REPORT_EVERY = timedelta(days=180)


class Matter(enum.StrEnum):
    """Something that somebody has to do about an award."""

    NO_ANSWER = "no_answer"
    TO_APPROVE = "to_approve"
    TO_PAY = "to_pay"
    STEP_LATE = "step_late"
    NO_REPORT = "no_report"
    SPEND_BY_OVER = "spend_by_over"
    RECEIPT_WAITS = "receipt_waits"
    TO_PAY_BACK = "to_pay_back"


def matters_of(award: Award, today: date) -> list[Matter]:
    """In the order they come up in; empty where all is well."""
    found = _of_money(award, today) + _of_work(award, today)
    return [one for one in Matter if one in found]


def _of_money(award: Award, today: date) -> list[Matter]:
    found = []
    if award.state is AwardState.OFFERED and award.offered_at.date() + ANSWER_WITHIN < today:
        found.append(Matter.NO_ANSWER)
    if award.state is AwardState.ACCEPTED:
        found.append(Matter.TO_APPROVE)
    if award.state is AwardState.APPROVED and not award.payments:
        found.append(Matter.TO_PAY)
    if owed_back(award):
        found.append(Matter.TO_PAY_BACK)
    return found


def _of_work(award: Award, today: date) -> list[Matter]:
    found = []
    if any(receipt.state is ReceiptState.WAITING for receipt in award.receipts):
        found.append(Matter.RECEIPT_WAITS)
    if award.state is not AwardState.APPROVED:
        return found
    if any(step.done_on is None and step.due_on < today for step in award.milestones):
        found.append(Matter.STEP_LATE)
    last = award.reports[-1].told_at.date() if award.reports else award.decided_on
    if last is not None and last + REPORT_EVERY < today:
        found.append(Matter.NO_REPORT)
    if award.spend_by is not None and award.spend_by < today:
        found.append(Matter.SPEND_BY_OVER)
    return found

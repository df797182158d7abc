"""How states of an award are called, and what to do next."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.delivery.late import Matter
from pbapp.delivery.models import AwardState, ReceiptState

STATE = {
    AwardState.OFFERED: _l("Money offered"),
    AwardState.ACCEPTED: _l("Accepted; waits for approval"),
    AwardState.APPROVED: _l("Approved; under way"),
    AwardState.FINISHED: _l("Finished"),
    AwardState.DECLINED: _l("Turned down by the group"),
    AwardState.NOT_PAID: _l("Not paid"),
}
TONE = {
    AwardState.OFFERED: "info",
    AwardState.ACCEPTED: "info",
    AwardState.APPROVED: "info",
    AwardState.FINISHED: "good",
    AwardState.DECLINED: "neutral",
    AwardState.NOT_PAID: "warn",
}
MATTER = {
    Matter.NO_ANSWER: _l("No answer to the offer for two weeks"),
    Matter.TO_APPROVE: _l("What the funder decided is not recorded yet"),
    Matter.TO_PAY: _l("Nothing is paid yet"),
    Matter.STEP_LATE: _l("A step is late"),
    Matter.NO_REPORT: _l("No report for half a year"),
    Matter.SPEND_BY_OVER: _l("The day to spend it by is over"),
    Matter.RECEIPT_WAITS: _l("A receipt waits to be checked"),
    Matter.TO_PAY_BACK: _l("Money was not needed"),
}
RECEIPT = {
    ReceiptState.WAITING: _l("Waits to be checked"),
    ReceiptState.CHECKED: _l("Checked"),
    ReceiptState.NOT_ACCEPTED: _l("Not accepted"),
}
RECEIPT_TONE = {
    ReceiptState.WAITING: "info",
    ReceiptState.CHECKED: "good",
    ReceiptState.NOT_ACCEPTED: "warn",
}

"""How states of an award are called, and what to do next."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.delivery.models import AwardState

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

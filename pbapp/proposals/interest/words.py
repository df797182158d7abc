"""Ideas in short in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.proposals.interest.models import InterestState
from pbapp.refusal import Refused
from pbapp.web.babel import say

STATE = {
    InterestState.WAITING: _l("Waits for an answer"),
    InterestState.GO_ON: _l("Go on"),
    InterestState.NOT_NOW: _l("Not for this round"),
}
TONE = {
    InterestState.WAITING: "info",
    InterestState.GO_ON: "good",
    InterestState.NOT_NOW: "warn",
}


def sentence(refused: Refused | None) -> str:
    """Why somebody may not answer; empty if they may."""
    return say(refused) if refused else ""

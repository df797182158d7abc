"""What the desk says: what waits, what was done, and what a round still needs."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.accounts.models import Account
from pbapp.decisions.models import Decision, Outcome
from pbapp.proposals.queries import Tally
from pbapp.rounds.models import Round


@dataclass(frozen=True)
class Check:
    """One thing a round needs before voting can open; `part`: the step of the set-up for it."""

    text: str
    is_done: bool
    note: str = ""
    part: str = ""


def did(decision: Decision) -> str:
    """What a decision was, in words that fit its subject."""
    if decision.outcome is Outcome.RETURNED:
        return _("sent back")
    if decision.outcome is Outcome.REFUSED:
        return _("refused")
    if decision.subject_type == "proposal":
        return _("put on the ballot")
    return _("put on the map")


def name_of(account: Account | None) -> str:
    """An officer's name for other officers."""
    return (account.name if account else "") or _("an officer")


def before_voting(round: Round, tally: Tally, asked_by: str) -> list[Check]:
    """The list an officer goes through before voting can open, in order."""
    settled = all(pot.funder and pot.payment_approver for pot in round.pots)
    sealed = round.sealed_at is not None
    waiting = ngettext("%(num)d proposal waits", "%(num)d proposals wait", tally.waiting)
    ballot = ngettext("%(num)d project on it", "%(num)d projects on it", tally.on_ballot)
    return [
        Check(_("Everybody can see the round"), round.is_public or round.rehearses_id is not None),
        Check(
            _("Each pot names who gives the money and who approves payment"), settled, part="money"
        ),
        Check(
            _("How votes are counted is said in plain words"), bool(round.rule_words), part="count"
        ),
        Check(
            _("Every proposal has been decided on"),
            tally.waiting == 0,
            waiting if tally.waiting else "",
        ),
        Check(_("There are projects on the ballot"), tally.on_ballot > 0, ballot),
        Check(
            _("One person has asked for the ballot to be sealed"),
            round.seal_asked_by_id is not None,
            asked_by,
        ),
        Check(_("A second person has sealed it"), sealed),
    ]

"""What the home page says: the one thing to do now, and the priorities with their money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from pbapp.plans.models import PriorityVersion
from pbapp.proposals.queries import Listed
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import can_vote, state_of


@dataclass(frozen=True)
class BigAction:
    """The one thing to do now."""

    label: str
    url: str
    note: str = ""


@dataclass
class PriorityCard:
    """A priority with what is asked for under it in the round on show."""

    version: PriorityVersion
    projects: int = 0
    asked_pence: int = 0


def action_for(round: Round, now: datetime) -> BigAction:
    """The big button of a round: vote, propose, read or see the result."""
    state = state_of(round, now)
    proposals = url_for("proposals.index", slug=round.slug)
    if can_vote(round, now):
        return BigAction(
            _("Vote now"),
            url_for("ballots.start", slug=round.slug),
            _("It takes a few minutes. You need no account."),
        )
    if state.kind is PhaseKind.INTEREST:
        here = url_for("rounds.detail", slug=round.slug)
        return BigAction(_("Tell us your idea in short"), f"{here}#interest", _("For groups."))
    if state.kind is PhaseKind.SUBMISSION:
        return BigAction(
            _("Put forward a project"), url_for("writing.new", slug=round.slug), _("For groups.")
        )
    over = state.kind is PhaseKind.PUBLISHED or state.is_over
    if over and not round.waits_for_certificate:
        return BigAction(_("See the result"), url_for("results.detail", slug=round.slug))
    return BigAction(_("Read the proposals"), proposals)


def price_priorities(
    versions: Iterable[PriorityVersion], listed: Iterable[Listed]
) -> list[PriorityCard]:
    """Each priority with how many proposals are for it and what they ask for together."""
    cards = {version.priority.slug: PriorityCard(version) for version in versions}
    for one in listed:
        card = cards.get(one.priority_slug or "")
        if card and not one.is_withdrawn:
            card.projects += 1
            card.asked_pence += one.cost_pence
    return list(cards.values())

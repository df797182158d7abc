"""Rounds for tests: dates counted in days from now, one pot, the three wards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pbapp import clock
from pbapp.db import db
from pbapp.rounds import sealing, services
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.services import PhaseDates, PotTerms
from tests.world import World

RULE = {"name": "greedy", "on_unaffordable": "skip"}
RULE_WORDS = "Most votes first. What costs more than is left is skipped."
# Days from now: where each phase begins and ends when it is the present one.
STARTS = {
    PhaseKind.SUBMISSION: -10,
    PhaseKind.REVIEW: -40,
    PhaseKind.VOTING: -60,
    PhaseKind.COUNTING: -82,
    PhaseKind.PUBLISHED: -90,
}


def calendar(start: datetime) -> list[PhaseDates]:
    """Proposals for 30 days, checks for 14, a gap of 7, a vote of 21, a count of 4, the result."""
    day = timedelta(days=1)
    return [
        PhaseDates(PhaseKind.SUBMISSION, start, start + 30 * day),
        PhaseDates(PhaseKind.REVIEW, start + 30 * day, start + 44 * day),
        PhaseDates(PhaseKind.VOTING, start + 51 * day, start + 72 * day),
        PhaseDates(PhaseKind.COUNTING, start + 72 * day, start + 76 * day),
        PhaseDates(PhaseKind.PUBLISHED, start + 76 * day),
    ]


def make_round(
    world: World, during: PhaseKind = PhaseKind.SUBMISSION, commit: bool = True, **values: Any
) -> Round:
    """A round that is in this phase now."""
    given: dict[str, Any] = {
        "board": world.board,
        "plan": world.plan,
        "slug": "small-grants",
        "title": "Small grants",
        "summary": "Money for projects that help.",
        "phases": calendar(clock.now() + timedelta(days=STARTS[during])),
        "pots": [a_pot(world)],
        "wards": [world.wards[7], world.wards[10], world.wards[11]],
        "rule": RULE,
        "rule_words": RULE_WORDS,
        "max_choices": 5,
        "max_cost_pence": 15_000_00,
    }
    round = services.set_up(**{**given, **values})
    if during is PhaseKind.PUBLISHED:
        round.certified_at = clock.now()
    if commit:
        db.session.commit()
    return round


def a_pot(world: World, budget_pence: int = 100_000_00) -> PotTerms:
    return PotTerms(
        name="Community pot",
        budget_pence=budget_pence,
        funder=world.funder,
        payment_approver="The council's communities committee",
        is_binding=True,
    )


def seal(
    world: World,
    round: Round,
    projects: Sequence[sealing.BallotProject],
    lot: Sequence[int] | None = None,
) -> str:
    """Two people seal the round."""
    sealing.ask_to_seal(round=round, projects=projects, by=world.officer)
    found = sealing.seal(round=round, projects=projects, by=world.second_officer, lot=lot)
    db.session.commit()
    return found

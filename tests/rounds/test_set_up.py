"""Setting up a round: what works, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds import services
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_round, pot_total
from pbapp.rounds.services import PhaseDates, PotTerms
from tests.client import QueryCounter
from tests.rounds.factories import RULE, RULE_WORDS, a_pot, calendar, make_round
from tests.world import World

DAY = timedelta(days=1)


def test_a_round_is_found_whole_in_one_query(world: World, count_queries: QueryCounter) -> None:
    make_round(world)
    db.session.expire_all()
    db.session.commit()
    count_queries.reset()

    round = find_round("small-grants")

    assert round is not None
    assert [phase.kind for phase in round.phases] == list(PhaseKind)[1:]
    assert pot_total(round) == 100_000_00
    assert round.pots[0].funder is not None
    assert round.pots[0].funder.name == "Example Council Fund"
    assert {item.area.number for item in round.round_areas} == {7, 10, 11}
    assert round.board is not None
    assert round.board.council.name == "North Lanarkshire Council"
    assert count_queries.number == 1


def test_setting_up_is_in_the_officers_log(world: World) -> None:
    make_round(world, by=world.officer)
    event = db.session.query(Event).one()
    assert (event.verb, event.actor, event.board_id) == (
        "round.set_up",
        world.officer.actor,
        world.board.id,
    )


def test_two_rounds_cannot_have_the_same_address(world: World) -> None:
    make_round(world)
    with pytest.raises(Refused) as refused:
        make_round(world)
    assert refused.value.field == "slug"


def _refused(world: World, **values: object) -> Refused:
    with pytest.raises(Refused) as refused:
        make_round(world, **values)
    return refused.value


def test_phases_that_overlap_are_refused(world: World) -> None:
    phases = calendar(clock.now())
    phases[1] = PhaseDates(PhaseKind.REVIEW, phases[0].ends_at - DAY, phases[1].ends_at)
    assert _refused(world, phases=phases).field == "phases"


def test_phases_out_of_order_are_refused(world: World) -> None:
    first, second, *rest = calendar(clock.now())
    phases = [
        PhaseDates(PhaseKind.REVIEW, first.starts_at, first.ends_at),
        PhaseDates(PhaseKind.SUBMISSION, second.starts_at, second.ends_at),
        *rest,
    ]
    assert "out of order" in str(_refused(world, phases=phases))


def test_a_phase_that_ends_before_it_starts_is_refused(world: World) -> None:
    now = clock.now()
    assert _refused(world, phases=[PhaseDates(PhaseKind.VOTING, now, now)]).field == "phases"


def test_only_the_last_phase_may_stay_open(world: World) -> None:
    now = clock.now()
    phases = [PhaseDates(PhaseKind.SUBMISSION, now), PhaseDates(PhaseKind.VOTING, now + DAY)]
    assert "has to end before" in str(_refused(world, phases=phases))


def test_a_round_without_a_vote_is_refused(world: World) -> None:
    assert _refused(world, phases=calendar(clock.now())[:2]).field == "phases"


@pytest.mark.parametrize("budget", [0, -1])
def test_an_empty_pot_is_refused(world: World, budget: int) -> None:
    assert _refused(world, pots=[PotTerms("Pot", budget)]).field == "pots"


def test_a_round_needs_a_pot_and_a_ward(world: World) -> None:
    assert _refused(world, pots=[]).field == "pots"
    assert _refused(world, wards=[]).field == "wards"


@pytest.mark.parametrize(
    "rule",
    [{}, {"name": "magic"}, {"name": "greedy", "on_unaffordable": "shrug"}],
)
def test_a_rule_nobody_knows_is_refused(world: World, rule: dict[str, str]) -> None:
    assert _refused(world, rule=rule).field == "rule"


def test_the_rule_has_to_be_said_in_words(world: World) -> None:
    assert _refused(world, rule_words=" ").field == "rule_words"


def test_the_voting_lead_changes_the_rules_before_sealing(world: World) -> None:
    round = make_round(world)
    services.change_rules(
        round=round,
        rule=RULE,
        rule_words=RULE_WORDS,
        max_choices=3,
        within_pot=True,
        max_cost_pence=None,
        by=world.officer,
    )
    assert round.max_choices == 3
    assert db.session.query(Event).filter_by(verb="round.rules_changed").count() == 1


def test_nobody_else_changes_the_rules(world: World) -> None:
    round = make_round(world, pots=[a_pot(world)])
    for person in (world.officer_elsewhere, world.board_member, world.group_member):
        with pytest.raises(Refused, match="voting lead"):
            services.change_rules(
                round=round,
                rule=RULE,
                rule_words=RULE_WORDS,
                max_choices=3,
                within_pot=True,
                max_cost_pence=None,
                by=person,
            )

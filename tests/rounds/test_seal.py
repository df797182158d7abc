"""Two people freeze the projects and the rules; nothing can be changed after that."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.audit.queries import check_chain
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds import sealing, services
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, sealed_numbers, sealed_rule
from pbapp.rounds.sealing import BallotProject
from pbapp.rounds.services import PotTerms
from tests.rounds.factories import RULE, RULE_WORDS, make_round, seal
from tests.world import World

PROJECTS = [
    BallotProject(1, "A bench", 500_00),
    BallotProject(3, "Walking football", 1_200_50, 600_00),
    BallotProject(7, "Digital buddies", 90_000_00),
]


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world, PhaseKind.REVIEW)


def test_the_seal_covers_pots_rules_projects_and_the_drawn_lot(world: World, round: Round) -> None:
    found = seal(world, round, PROJECTS)

    assert round.config is not None
    assert found == round.config_hash == sealing.digest(round.config)
    assert round.config["round"] == {
        "id": round.id,
        "slug": "small-grants",
        "title": "Small grants",
    }
    assert round.config["pots"][0]["funder"] == "Example Council Fund"
    assert [p["id"] for p in round.config["projects"]] == ["1", "3", "7"]
    assert sorted(round.config["lot"]) == ["1", "3", "7"]
    assert sealed_numbers(round) == {1, 3, 7}
    assert sealed_rule(round) == (
        "greedy",
        {"on_unaffordable": "skip", "lot": round.config["lot"]},
    )


def test_the_hash_survives_storing_and_key_order(world: World, round: Round) -> None:
    found = seal(world, round, PROJECTS)
    db.session.expire_all()
    turned = dict(reversed(list(json.loads(json.dumps(round.config)).items())))
    assert sealing.digest(turned) == found


def test_dates_are_not_part_of_what_is_sealed(world: World, round: Round) -> None:
    found = seal(world, round, PROJECTS)
    voting = find_phase(round, PhaseKind.VOTING)
    assert voting is not None
    assert voting.ends_at is not None
    services.extend_phase(
        round=round,
        kind=PhaseKind.VOTING,
        ends_at=voting.ends_at + timedelta(days=2),
        reason="The library was closed by snow.",
        by=world.officer,
    )
    assert round.config is not None
    assert sealing.digest(round.config) == found
    assert "starts_at" not in json.dumps(round.config)


def test_a_lot_published_before_is_taken_as_it_is(world: World, round: Round) -> None:
    seal(world, round, PROJECTS, lot=[7, 1, 3])
    assert round.config is not None
    assert round.config["lot"] == ["7", "1", "3"]


@pytest.mark.parametrize("lot", [[1, 3], [1, 3, 3], [1, 3, 8]])
def test_a_lot_that_misses_a_project_is_refused(world: World, round: Round, lot: list[int]) -> None:
    with pytest.raises(Refused, match="lot"):
        seal(world, round, PROJECTS, lot=lot)


def test_the_person_who_asked_cannot_seal(world: World, round: Round) -> None:
    sealing.ask_to_seal(round=round, projects=PROJECTS, by=world.officer)
    with pytest.raises(Refused, match="second person"):
        sealing.seal(round=round, projects=PROJECTS, by=world.officer)
    assert round.sealed_at is None


def test_the_database_refuses_one_person_sealing_alone(world: World, round: Round) -> None:
    from pbapp.db import flush

    seal(world, round, PROJECTS)
    round.sealed_by_id = round.seal_asked_by_id
    with pytest.raises(Refused, match="second person"):
        flush()


def test_nobody_seals_what_nobody_asked_for(world: World, round: Round) -> None:
    with pytest.raises(Refused, match="ask"):
        sealing.seal(round=round, projects=PROJECTS, by=world.officer)


def test_what_changed_after_asking_is_looked_at_again(world: World, round: Round) -> None:
    sealing.ask_to_seal(round=round, projects=PROJECTS, by=world.officer)
    with pytest.raises(Refused, match="have changed"):
        sealing.seal(round=round, projects=PROJECTS[:2], by=world.second_officer)

    sealing.ask_to_seal(round=round, projects=PROJECTS[:2], by=world.officer)
    assert sealing.seal(round=round, projects=PROJECTS[:2], by=world.second_officer)


@pytest.mark.parametrize("who", ["officer_elsewhere", "board_member", "resident", "group_member"])
def test_only_a_voting_lead_of_this_board_asks_or_seals(
    world: World, round: Round, who: str
) -> None:
    person = getattr(world, who)
    with pytest.raises(Refused, match="voting lead"):
        sealing.ask_to_seal(round=round, projects=PROJECTS, by=person)
    sealing.ask_to_seal(round=round, projects=PROJECTS, by=world.officer)
    with pytest.raises(Refused, match="voting lead"):
        sealing.seal(round=round, projects=PROJECTS, by=person)


def test_a_second_seal_is_refused_and_changes_nothing(world: World, round: Round) -> None:
    found = seal(world, round, PROJECTS)
    for act in (sealing.ask_to_seal, sealing.seal):
        with pytest.raises(Refused, match="already"):
            act(round=round, projects=PROJECTS, by=world.second_officer)
    assert round.config_hash == found


def test_an_empty_ballot_is_not_sealed(world: World, round: Round) -> None:
    with pytest.raises(Refused, match="no project"):
        sealing.ask_to_seal(round=round, projects=[], by=world.officer)


def test_a_pot_without_its_funder_is_not_sealed(world: World) -> None:
    round = make_round(world, PhaseKind.REVIEW, pots=[PotTerms("Nobody's pot", 100_00)])
    with pytest.raises(Refused, match="Nobody's pot"):
        sealing.ask_to_seal(round=round, projects=PROJECTS, by=world.officer)


def test_after_voting_there_is_nothing_left_to_seal(world: World) -> None:
    round = make_round(world, PhaseKind.COUNTING)
    with pytest.raises(Refused, match="over"):
        sealing.ask_to_seal(round=round, projects=PROJECTS, by=world.officer)


def test_after_sealing_the_rules_stay(world: World, round: Round) -> None:
    seal(world, round, PROJECTS)
    with pytest.raises(Refused, match="sealed"):
        services.change_rules(
            round=round,
            rule=RULE,
            rule_words=RULE_WORDS,
            max_choices=1,
            within_pot=True,
            max_cost_pence=None,
            by=world.officer,
        )


def test_both_people_and_the_hash_are_in_the_officers_log(world: World, round: Round) -> None:
    found = seal(world, round, PROJECTS)
    events = db.session.query(Event).order_by(Event.number).all()[-2:]
    assert [(e.verb, e.actor) for e in events] == [
        ("round.seal_asked", world.officer.actor),
        ("round.sealed", world.second_officer.actor),
    ]
    assert events[1].facts["config_hash"] == found
    assert check_chain().broken_at is None


def test_a_phase_is_made_longer_for_a_reason(world: World) -> None:
    round = make_round(world, PhaseKind.VOTING)
    voting, counting = round.phases[2], round.phases[3]
    assert voting.ends_at is not None
    later = voting.ends_at + timedelta(days=1)

    services.extend_phase(
        round=round, kind=PhaseKind.VOTING, ends_at=later, reason="Snow.", by=world.officer
    )

    assert voting.ends_at == counting.starts_at == later
    event = db.session.query(Event).filter_by(verb="round.phase_extended").one()
    assert event.facts["reason"] == "Snow."


def test_a_phase_is_not_shortened_reopened_or_let_swallow_the_next(world: World) -> None:
    round = make_round(world, PhaseKind.VOTING)
    voting, counting = round.phases[2], round.phases[3]
    assert voting.ends_at is not None
    assert counting.ends_at is not None
    tries = [
        (PhaseKind.VOTING, voting.ends_at, "Snow.", "ends_at"),
        (PhaseKind.VOTING, counting.ends_at, "Snow.", "ends_at"),
        (PhaseKind.VOTING, voting.ends_at + timedelta(hours=1), " ", "reason"),
        (PhaseKind.PUBLISHED, clock.now(), "Snow.", "kind"),
        (PhaseKind.REVIEW, clock.now() + timedelta(days=1), "Snow.", "kind"),
    ]
    for kind, ends_at, reason, field in tries:
        with pytest.raises(Refused) as refused:
            services.extend_phase(
                round=round, kind=kind, ends_at=ends_at, reason=reason, by=world.officer
            )
        assert refused.value.field == field


def test_sealing_happens_at_one_frozen_moment(world: World, round: Round) -> None:
    moment = clock.now() + timedelta(hours=1)
    with time_machine.travel(moment, tick=False):
        seal(world, round, PROJECTS)
    assert round.sealed_at == moment

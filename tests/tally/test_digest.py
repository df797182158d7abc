"""One election, one digest."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.tally import (
    Ballot,
    Election,
    EqualShares,
    Greedy,
    Instance,
    Phragmen,
    Profile,
    Project,
    VoteType,
    canonical,
    count,
    election_of,
    instance_digest,
    outcome_as_dict,
    pabulib_name,
    parameters_digest,
    profile_digest,
    sha256,
)
from tests.tally.elections import generated, instance_of


def test_canonical_json_sorts_keys_and_spells_text_as_it_is():
    assert canonical({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()


def test_a_float_has_no_single_spelling_and_is_refused():
    with pytest.raises(TypeError, match="write it as text"):
        canonical({"a": [1.5]})


def test_parameters_with_another_value_have_another_digest():
    first, second = Greedy().as_dict(), Greedy(min_votes=1).as_dict()
    assert parameters_digest(first) != parameters_digest(second)
    assert parameters_digest(first) == parameters_digest(Greedy.from_dict(first).as_dict())


def test_a_penny_more_is_another_instance():
    assert instance_digest(instance_of(100, {"a": 1})) != instance_digest(
        instance_of(101, {"a": 1})
    )


@given(generated(), st.randoms(use_true_random=False))
def test_ballots_have_the_same_digest_in_any_order(election: Election, random):
    ballots = [Ballot(b.choices, b.points) for b in election.profile for _ in range(b.count)]
    random.shuffle(ballots)
    mixed = Profile.of(election.profile.vote_type, ballots, max_length=election.profile.max_length)
    assert profile_digest(election.instance, mixed) == profile_digest(
        election.instance, election.profile
    )


def test_a_changed_ranking_is_another_profile():
    instance = instance_of(10, {"a": 1, "b": 1})
    first, second = (
        Profile.of(VoteType.ORDINAL, [Ballot(choices)]) for choices in ((0, 1), (1, 0))
    )
    assert profile_digest(instance, first) != profile_digest(instance, second)


def test_rules_are_named_as_pabulib_spells_them():
    assert pabulib_name(Greedy()) == "greedy"
    assert pabulib_name(EqualShares()) == "equalshares/add1u"


@pytest.mark.parametrize(
    ("rule", "digest"),
    [
        (Greedy(), "c59a5123323545791c5976ce4e08b42acfc2d1fe9c76265cc959e6345b35184f"),
        (
            EqualShares(step=Fraction(1)),
            "fb9dd11d570a83f41776a8252bd7d6a0df62ebec13269f62004141f1e44a10d8",
        ),
        (Phragmen(), "886c7f6cd64b941364819a7dab046e22dc973643fce8865f5263520d284ac278"),
    ],
    ids=["greedy", "equal shares", "phragmen"],
)
def test_a_whole_result_with_its_facts_is_the_same_bytes_on_every_computer(rule, digest: str):
    outcome = count(CITY.instance, CITY.profile, rule)
    text = json.dumps(outcome_as_dict(outcome), sort_keys=True)
    assert sha256(text.encode()) == digest


def _city() -> Election:
    """Forty projects and 600 ballots, made by sums alone."""
    projects = tuple(Project(f"p{n}", 100 + (n * 7919) % 900) for n in range(40))
    instance = Instance(budget=9_000, projects=projects)
    ballots = [
        Ballot(tuple({(v * k * k + 3 * v + 11 * k) % 40 for k in range(1, 2 + v % 5)}))
        for v in range(600)
    ]
    return election_of(instance, Profile.of(VoteType.APPROVAL, ballots))


CITY = _city()

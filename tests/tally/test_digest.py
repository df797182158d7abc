"""One election, one digest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.tally import (
    Ballot,
    Election,
    EqualShares,
    Greedy,
    Profile,
    VoteType,
    canonical,
    instance_digest,
    pabulib_name,
    parameters_digest,
    profile_digest,
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

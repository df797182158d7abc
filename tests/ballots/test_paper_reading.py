"""What is keyed from a paper, and what totals stand for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.ballots.paper import reading
from pbapp.ballots.rules import BallotPot, Option, Rules
from pbapp.ballots.vote import pointed, ranked
from pbapp.refusal import Refused
from pbapp.rounds.models import PotsPerVoter, VoteType

RULES = Rules(
    options={str(n): Option(str(n), f"Project {n}", 30_00) for n in range(1, 13)},
    pots=(BallotPot("1", "Pot", 100_00),),
    max_choices=3,
    within_pot=True,
)
POINTS = replace(
    RULES, vote_type=VoteType.CUMULATIVE, points_each=10, points_most=6, max_choices=None
)
RANKS = replace(RULES, vote_type=VoteType.ORDINAL)


@pytest.mark.parametrize("typed", ["3 7 12", "12,7,3", " 7  3 12 ", "3+7+12", "3.7.12"])
def test_a_paper_is_its_numbers_in_any_order(typed: str) -> None:
    assert reading.content_of(typed, RULES) == '{"choices":["12","3","7"]}'
    assert reading.keyed(reading.content_of(typed, RULES)) == "3 7 12"


def test_x_is_a_paper_that_cannot_count() -> None:
    assert reading.read(reading.content_of("X", RULES)).is_rejected
    assert reading.keyed(reading.REJECTED) == "x"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "13", "3 3", "1 2 3 4", "٣", "1_2", "3 -7", "0", "x 3", "3\x00", "9" * 5000, "${1}"],
)
def test_what_no_paper_can_say_is_refused_beside_the_field(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.content_of(typed, RULES)
    assert refused.value.field == "numbers"


@pytest.mark.parametrize(
    ("rules", "typed", "content"),
    [
        (POINTS, "3=5 7=2", '{"points":{"3":5,"7":2}}'),
        (POINTS, " 7:2, 3=5 12=0", '{"points":{"3":5,"7":2}}'),
        (RANKS, "7 3 12", '{"ranking":["7","3","12"]}'),
    ],
)
def test_points_and_places_are_keyed_with_number_keys(
    rules: Rules, typed: str, content: str
) -> None:
    assert reading.content_of(typed, rules) == content


@pytest.mark.parametrize(
    ("rules", "typed"),
    [
        *((POINTS, t) for t in ("3", "3=", "=3", "3=7", "3=6 4=5", "3=1 3=1", "13=1", "3=-1")),
        *((POINTS, t) for t in ("3=٣", "3=1_0", "3=1=2", "3=0", "3=99999", "x 3=1")),
        *((RANKS, t) for t in ("7 7", "1 2 3 4", "3=1", "13")),
        (replace(RULES, min_choices=3), "1 2"),
    ],
)
def test_what_the_rules_of_the_round_refuse_cannot_be_keyed(rules: Rules, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.content_of(typed, rules)
    assert refused.value.field == "numbers"


@given(st.lists(st.sampled_from(list(RULES.options)), unique=True, min_size=1, max_size=3))
def test_a_reading_can_be_keyed_again_as_it_is_shown(chosen: list[str]) -> None:
    points = pointed({id: place + 1 for place, id in enumerate(chosen)})
    for vote, rules in ((ranked(chosen), RANKS), (points, POINTS)):
        assert reading.content_of(reading.keyed(vote.content), rules) == vote.content


def test_readings_differ_about_the_projects_whose_points_or_places_differ() -> None:
    one, other = pointed({"3": 5, "7": 2}).content, pointed({"3": 4, "7": 2, "9": 1}).content
    assert reading.in_dispute(one, other) == {"3", "9"}
    assert reading.in_dispute(ranked("123").content, ranked("132").content) == {"2", "3"}
    assert reading.in_dispute(reading.REJECTED, ranked("12").content) == {"1", "2"}


def test_a_sheet_with_two_pots_gives_votes_in_each_or_in_one_of_them() -> None:
    options = {id: replace(o, pot="12"[int(id) > 6]) for id, o in RULES.options.items()}
    pots = (BallotPot("1", "North", 100_00), BallotPot("2", "South", 100_00))
    both = replace(RULES, options=options, pots=pots)
    assert reading.content_of("1 2 3 7 8 9", both)
    with pytest.raises(Refused):
        reading.content_of("1 7", replace(both, pots_per_voter=PotsPerVoter.ONE))
    totals = dict.fromkeys(("1", "2", "3", "7"), 1)
    assert reading.content_of_totals(totals, 1, both)
    with pytest.raises(Refused):
        reading.content_of_totals(totals, 1, replace(both, pots_per_voter=PotsPerVoter.ONE))


def test_totals_that_the_papers_cannot_give_are_refused() -> None:
    assert reading.content_of_totals({"1": 5}, 5, RULES)
    with pytest.raises(Refused, match="more votes than there are papers"):
        reading.content_of_totals({"1": 6}, 5, RULES)
    with pytest.raises(Refused, match="can give"):
        reading.content_of_totals({"1": 5, "2": 5, "3": 5, "4": 1}, 5, RULES)


@given(st.data())
def test_rows_of_totals_add_up_to_them_as_papers_would(data: st.DataObject) -> None:
    papers = data.draw(st.integers(1, 40))
    totals = data.draw(
        st.dictionaries(st.sampled_from(list(RULES.options)), st.integers(0, papers))
    )
    rows = reading.rows_of_totals(totals, papers)
    assert len(rows) == papers
    assert Counter(id for row in rows for id in row) == Counter(
        {id: votes for id, votes in totals.items() if votes}
    )
    assert all(len(set(row)) == len(row) for row in rows)
    assert max(map(len, rows)) <= -(-sum(totals.values()) // papers)


@pytest.mark.parametrize(("papers", "size"), [(1, 1), (20, 1), (21, 2), (300, 15)])
def test_the_sample_is_five_in_a_hundred(papers: int, size: int) -> None:
    assert reading.sample_size(papers) == size

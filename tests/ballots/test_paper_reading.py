"""What is keyed from a paper, and what totals stand for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.ballots.paper import reading
from pbapp.ballots.rules import Option, Rules
from pbapp.refusal import Refused

RULES = Rules(
    budget_pence=100_00,
    options={str(n): Option(str(n), f"Project {n}", 30_00) for n in range(1, 13)},
    max_choices=3,
    within_pot=True,
)


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

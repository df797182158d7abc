"""The drawing: every amount has its band, boxes never overlap, and small ones can be read."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pbapp.thread.flow import GAP, LEAST, Flowing, lay_out

KEYS = [[(kind, n) for n in range(4)] for kind in ("priority", "ward", "stage")]
amounts = st.lists(
    st.builds(
        Flowing,
        st.tuples(*[st.sampled_from(keys) for keys in KEYS]),
        st.integers(min_value=0, max_value=10**9),
    ),
    max_size=12,
)


@given(amounts)
def test_each_column_and_each_step_between_holds_all_the_money(flowing: list[Flowing]) -> None:
    flow = lay_out(flowing, KEYS)
    total = sum(one.amount for one in flowing)
    assert flow.total == total
    for column in range(3):
        boxes = [box for box in flow.boxes if box.column == column]
        assert sum(box.amount for box in boxes) == total
        assert all(box.height >= LEAST for box in boxes)
        for upper, lower in itertools.pairwise(boxes):
            assert lower.y >= round(upper.y + upper.height + GAP, 1) - 0.2
    assert sum(band.amount for band in flow.bands) == 2 * total
    assert all("nan" not in band.path for band in flow.bands)


def test_nothing_flows_where_there_is_no_money() -> None:
    assert lay_out([Flowing((KEYS[0][0], KEYS[1][0], KEYS[2][0]), 0)], KEYS).boxes == ()

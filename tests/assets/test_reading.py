"""Reading numbers and texts that people and machines may send."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from pbapp.assets.adding.forms import one_line, read_degrees
from pbapp.web.cells import inert


@given(st.text())
def test_any_text_is_a_number_in_range_or_nothing(text: str) -> None:
    number = read_degrees(text, 90)
    assert number is None or (math.isfinite(number) and abs(number) <= 90)


@given(st.floats(min_value=-90, max_value=90).map(lambda number: f"{number:.5f}"))
def test_a_number_as_the_map_writes_it_is_read_back(text: str) -> None:
    assert read_degrees(text, 90) == float(text)


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line is not None
    assert line.splitlines() in ([], [line])
    assert one_line(line) == line


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = inert(text)
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "|"):
        float(cell)

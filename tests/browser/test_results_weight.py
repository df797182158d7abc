"""A result is light on a phone's first visit, and the board's report fits on two sheets of A4."""

from __future__ import annotations

import re

import pytest

from tests.browser.harness import PHONE, NewPage, first_visit_weight

KB = 1024
RESULT = "/rounds/small-grants-last-year/results"
REPORT = "/boards/coatbridge/papers/small-grants-last-year"


@pytest.mark.parametrize("path", [f"{RESULT}/1", "/rounds/small-grants-last-year/data", REPORT])
def test_a_first_visit_without_the_map_is_light(new_page: NewPage, path: str) -> None:
    weight = first_visit_weight(new_page(PHONE), path)
    assert weight.bytes <= 100 * KB, weight
    assert weight.requests <= 8, weight


def test_a_first_visit_to_the_result_with_its_map_is_light(new_page: NewPage) -> None:
    weight = first_visit_weight(new_page(PHONE), RESULT)
    assert weight.bytes <= 250 * KB, weight
    assert weight.requests <= 14, weight


def test_the_report_prints_on_two_sheets(new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(REPORT)
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))
    assert len(sheets) == 2

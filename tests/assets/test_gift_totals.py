"""What is said of people's gifts leads to nobody."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.assets.entry import Entry
from pbapp.assets.gifts.bare import LINK, bare_gift
from pbapp.assets.gifts.totals import FEWEST, is_worth_a_recount, ward_totals
from pbapp.assets.models import AssetKind
from pbapp.refusal import Refused

COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=6)


@given(COUNTS)
def test_no_total_below_five_is_ever_shown(numbers: list[int]) -> None:
    counts = dict(enumerate(numbers))
    shown = ward_totals(counts)
    assert all(number >= FEWEST and counts[ward] == number for ward, number in shown.items())


@given(COUNTS)
def test_what_is_left_of_the_sum_tells_of_no_small_ward(numbers: list[int]) -> None:
    """Everybody knows the sum: the list shows every gift. It less the totals must be 0, or all."""
    counts = dict(enumerate(numbers))
    shown = ward_totals(counts)
    assert not shown or sum(shown.values()) == sum(numbers)


@given(st.integers(1, 12), st.integers(2, 3))
def test_where_nothing_is_shown_each_ward_could_have_had_another_number(
    in_all: int, wards: int
) -> None:
    """Whoever knows the rule and the sum still cannot tell any ward's number."""
    possible = [
        counts
        for counts in product(range(in_all + 1), repeat=wards)
        if sum(counts) == in_all and not ward_totals(dict(enumerate(counts)))
    ]
    if not possible:
        return  # one total for each ward, or none at all: nothing is hidden
    for ward in range(wards):
        assert len({counts[ward] for counts in possible}) > 1


@given(st.sets(st.sampled_from("abcdefghij")), st.sets(st.sampled_from("abcdefghij")))
def test_two_counts_side_by_side_differ_by_five_gifts_or_are_one(
    before: set[str], now: set[str]
) -> None:
    came_or_went = (before - now) | (now - before)
    assert is_worth_a_recount(before, now) == (len(came_or_went) >= FEWEST)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("summary", "Ring 07700 900123"),
        ("description", "Write to anna@example.org"),
        ("opening", "See www.example.org"),
        ("name", "Guitar lessons at ML5 3AB"),
        ("story", "https://example.org/me"),
        ("summary", "I am at pages.example/ann"),
    ],
)
def test_a_gift_that_says_how_to_reach_its_giver_is_refused(field: str, text: str) -> None:
    entry = Entry(**{"kind": AssetKind.INDIVIDUAL, "name": "Guitar lessons", field: text})
    with pytest.raises(Refused, match="through us") as refused:
        bare_gift(entry)
    assert refused.value.field == field


def test_a_web_link_is_told_from_words_with_a_full_stop() -> None:
    for link in (
        "https://x",
        "ftp://x.example",
        "WWW.example",
        "evil.example/pay",
        "évil.example:80/",
        "bit.ly",
        "go to shop.Com now",
        "me@example.org",
    ):
        assert LINK.search(link), link
    for words in ("Node.js", "e.g. tea", "at 6.30pm", "2.5 km", "and/or", "Yes.Thanks", "24/7"):
        assert LINK.search(words) is None, words


def test_a_gift_keeps_what_is_offered_and_loses_what_leads_to_its_giver() -> None:
    entry = Entry(
        kind=AssetKind.INDIVIDUAL,
        name="Guitar lessons, Node.js and/or tea",
        opening="Two evenings a week, 6pm to 8pm; since 2019",
        where_words="By the church",
        website="https://example.org/me",
        serves=("S13002646",),
    )
    bare = bare_gift(entry)
    assert (bare.name, bare.opening) == (entry.name, entry.opening)
    assert (bare.where_words, bare.website, tuple(bare.serves)) == ("", None, ())

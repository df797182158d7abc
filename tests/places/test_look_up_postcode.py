"""What somebody types as a postcode, and what we can say about it."""

import pytest

from pbapp.places import queries
from pbapp.places.queries import PostcodeState, is_postcode, look_up_postcode, tidy_postcode


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("ML5 3AA", "ML5 3AA"),
        ("ml53aa", "ML5 3AA"),
        ("  ml5   3aa ", "ML5 3AA"),
        ("ML5-3AA.", "ML5 3AA"),
        ("ml5\u00a03aa", "ML5 3AA"),
        ("\uff2d\uff2c5 3AA", "ML5 3AA"),
        ("g696aa", "G69 6AA"),
        ("zz101aa", "ZZ10 1AA"),
        ("ec1a1bb", "EC1A 1BB"),
        ("", ""),
        ("ml5", "ML5"),
    ],
)
def test_a_postcode_is_tidied_however_it_is_typed(typed, tidy):
    assert tidy_postcode(typed) == tidy


def test_letters_and_digits_are_never_swapped():
    assert tidy_postcode("mlo 3aa") == "MLO 3AA"
    assert not is_postcode("MLO 3AA")
    assert tidy_postcode("ML5 3A0") == "ML5 3A0"


@pytest.mark.parametrize(
    "typed", ["ML5 3AA", "g40 1aa", "EC1A 1BB", "W1A 0AX", "ZZ7 1AA", "ZZ10 1AA", "EH479AF"]
)
def test_a_full_postcode_is_one(typed):
    assert is_postcode(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ML5",
        "Coatbridge",
        "ML5 3A",
        "ML5 3AAA",
        "12345",
        "M\u0663L 3AA",
        "ML5 3CI",
        "x" * 10_000,
        "ML5\u06f13AA",
        "S13003048",
        "<script>",
        "ML5 3AA or so I think, next to the park, you know",
    ],
)
def test_anything_else_is_not(typed):
    assert not is_postcode(typed)


def test_a_postcode_in_the_board_is_found(world):
    wards = [world.wards[number].id for number in (7, 10, 11)]
    answer = look_up_postcode("zz71aa", wards)
    assert answer.state is PostcodeState.FOUND
    assert (answer.postcode, answer.ward) == ("ZZ7 1AA", world.wards[7])


def test_three_ways_of_not_being_in_the_board_are_told_apart(world):
    wards = [world.wards[number].id for number in (7, 10, 11)]
    assert look_up_postcode("the hall", wards).state is PostcodeState.NOT_A_POSTCODE
    assert look_up_postcode("ML5 3AA", wards).state is PostcodeState.UNKNOWN
    outside = look_up_postcode("ZZ9 1AA", wards)
    assert (outside.state, outside.ward) == (PostcodeState.OUTSIDE, world.wards[9])


def test_a_ward_is_found_by_postcode_in_one_query(world, count_queries):
    count_queries.reset()
    assert queries.find_ward_by_postcode("zz10 1aa").gss_code == "S13003051"
    assert count_queries.number <= 1
    assert queries.find_ward_by_postcode("ZZ10 9ZZ") is None
    assert queries.find_ward_by_postcode("nonsense") is None

"""Reading and writing .pb files: all that real files do, and a clear word on what is wrong."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.tally import (
    Election,
    PabulibError,
    VoteType,
    parse_pabulib,
    profile_digest,
    read_pabulib,
    write_pabulib,
)
from tests.tally.elections import SHELF, generated

GOOD = """META
key;value
description;A town
num_projects;3
num_votes;3
budget;1000
vote_type;approval
pleasant_weather;yes
PROJECTS
project_id;cost;votes;name;selected
1;400;2;"Swings; and a ""big"" slide";1
L18/09/XI;700;1;Garden;0
c2;5000;0;Too dear;0
VOTES
voter_id;vote;age
a;1,L18/09/XI;30
b;1;31
c;;
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PabulibError) as refused:
        parse_pabulib(text)
    return [str(problem) for problem in refused.value.problems]


def votes(election: Election) -> dict[str, int]:
    counted = election.profile.votes(len(election.instance.projects))
    return {p.id: votes for p, votes in zip(election.instance.projects, counted, strict=True)}


def test_a_file_is_read_with_quotes_free_text_ids_and_unknown_meta():
    election = parse_pabulib(GOOD)
    assert election.instance.budget == 1000
    assert election.instance.projects[0].name == 'Swings; and a "big" slide'
    assert votes(election) == {"1": 2, "L18/09/XI": 1, "c2": 0}
    assert election.meta["pleasant_weather"] == "yes"
    assert election.selected() == ("1",)
    assert election.warnings == ()


def test_an_empty_ballot_is_a_valid_ballot():
    assert parse_pabulib(GOOD).profile.ballots_cast == 3


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_and_a_byte_order_mark_make_no_difference(tmp_path, ending: str):
    file = tmp_path / "town.pb"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", ending).encode())
    assert read_pabulib(file) == parse_pabulib(GOOD)


def test_decimal_amounts_stay_exact():
    text = GOOD.replace("budget;1000", "budget;1000.50").replace("1;400;", "1;400,25;")
    instance = parse_pabulib(text).instance
    assert instance.exponent == 2
    assert (instance.budget, instance.projects[0].cost) == (100050, 40025)
    assert instance.in_currency(instance.budget) == Fraction("1000.5")


def test_needless_decimals_add_no_places():
    assert parse_pabulib(GOOD.replace("budget;1000", "budget;1000.00")).instance.exponent == 0


def test_names_and_selected_may_be_missing():
    text = GOOD.replace(";votes;name;selected", "").replace(
        '1;400;2;"Swings; and a ""big"" slide";1', "1;400"
    )
    election = parse_pabulib(
        text.replace("700;1;Garden;0", "700").replace("5000;0;Too dear;0", "5000")
    )
    assert election.selected() is None
    assert election.instance.projects[0].name == ""


def test_a_project_named_twice_in_a_ballot_counts_once_with_a_note():
    election = parse_pabulib(GOOD.replace("b;1;31", "b;1,1;31"))
    assert votes(election)["1"] == 2
    assert [str(note) for note in election.warnings] == [
        "line 17: a project is chosen twice; it counts once"
    ]


def test_a_repeated_voter_and_wrong_totals_are_noted_and_the_file_is_counted_as_it_is():
    election = parse_pabulib(GOOD.replace("b;1;31", "a;1;31").replace("votes;3\nb", "votes;7\nb"))
    assert [note.line for note in election.warnings] == [5, 17]
    assert election.profile.ballots_cast == 3


def test_points_are_read_and_zero_points_are_no_support():
    text = GOOD.replace("vote_type;approval", "vote_type;cumulative")
    text = text.split("VOTES")[0] + "VOTES\nvoter_id;vote;points\na;1,c2;3,0\nb;1;0.5\n"
    election = parse_pabulib(text)
    assert votes(election) == {"1": 2, "L18/09/XI": 0, "c2": 0}
    assert election.profile.points_scale == 10
    assert election.profile.points_total(3) == [35, 0, 0]


def test_ranked_ballots_keep_their_order():
    election = parse_pabulib(
        GOOD.replace("vote_type;approval", "vote_type;ordinal\nmax_length;3").replace(
            "1,L18/09/XI", "L18/09/XI,1"
        )
    )
    first = next(iter(election.profile))
    assert first.choices == (1, 0)
    assert election.profile.max_length == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("budget;1000\n", "", "there is no budget"),
        ("budget;1000", "budget;lots", "line 6: the budget 'lots' is not a number of 0 or more"),
        ("budget;1000", "budget;0", "line 6: the budget must be more than 0"),
        ("budget;1000", "budget;١٢", "line 6: the budget '١٢' is not a number of 0 or more"),
        ("vote_type;approval", "vote_type;shouting", "line 7: vote_type 'shouting' is not known"),
        ("1;400;", "1;-400;", "line 11: the cost of project 1 '-400' is not a number"),
        ("1;400;", "1;1_000;", "line 11: the cost of project 1 '1_000' is not a number"),
        ("1;400;", "1;;", "line 11: there is no cost of project 1"),
        ("c2;5000", "1;5000", "line 13: project 1 is listed twice (first on line 11)"),
        ("c2;5000", ";5000", "line 13: a project without an id"),
        ("b;1;31", "b;99;31", "line 17: project 99 is not in PROJECTS"),
        ("project_id;cost", "project;cost", "line 10: PROJECTS needs a column called project_id"),
        ("voter_id;vote;", "voter_id;choice;", "line 15: VOTES needs a column called vote"),
        ("VOTES\n", "", "the file has no VOTES section"),
        ("META\n", "Hello\n", "line 1: the file must begin with a line that says META"),
        ("Too dear;0", "Too dear;0;x;y", "line 13: 7 columns where PROJECTS has 5"),
        ('""big"" slide"', '""big"" slide', "no VOTES section; look for a quotation mark"),
        ("b;1;31", 'b;"1;31', "line 17: a quotation mark in this vote is never closed"),
        ("vote_type;approval", "vote_type;scoring", "VOTES needs a column called points"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, said: str):
    assert old in GOOD
    assert any(said in problem for problem in problems(GOOD.replace(old, new, 1)))


def test_every_problem_is_listed_at_once():
    text = GOOD.replace("1;400;", "1;-1;").replace("c2;5000", "c2;x")
    assert [problem.split(":")[0] for problem in problems(text)] == ["line 11", "line 13"]


def test_points_must_match_the_choices():
    text = GOOD.replace("vote_type;approval", "vote_type;cumulative")
    text = text.split("VOTES")[0] + "VOTES\nvoter_id;vote;points\na;1,c2;3\nb;1;x\n"
    assert [problem.split(":")[0] for problem in problems(text)] == ["line 16", "line 17"]


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path):
    file = tmp_path / "town.pb"
    file.write_bytes(GOOD.encode().replace(b"Garden", b"Gard\xff"))
    with pytest.raises(PabulibError, match="line 12: this is not UTF-8 text"):
        read_pabulib(file)


def test_an_empty_file_is_refused():
    assert problems("") == ["the file has no META section", *problems("")[1:]]


def test_what_is_written_reads_back_the_same():
    election = parse_pabulib(GOOD)
    assert parse_pabulib(write_pabulib(election)) == election


@given(generated())
def test_any_election_survives_being_written_and_read(election: Election):
    again = parse_pabulib(write_pabulib(election))
    assert again.instance.budget == election.instance.budget
    assert [(p.id, p.cost) for p in again.instance.projects] == [
        (p.id, p.cost) for p in election.instance.projects
    ]
    assert profile_digest(again.instance, again.profile) == profile_digest(
        election.instance, election.profile
    )


@given(
    st.text(alphabet='META\nkeyvlu;PROJCTS_id,cos1290."\r\u2028 ', max_size=300),
    st.integers(0, len(GOOD)),
)
def test_no_text_makes_the_reader_fail_in_any_other_way(noise: str, at: int):
    for text in (noise, GOOD[:at] + noise + GOOD[at:], GOOD[:at]):
        with contextlib.suppress(PabulibError):
            parse_pabulib(text)


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["dev", "speed"])
def test_every_real_file_is_read_and_survives_being_written(shared, folder: str):
    for file in sorted((SHELF / folder).glob("*.pb")):
        election = read_pabulib(file)
        assert parse_pabulib(write_pabulib(election)) == election
        assert str(election.profile.ballots_cast) == election.meta["num_votes"]
        assert isinstance(election.profile.vote_type, VoteType)

"""The stand-alone recount: what it prints, and that it agrees with the count."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbapp.tally import (
    Cap,
    Completion,
    Election,
    EqualShares,
    Greedy,
    OnUnaffordable,
    Ordinal,
    PartFund,
    Rank,
    Rule,
    TieBreak,
    TieRule,
    Utility,
    count,
    parameters_digest,
    read_pabulib,
    write_pabulib,
)
from tests.tally.elections import SHELF, generated
from tests.tally.test_read_pabulib import GOOD
from tests.tally.textbook import RECOUNT, same

TIES = st.sampled_from([TieRule(), TieRule(TieBreak.ID)])
UTILITIES = st.sampled_from([None, None, *Utility])


@st.composite
def greedy_rules(draw: st.DrawFn, election: Election) -> Greedy:
    ids = [project.id for project in election.instance.projects]
    some = st.lists(st.sampled_from(ids), min_size=1, unique=True).map(tuple)
    cap = st.builds(Cap, st.just("ward"), st.integers(1, election.instance.budget), some)
    return draw(
        st.builds(
            Greedy,
            rank=st.sampled_from(Rank),
            utility=UTILITIES,
            ordinal=st.sampled_from(Ordinal),
            on_unaffordable=st.sampled_from(OnUnaffordable),
            min_votes=st.integers(0, 3),
            min_share=st.none() | st.just(Fraction(1, 5)),
            groups=st.lists(some, max_size=2).map(tuple),
            caps=st.lists(cap, max_size=1).map(tuple),
            part_fund=st.sampled_from(PartFund),
            withdrawn=st.just(()) | st.sampled_from(ids).map(lambda id: (id,)),
            ties=TIES,
        )
    )


SHARES = st.builds(
    EqualShares,
    utility=UTILITIES,
    ordinal=st.sampled_from(Ordinal),
    completion=st.sampled_from(Completion),
    step=st.sampled_from([Fraction(1), Fraction(3), Fraction(10, 7)]),
    stop_exhaustive=st.booleans(),
    comparison=st.booleans(),
    ties=TIES,
)


@settings(max_examples=200, deadline=None)
@given(st.data(), generated())
def test_a_greedy_recount_finds_the_same_winners_ties_and_offers(data, election: Election):
    rule = data.draw(greedy_rules(election))
    left_by_others = data.draw(st.sampled_from([0, 0, 7, 40]))
    outcome = count(election.instance, election.profile, rule, carried_in=left_by_others)
    same(election, rule, outcome)


@settings(max_examples=400, deadline=None)
@given(generated(), SHARES, st.sampled_from([0, 0, 7, 40]))
def test_an_equal_shares_recount_finds_the_same_winners_and_ties(
    election: Election, rule: Rule, left_by_others: int
):
    outcome = count(election.instance, election.profile, rule, carried_in=left_by_others)
    same(election, rule, outcome)


@settings(max_examples=60, deadline=None)
@given(generated(max_ballots=40, max_cost=900), SHARES)
def test_a_recount_agrees_where_add1_takes_many_steps(election: Election, rule: Rule):
    same(election, rule, count(election.instance, election.profile, rule))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Netherlands_Assen_2024", EqualShares(completion=Completion.NONE)),
        ("Poland_Katowice_2024_Murcki", EqualShares(completion=Completion.NONE)),
        ("Poland_Swiecie_2023", EqualShares(completion=Completion.NONE)),
        ("Switzerland_Zurich_S5D10", EqualShares(completion=Completion.ADD1U, step=Fraction(20))),
        ("Poland_Krakow_2018_Stare_Miasto", Greedy()),
        ("Poland_Krakow_2018_Stare_Miasto", EqualShares(completion=Completion.NONE)),
        ("Poland_Gdynia_2023_Cisowa__large", EqualShares(step=Fraction(10))),
    ],
)
def test_a_recount_agrees_on_real_elections(shared, name: str, rule: Rule):
    election = read_pabulib(SHELF / "dev" / f"{name}.pb")
    same(election, rule, count(election.instance, election.profile, rule))


# -- as people run it ---------------------------------------------------------------------------


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """What a result page offers: the ballots and the rules."""
    (tmp_path / "ballots.pb").write_text(GOOD, encoding="utf-8")
    outcome = count_of(tmp_path / "ballots.pb")
    rules = {"rule": outcome.rule, "parameters": dict(outcome.parameters)}
    (tmp_path / "rules.json").write_text(json.dumps(rules, indent=2), encoding="utf-8")
    return tmp_path


def count_of(path: Path):
    election = read_pabulib(path)
    return count(election.instance, election.profile, Greedy())


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Alone: no package of this project can be imported."""
    program = folder / "recount.py"
    program.write_bytes(RECOUNT.read_bytes())
    command = [sys.executable, "-I", "-S", str(program), "ballots.pb", "rules.json", *arguments]
    return subprocess.run(
        command, cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )


def test_it_needs_only_the_standard_library_and_says_what_it_checked(published: Path):
    done = run(published, "--winners", "1")
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(GOOD.encode()).hexdigest() in done.stdout
    assert "3 ballots were counted" in done.stdout
    assert "These are the published winners" in done.stdout


def test_the_sha256_of_the_rules_is_the_one_the_count_publishes(published: Path):
    rules = json.loads((published / "rules.json").read_text())
    done = run(published, "--rules-sha256", parameters_digest(rules))
    assert "The same as you gave." in done.stdout


@pytest.mark.parametrize("option", ["--ballots-sha256", "--rules-sha256"])
def test_files_that_are_not_the_published_ones_stop_it(published: Path, option: str):
    done = run(published, option, "0" * 64)
    assert done.returncode == 1
    assert "is not the published one" in done.stderr


def test_other_winners_than_the_published_ones_are_said_loudly(published: Path):
    done = run(published, "--winners", "1,c2")
    assert done.returncode == 1
    assert "these are NOT the published winners" in done.stderr


def test_it_counts_an_election_kept_in_pence(tmp_path: Path):
    text = GOOD.replace("budget;1000", "budget;1000.50")
    election = read_text(tmp_path, text)
    rule = EqualShares(step=Fraction(100))
    outcome = count(election.instance, election.profile, rule)
    document = {"rule": outcome.rule, "parameters": dict(outcome.parameters)}
    (tmp_path / "ballots.pb").write_text(write_pabulib(election), encoding="utf-8")
    (tmp_path / "rules.json").write_text(json.dumps(document), encoding="utf-8")
    done = run(tmp_path, "--winners", ",".join(outcome.winners))
    assert done.returncode == 0, done.stderr


def read_text(folder: Path, text: str) -> Election:
    file = folder / "town.pb"
    file.write_text(text, encoding="utf-8")
    return read_pabulib(file)

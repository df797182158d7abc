"""The worked example that officers read is what the count really does."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbapp.tally import (
    Ballot,
    Completion,
    EqualShares,
    Greedy,
    Instance,
    Outcome,
    Profile,
    Project,
    Rule,
    VoteType,
    count,
    spread,
)

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "officers" / "choosing-a-counting-rule.md"

COSTS = {
    "Toddler swing": 4_000,
    "Warm hall": 5_000,
    "Bike shed": 3_000,
    "Film night": 1_500,
    "Garden beds": 2_500,
}
BALLOTS = [
    (30, ("Toddler swing", "Warm hall", "Bike shed")),
    (30, ("Toddler swing", "Warm hall")),
    (30, ("Film night", "Garden beds")),
    (10, ("Garden beds", "Warm hall")),
]
INSTANCE = Instance(
    1_000_000, tuple(Project(name, cost * 100) for name, cost in COSTS.items()), exponent=2
)
PROFILE = Profile.of(
    VoteType.APPROVAL,
    [Ballot(tuple(INSTANCE.index[name] for name in names), count=n) for n, names in BALLOTS],
)


@pytest.fixture(scope="module")
def guide() -> str:
    return " ".join(GUIDE.read_text(encoding="utf-8").split())


def run(rule: Rule) -> Outcome:
    return count(INSTANCE, PROFILE, rule)


def test_the_guide_lists_the_ballots_and_votes_of_the_example(guide: str):
    for people, names in BALLOTS:
        assert f"| {people} | {', '.join(names)} |" in guide
    for project in run(Greedy()).projects:
        assert f"| {project.id} | £{project.cost // 100:,} | {project.votes} |" in guide


def test_most_votes_first_gives_what_the_guide_says(guide: str):
    outcome = run(Greedy())
    assert outcome.winners == ("Warm hall", "Toddler swing")
    assert spread(INSTANCE, PROFILE, outcome.winners).with_a_winner == 70
    assert "Warm hall and Toddler swing win." in guide
    assert "They cost £9,000. 70 people got something they chose." in guide


def test_equal_shares_gives_what_the_guide_says(guide: str):
    first = run(EqualShares(completion=Completion.NONE))
    assert first.winners == ("Warm hall", "Garden beds")
    assert first.detail.unspent == 250_000
    for name in first.winners:
        assert f"pay £{round(first.project(name).detail.price) / 100} each" in guide
    for name in ("Toddler swing", "Film night"):
        left = round(first.project(name).detail.supporters_left)
        assert f"have £{left / 100:,.2f} left" in guide
    outcome = run(EqualShares())
    assert outcome.winners == ("Warm hall", "Garden beds", "Film night")
    assert f"At £{outcome.detail.endowment / 100} each, Film night's" in guide
    assert spread(INSTANCE, PROFILE, outcome.winners).with_a_winner == 100

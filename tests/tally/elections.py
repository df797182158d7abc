"""Elections for the count's tests: written out by hand, generated, and real."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from pbapp.tally import Ballot, Election, Instance, Profile, Project, VoteType, election_of


def instance_of(budget: int, costs: dict[str, int], **minimums: int) -> Instance:
    projects = tuple(Project(id, cost, minimum=minimums.get(id)) for id, cost in costs.items())
    return Instance(budget=budget, projects=projects)


def approval(instance: Instance, ballots: Iterable[tuple[str, int]]) -> Profile:
    """Ballots as ("ab", 3): three people who chose a and b (ids of one letter)."""
    index = instance.index
    return Profile.of(
        VoteType.APPROVAL,
        [Ballot(tuple(index[id] for id in ids), count=count) for ids, count in ballots],
    )


def with_votes(budget: int, rows: dict[str, tuple[int, int]]) -> tuple[Instance, Profile]:
    """A vote where everybody chose one project: {"a": (cost, votes)}."""
    instance = instance_of(budget, {id: cost for id, (cost, _) in rows.items()})
    ballots = [Ballot((place,), count=votes) for place, (_, votes) in enumerate(rows.values())]
    return instance, Profile.of(VoteType.APPROVAL, ballots)


@st.composite
def generated(
    draw: st.DrawFn,
    vote_types: Sequence[VoteType] = tuple(VoteType),
    max_projects: int = 8,
    max_ballots: int = 14,
    max_cost: int = 40,
) -> Election:
    """A small election, rich in ties, zero-vote projects and projects above the budget."""
    vote_type = draw(st.sampled_from(vote_types))
    size = draw(st.integers(1, max_projects))
    costs = draw(st.lists(st.integers(1, max_cost), min_size=size, max_size=size))
    budget = draw(st.integers(1, max(1, sum(costs) + 3)))
    names = draw(st.permutations([f"p{number}" for number in range(1, size + 1)]))
    projects = tuple(Project(id, cost) for id, cost in zip(names, costs, strict=True))
    ballots = draw(
        st.lists(_ballot(vote_type, size), min_size=1, max_size=max_ballots),
    )
    profile = Profile.of(vote_type, ballots)
    return election_of(Instance(budget, projects), profile)


def _ballot(vote_type: VoteType, size: int) -> st.SearchStrategy[Ballot]:
    if vote_type is VoteType.CHOOSE_1:
        return st.integers(0, size - 1).map(lambda choice: Ballot((choice,)))
    choices = st.lists(st.integers(0, size - 1), max_size=min(size, 5), unique=True)
    if not vote_type.has_points:
        return choices.map(lambda chosen: Ballot(tuple(chosen)))
    return choices.flatmap(
        lambda chosen: st.lists(st.integers(0, 5), min_size=len(chosen), max_size=len(chosen)).map(
            lambda points: Ballot(tuple(chosen), tuple(points))
        )
    )


@dataclass(frozen=True)
class Expected:
    """One real election, and the winners another program found under one rule."""

    path: Path
    rule: str
    winners: tuple[str, ...]
    official: tuple[str, ...] | None

    def __str__(self) -> str:
        return f"{self.path.stem}-{self.rule}"


SHELF = Path(__file__).resolve().parents[3] / "shared" / "pabulib"


def expected(*folders: str) -> list[Expected]:
    """Every (file, rule) on the shelf; none where the shelf is absent."""
    found = []
    for folder in folders:
        table = SHELF / folder / "expected.json"
        if not table.exists():
            continue
        files = json.loads(table.read_text("utf-8"))
        for name, facts in files.get("files", files).items():
            official = facts.get("official_selected")
            found += [
                Expected(
                    path=SHELF / folder / name,
                    rule=rule,
                    winners=tuple(row["winners"]),
                    official=None if official is None else tuple(official),
                )
                for rule, row in facts["rules"].items()
            ]
    return found
